import { HOUR, MINUTE } from '../environment/calendar.ts'
import { travelTime } from '../environment/river-model.ts'
import { outletById } from '../territory/outlets.ts'
import { stationById } from '../territory/stations.ts'
import type { Scenario, Truth } from './scenario.ts'
import { trapezoid, within } from './shapes.ts'

/** Scenarios in rivers and treatment works. */

const DISCHARGE = 95 * MINUTE

/** A dyehouse lets untreated waste water into its storm drain at night. */
export const NIGHT_DISCHARGE: Scenario = {
  id: 'night-discharge',
  title: { en: 'Night discharge to the Lan River', zh: '夜间偷排入岚江' },
  summary:
    'Huasheng Dyes opens the bypass of its pretreatment for 95 minutes at night. Conductivity, COD and ammonia rise ' +
    'in the storm drain at once and downstream after the time of travel.',
  duration: DISCHARGE + 8 * HOUR,
  schedule: { share: 0.6, hour: 2.2, spread: 0.8 },
  truth: [
    {
      stations: ['out-huasheng'],
      properties: ['ph', 'cod', 'conductivity', 'effluent_flow'],
      from: 0,
      to: DISCHARGE,
      effect: 'rise',
      note: 'untreated dye liquor in the storm drain',
    },
    {
      stations: ['eq-dyehouse'],
      properties: ['valve_open', 'treatment_flow', 'treatment_power'],
      from: 0,
      to: DISCHARGE,
      effect: 'mismatch',
      note: 'bypass open and pretreatment idle while the dyehouse runs',
    },
    ...downstream(
      'huasheng-storm-drain',
      DISCHARGE,
      ['lan-heyang-lower', 'lan-xiatan', 'lan-border'],
      ['conductivity', 'codmn', 'ammonia_nitrogen'],
    ),
  ],
  effects(elapsed) {
    const strength = trapezoid(elapsed, 0, DISCHARGE, 8 * MINUTE)
    if (strength === 0) return {}
    return {
      plants: { dyehouse: { load: 0.7, treatment: 0.06, bypassOpen: true } },
      outlets: {
        'huasheng-storm-drain': {
          flow: 0.24 * strength,
          quality: {
            ph: 10.6,
            cod: 1450,
            ammonia_nitrogen: 210,
            total_phosphorus: 9,
            total_nitrogen: 290,
            conductivity: 9600,
            suspended_solids: 260,
          },
        },
      },
    }
  },
}

const UPSET = 5 * HOUR

/** The aeration of a municipal treatment works fails; ammonia passes through. */
export const WORKS_UPSET: Scenario = {
  id: 'works-upset',
  title: { en: 'Aeration failure at Echeng works', zh: '鹗城污水厂曝气故障' },
  summary:
    'Blowers of the Echeng treatment works run at a fifth of their power for five hours. Ammonia rises slowly in the ' +
    'outfall and in the river below.',
  duration: UPSET + 9 * HOUR,
  schedule: { share: 0.3, hour: 9.5, spread: 1.5 },
  truth: [
    {
      stations: ['eq-echeng-works'],
      properties: ['treatment_power'],
      from: 0,
      to: UPSET,
      effect: 'fall',
      note: 'blowers at a fifth of their power',
    },
    {
      stations: ['out-echeng'],
      properties: ['ammonia_nitrogen', 'cod'],
      from: 40 * MINUTE,
      to: UPSET + HOUR,
      effect: 'rise',
      note: 'ammonia is not nitrified',
    },
    ...downstream(
      'echeng-works',
      UPSET,
      ['lan-below-echeng', 'lan-heyang', 'lan-heyang-lower'],
      ['ammonia_nitrogen'],
    ),
  ],
  effects(elapsed) {
    const blowers = within(elapsed, 0, UPSET)
    // The basins hold about an hour of water, so the effluent answers slowly.
    const strength = trapezoid(elapsed, 20 * MINUTE, UPSET + 80 * MINUTE, 80 * MINUTE)
    const quality = { ammonia_nitrogen: 0.9 + 17 * strength, cod: 24 + 38 * strength }
    return {
      ...(blowers ? { plants: { 'echeng-works': { treatment: 0.2 } } } : {}),
      outlets: {
        'echeng-works': {
          // The plant's own flow is throttled with its treatment; the sewer's is not.
          flow: blowers ? 0.95 : 0,
          ...(strength > 0 ? { quality } : {}),
        },
      },
    }
  },
}

/** Where and when what leaves an outlet is found in the river below it. */
function downstream(
  outletId: string,
  length: number,
  stations: readonly string[],
  properties: readonly string[],
): Truth[] {
  const outlet = outletById(outletId)
  return stations.map((id) => {
    const { observes } = stationById(id)
    if (observes.model !== 'water' || observes.site.river !== 'lan')
      throw new Error(`${id} is not on the Lan`)
    const travel = travelTime(outlet, 'lan', observes.site.km)
    // Dispersion brings the first of it earlier and the last of it later.
    const blur = 2 * Math.sqrt(44 * (travel / 1000)) * 1250
    return {
      stations: [id],
      properties,
      from: Math.round(travel - blur),
      to: Math.round(travel + length + blur),
      effect: 'rise',
      note: `arrives ${Math.round(travel / MINUTE)} min after it leaves the outlet`,
    }
  })
}
