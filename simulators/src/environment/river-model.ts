import type { ScenarioCalendar } from '../scenarios/schedule.ts'
import { type Effluent, OUTLETS, type Outlet, type RiverId } from '../territory/outlets.ts'
import { plantById } from '../territory/plants.ts'
import { daily, HOUR, localHour, MINUTE } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import { memoize } from './memo.ts'
import { plantState } from './plant-model.ts'
import { clearSkyRadiation } from './sun.ts'
import { type Weather, winterness } from './weather.ts'

export interface WaterState {
  water_temperature: number
  ph: number
  conductivity: number
  dissolved_oxygen: number
  turbidity: number
  codmn: number
  ammonia_nitrogen: number
  total_phosphorus: number
  total_nitrogen: number
  chlorophyll: number
  /** m above sea level, m³/s, m/s. */
  water_level: number
  flow: number
  flow_velocity: number
}

export interface WaterSite {
  river: RiverId | 'lake' | 'reservoir'
  /** Along the river; 0 for standing water. */
  km: number
}

interface River {
  /** m³/s in dry weather at the first km, and gained per km. */
  flow: number
  gain: number
  /** m/s; how fast what is discharged travels. */
  velocity: number
  /** Hours from the middle of the rain to the crest. */
  response: number
  /** m³/s per mm/h of runoff, once all of it arrives. */
  area: number
  /** m above sea level of the water in dry weather at the first km, and fall per km. */
  level: number
  fall: number
}

export const RIVERS: Record<RiverId, River> = {
  lan: { flow: 22, gain: 0.12, velocity: 0.8, response: 9, area: 120, level: 48.2, fall: 0.42 },
  shuang: { flow: 2.4, gain: 0.11, velocity: 0.6, response: 4, area: 26, level: 74, fall: 1.5 },
  cao: { flow: 1.6, gain: 0.06, velocity: 0.45, response: 6, area: 30, level: 56, fall: 0.52 },
}

/** Where the tributaries join the Lan, km below its dam; their length is the km of their mouth. */
export const CONFLUENCES: Record<Exclude<RiverId, 'lan'>, { km: number; length: number }> = {
  shuang: { km: 22.1, length: 22.7 },
  cao: { km: 32.2, length: 36.9 },
}

/** Longitudinal dispersion, m²/s: how fast a cloud of discharge spreads along the river. */
const DISPERSION = 22
/** Loss per day on the way (nitrification, settling); conductivity is conservative. */
const DECAY_PER_DAY: Record<keyof Effluent, number> = {
  ph: 0,
  cod: 0.18,
  ammonia_nitrogen: 0.3,
  total_phosphorus: 0.12,
  total_nitrogen: 0.08,
  conductivity: 0,
  suspended_solids: 1.5,
}
/** Of a discharge's COD the permanganate method finds about this share. */
const PERMANGANATE_SHARE = 0.33
const RUNOFF_HOURS = 48

/** Rivers and lakes: weather makes their flow and temperature, sunlight their oxygen, outlets their load. */
export class RiverModel {
  private readonly runoff: Record<RiverId, (hour: number) => number>

  constructor(
    private readonly fluctuations: Fluctuations,
    private readonly weather: Weather,
    private readonly calendar: ScenarioCalendar,
  ) {
    const of = (river: RiverId) => memoize((hour) => this.sumRunoff(RIVERS[river].response, hour))
    this.runoff = { lan: of('lan'), shuang: of('shuang'), cao: of('cao') }
  }

  at(site: WaterSite, time: number): WaterState {
    return site.river === 'lake' || site.river === 'reservoir'
      ? this.standing(site.river, time)
      : this.flowing(site.river, site.km, time)
  }

  /** What an outlet discharges at an instant: m³/s and its quality, scenarios included. */
  effluent(outlet: Outlet, time: number): { flow: number; quality: Effluent } {
    const noise = (name: string, memory: number) => this.noise(`${outlet.id} ${name}`, time, memory)
    const hour = localHour(time)
    const share =
      outlet.plant === undefined
        ? 1
        : plantState(this.fluctuations, this.calendar, plantById(outlet.plant), time).treatmentFlow /
          plantById(outlet.plant).treatmentFlow
    const people = 0.82 + 0.2 * daily(hour, 9.5, 2) + 0.24 * daily(hour, 20.5, 2.2)
    const quality = { ...outlet.quality }
    for (const name of Object.keys(quality) as (keyof Effluent)[]) {
      if (name === 'ph') quality.ph += 0.08 * noise('ph', 90 * MINUTE)
      else quality[name] *= Math.exp(0.11 * noise(name, 2 * HOUR)) * (name === 'conductivity' ? 1 : people)
    }
    let flow = outlet.flow * people * share * (1 + 0.03 * noise('flow', 10 * MINUTE))
    for (const effects of this.calendar.effectsAt(time)) {
      const disturbance = effects.outlets?.[outlet.id]
      if (disturbance === undefined) continue
      flow += disturbance.flow ?? 0
      Object.assign(quality, disturbance.quality)
    }
    return { flow: Math.max(0, flow), quality }
  }

  private flowing(river: RiverId, km: number, time: number): WaterState {
    const { flow, dry } = this.discharge(river, km, time)
    const ratio = flow / dry
    const noise = (name: string, memory: number) =>
      this.noise(`${river} ${Math.round(km)} ${name}`, time, memory)
    const load = this.load(river, km, time, flow)
    const nutrients = 1 + 0.15 * (1 - this.forest(river, km))
    const temperature = this.temperature(time, 1.1, 6 * HOUR)
    const life = this.photosynthesis(time) * (river === 'lan' ? 0.75 : 0.6)
    const saturation = oxygenSaturation(temperature)
    const demand = 0.018 * (load.cod + 14) + 0.12 * load.ammonia_nitrogen
    const { velocity, level, fall } = RIVERS[river]
    return {
      water_temperature: temperature + 0.15 * noise('temperature', 3 * HOUR),
      ph: 7.62 + 0.22 * life + 0.06 * noise('ph', 4 * HOUR) + load.ph,
      conductivity:
        232 * nutrients * ratio ** -0.22 * (1 + 0.015 * noise('conductivity', 6 * HOUR)) + load.conductivity,
      dissolved_oxygen: Math.max(
        0.2,
        saturation * (0.965 + 0.12 * life) - demand + 0.06 * noise('oxygen', 2 * HOUR),
      ),
      turbidity:
        7.5 * ratio ** 1.35 * Math.exp(0.09 * noise('turbidity', HOUR)) + 0.5 * load.suspended_solids,
      codmn:
        2.1 * nutrients * ratio ** 0.25 * Math.exp(0.05 * noise('codmn', 5 * HOUR)) +
        PERMANGANATE_SHARE * load.cod,
      ammonia_nitrogen:
        0.13 * nutrients * ratio ** 0.2 * Math.exp(0.12 * noise('ammonia', 4 * HOUR)) + load.ammonia_nitrogen,
      total_phosphorus:
        0.048 * nutrients * ratio ** 0.4 * Math.exp(0.1 * noise('phosphorus', 5 * HOUR)) +
        load.total_phosphorus,
      total_nitrogen:
        1.25 * nutrients * ratio ** 0.1 * Math.exp(0.05 * noise('nitrogen', 8 * HOUR)) + load.total_nitrogen,
      chlorophyll: Math.max(
        0.4,
        3.2 * (1 - 0.4 * winterness(time)) * Math.exp(0.2 * noise('chlorophyll', 8 * HOUR)),
      ),
      water_level: level - fall * km + 1.35 * (ratio ** 0.55 - 1) + 0.004 * noise('level', 4 * MINUTE),
      flow: flow * (1 + 0.01 * noise('gauge', 5 * MINUTE)),
      flow_velocity: velocity * ratio ** 0.32 * (1 + 0.03 * noise('velocity', 2 * MINUTE)),
    }
  }

  private standing(body: 'lake' | 'reservoir', time: number): WaterState {
    const noise = (name: string, memory: number) => this.noise(`${body} ${name}`, time, memory)
    const fertile = body === 'lake' ? 1 : 0.25
    const bloom = fertile * (1 - 0.55 * winterness(time)) * Math.exp(0.3 * noise('bloom', 40 * HOUR))
    const life = this.photosynthesis(time) * (0.4 + bloom)
    const temperature = this.temperature(time, body === 'lake' ? 1.5 : 0.7, 20 * HOUR)
    const storage = this.sumRunoff(30, Math.floor(time / HOUR))
    return {
      water_temperature: temperature + 0.1 * noise('temperature', 5 * HOUR),
      ph: 7.7 + 0.42 * life + 0.05 * noise('ph', 6 * HOUR),
      conductivity: (body === 'lake' ? 268 : 172) * (1 + 0.012 * noise('conductivity', 20 * HOUR)),
      dissolved_oxygen:
        oxygenSaturation(temperature) * (0.93 + 0.17 * life) + 0.1 * noise('oxygen', 2 * HOUR),
      turbidity: (body === 'lake' ? 6.2 : 2.1) * Math.exp(0.2 * noise('turbidity', 3 * HOUR)),
      codmn: (body === 'lake' ? 3.9 : 1.7) * Math.exp(0.05 * noise('codmn', 12 * HOUR)),
      ammonia_nitrogen: (body === 'lake' ? 0.16 : 0.06) * Math.exp(0.12 * noise('ammonia', 8 * HOUR)),
      total_phosphorus: (body === 'lake' ? 0.058 : 0.016) * Math.exp(0.1 * noise('phosphorus', 12 * HOUR)),
      total_nitrogen: (body === 'lake' ? 1.1 : 0.8) * Math.exp(0.05 * noise('nitrogen', 20 * HOUR)),
      chlorophyll: Math.max(0.5, 17 * bloom * (1 - 0.12 * life)),
      water_level: (body === 'lake' ? 43.1 : 86.4) + 0.12 * storage + 0.006 * noise('seiche', 10 * MINUTE),
      flow: 0,
      flow_velocity: 0,
    }
  }

  /** m³/s at a place: what it carries in dry weather, and with the rain of the last two days. */
  private discharge(river: RiverId, km: number, time: number): { flow: number; dry: number } {
    const { flow, gain, area } = RIVERS[river]
    let dry = flow + gain * km
    let flood = (area * this.runoffAt(river, time) * (10 + km)) / 30
    if (river === 'lan') {
      // The power station at the dam lets more through in the evening.
      dry += 3.5 * daily(localHour(time - (km / RIVERS.lan.velocity) * 1000 * 1000), 19, 1.8)
      for (const [name, { km: mouth, length }] of Object.entries(CONFLUENCES) as [
        'shuang' | 'cao',
        { km: number; length: number },
      ][]) {
        if (km < mouth) continue
        const tributary = this.discharge(name, length, time)
        dry += tributary.dry
        flood += tributary.flow - tributary.dry
      }
    }
    return { flow: dry + flood, dry }
  }

  /**
   * What outlets upstream add at a place: diluted by the river, later by the time of travel, spread by dispersion
   * and less what decays on the way. mg/L, conductivity in µS/cm, pH as a shift.
   */
  private load(river: RiverId, km: number, time: number, flow: number): Effluent {
    const sum: Effluent = {
      ph: 0,
      cod: 0,
      ammonia_nitrogen: 0,
      total_phosphorus: 0,
      total_nitrogen: 0,
      conductivity: 0,
      suspended_solids: 0,
    }
    for (const outlet of OUTLETS) {
      const distance = travelDistance(outlet, river, km)
      if (distance === undefined) continue
      const travel = travelTime(outlet, river, km)
      for (const [shift, weight] of spread(travel, RIVERS[river].velocity)) {
        const { flow: discharged, quality } = this.effluent(outlet, time - travel - shift)
        for (const name of Object.keys(sum) as (keyof Effluent)[]) {
          const remaining = Math.exp((-DECAY_PER_DAY[name] * travel) / (24 * HOUR))
          // Buffered by the river's carbonate: a pH unit of difference moves it by far less.
          const strength = name === 'ph' ? (quality.ph - 7.6) * 1.6 : quality[name]
          sum[name] += (weight * remaining * discharged * strength) / (flow + discharged)
        }
      }
    }
    return sum
  }

  private runoffAt(river: RiverId, time: number): number {
    const hour = Math.floor(time / HOUR)
    const share = time / HOUR - hour
    const here = this.runoff[river](hour)
    return here + share * (this.runoff[river](hour + 1) - here)
  }

  /** The rain of two days, weighted as it arrives: a gamma-shaped unit hydrograph with its crest at `response` h. */
  private sumRunoff(response: number, hour: number): number {
    let sum = 0
    let weights = 0
    for (let back = 0; back < RUNOFF_HOURS * 2; back++) {
      const x = back / response
      const weight = x * Math.exp(1 - x)
      weights += weight
      sum += weight * this.weather.rain((hour - back) * HOUR)
    }
    return (sum / weights) * 1.4
  }

  /** Water follows the air of the last days, and the sun of the day by about a degree. */
  private temperature(time: number, swing: number, lag: number): number {
    let mean = 0
    for (let day = 0; day < 4; day++)
      mean += this.weather.dailyMean(Math.floor(time / HOUR) * HOUR - lag - day * 24 * HOUR) / 4
    const sun = daily(localHour(time), 16.2, 4) - 0.42
    return Math.max(0.4, 2.2 + 0.9 * mean + swing * sun)
  }

  /** About -0.4 by night to 1 on a bright summer afternoon; algae answer the sun with a delay. */
  private photosynthesis(time: number): number {
    let light = 0
    for (let hours = 0; hours < 4; hours++) light += clearSkyRadiation(time - hours * HOUR) / 4
    const { cloud } = this.weather.at(Math.floor(time / MINUTE) * MINUTE)
    return ((light * (1 - 0.5 * cloud)) / 620) * (1 - 0.25 * winterness(time)) - 0.3
  }

  private noise(name: string, time: number, memory: number): number {
    return this.fluctuations.at(name, time, memory)
  }

  private forest(river: RiverId, km: number): number {
    return river === 'lan' ? Math.max(0, 1 - km / 45) : Math.max(0, 1 - km / 30)
  }
}

/** mg/L of oxygen in fresh water at saturation and sea level, by °C (Elmore and Hayes 1960). */
export function oxygenSaturation(temperature: number): number {
  return 14.652 - 0.41022 * temperature + 0.007991 * temperature ** 2 - 0.000077774 * temperature ** 3
}

/** ms from an outlet to a place downstream; infinite for places it does not reach. */
export function travelTime(outlet: Outlet, river: RiverId, km: number): number {
  const distance = travelDistance(outlet, river, km)
  if (distance === undefined) return Number.POSITIVE_INFINITY
  if (outlet.river === river) return (distance / RIVERS[river].velocity) * 1e6
  const { length, km: mouth } = CONFLUENCES[outlet.river as 'shuang' | 'cao']
  return ((length - outlet.km) / RIVERS[outlet.river].velocity + (km - mouth) / RIVERS.lan.velocity) * 1e6
}

/** km from an outlet down to a place, or undefined. */
function travelDistance(outlet: Outlet, river: RiverId, km: number): number | undefined {
  if (outlet.river === river) return outlet.km < km ? km - outlet.km : undefined
  if (river !== 'lan' || outlet.river === 'lan') return undefined
  const { length, km: mouth } = CONFLUENCES[outlet.river]
  return km > mouth ? length - outlet.km + (km - mouth) : undefined
}

/** Five arrivals of what left at once (Gauss-Hermite nodes): shifts in ms with their weights. */
function spread(travel: number, velocity: number): readonly (readonly [shift: number, weight: number])[] {
  const deviation = (Math.sqrt(2 * DISPERSION * (travel / 1000)) / velocity) * 1000
  return ARRIVALS.map(([node, weight]) => [node * deviation, weight] as const)
}

const ARRIVALS = [
  [-2.857, 0.011257],
  [-1.3556, 0.222076],
  [0, 0.533333],
  [1.3556, 0.222076],
  [2.857, 0.011257],
] as const
