import { HOUR, MINUTE } from '../environment/calendar.ts'
import type { Scenario } from './scenario.ts'
import { trapezoid, within } from './shapes.ts'

/** Scenarios at plants and stacks. */

const OFF = 75 * MINUTE

/** Treatment is switched off to save electricity while production goes on. */
export const TREATMENT_OFF: Scenario = {
  id: 'treatment-off',
  title: { en: 'Treatment off while the coating line runs', zh: '涂装线生产时治理设施停运' },
  summary:
    'Jinmao Coatings switches its oxidiser off for 75 minutes while the line runs. Treatment power falls to standby, ' +
    'the stack’s hydrocarbons rise, and with the wind from there the fence stations smell it.',
  duration: OFF + 20 * MINUTE,
  schedule: { share: 0.85, hour: 14.5, spread: 2.5 },
  truth: [
    {
      stations: ['eq-coating'],
      properties: ['treatment_power', 'treatment_current', 'fan_running', 'run_state'],
      from: 0,
      to: OFF,
      effect: 'mismatch',
      note: 'treatment at standby, production power unchanged',
    },
    {
      stations: ['stack-coating'],
      properties: ['emission_nmhc'],
      from: 0,
      to: OFF,
      effect: 'rise',
      note: 'untreated solvent vapour',
    },
  ],
  effects(elapsed) {
    return within(elapsed, 0, OFF)
      ? { plants: { 'coating-line': { load: 0.82, treatment: 0, doorOpen: elapsed < 6 * MINUTE } } }
      : {}
  },
}

const EXCEEDANCE = 140 * MINUTE

/** A scrubber pump trips: sulphur dioxide passes. */
export const STACK_EXCEEDANCE: Scenario = {
  id: 'stack-exceedance',
  title: { en: 'Sulphur dioxide from the sinter plant', zh: '烧结机脱硫故障超标' },
  summary:
    'A circulation pump of the scrubber at Xinyuan Steel trips. SO2 in the stack climbs to ten times its usual ' +
    'level within a quarter of an hour; the stations downwind may notice.',
  duration: EXCEEDANCE + 30 * MINUTE,
  schedule: { share: 0.7, hour: 10.5, spread: 3 },
  truth: [
    {
      stations: ['stack-sinter'],
      properties: ['emission_so2'],
      from: 10 * MINUTE,
      to: EXCEEDANCE - 10 * MINUTE,
      effect: 'rise',
      note: 'scrubber at about half its capacity',
    },
    {
      stations: ['eq-sinter'],
      properties: ['treatment_power'],
      from: 10 * MINUTE,
      to: EXCEEDANCE - 10 * MINUTE,
      effect: 'fall',
      note: 'one of two circulation pumps stands still',
    },
  ],
  effects(elapsed) {
    const strength = trapezoid(elapsed, 0, EXCEEDANCE, 15 * MINUTE)
    return strength > 0
      ? { plants: { sinter: { treatment: 1 - 0.48 * strength, passing: ['emission_so2'] } } }
      : {}
  },
}

const ODOUR = 4 * HOUR

/** A landfill breathes out in a calm night. */
export const LANDFILL_ODOUR: Scenario = {
  id: 'landfill-odour',
  title: { en: 'Odour from Shiwan landfill', zh: '石湾填埋场恶臭' },
  summary:
    'The gas extraction of the landfill stops for four hours in the evening; hydrogen sulphide and ammonia rise.',
  duration: ODOUR,
  schedule: { share: 0.45, hour: 20.5, spread: 1.5 },
  truth: [
    {
      stations: ['air-shiwan'],
      properties: ['h2s', 'nh3'],
      from: 20 * MINUTE,
      to: ODOUR - 20 * MINUTE,
      effect: 'rise',
      note: 'landfill gas is not extracted',
    },
  ],
  effects(elapsed, draw) {
    const strength = trapezoid(elapsed, 0, ODOUR, 45 * MINUTE) * (0.7 + 0.6 * draw(0))
    return { air: { 'air-shiwan': { h2s: 46 * strength, nh3: 120 * strength } } }
  },
}

const WORKS = 3 * HOUR

/** Night work on a building site. */
export const NIGHT_WORKS: Scenario = {
  id: 'night-works',
  title: { en: 'Night work at the riverside site', zh: '滨江工地夜间施工' },
  summary:
    'Concrete is poured at the riverside building site for three hours before midnight; the fence measures 70 dB(A).',
  duration: WORKS,
  schedule: { share: 0.5, hour: 22.6, spread: 0.5 },
  truth: [
    {
      stations: ['noise-riverside'],
      properties: ['laeq', 'l10', 'l50', 'l90'],
      from: 0,
      to: WORKS,
      effect: 'rise',
      note: 'pumps and mixers beside the microphone',
    },
  ],
  effects(elapsed, draw) {
    // Mixers come and go every eighteen minutes.
    const mixer = Math.floor(elapsed / (18 * MINUTE))
    return { noise: { 'noise-riverside': 66 + 6 * draw(mixer) } }
  },
}
