import type { ScenarioCalendar } from '../scenarios/schedule.ts'
import type { Point } from '../territory/plane.ts'
import { PLANTS } from '../territory/plants.ts'
import { daily, HOUR, isWeekend, localHour, MINUTE } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import { memoize } from './memo.ts'
import { plantState } from './plant-model.ts'
import { type PlumeSource, plume } from './plume.ts'
import { emissionRate, stackState } from './stack-model.ts'
import { relativeHumidity, type Weather, type WeatherState, winterness } from './weather.ts'

/** What the surroundings of an air station add to, or keep away from, the air of the whole territory. */
export interface AirSite {
  at: Point
  /** Traffic beside the station: 1 is the town's average, 3 the kerb of a main road, 0 none. */
  traffic: number
  /** Share of the territory's particulates that reach the site: 1 in the valley, less on the hills. */
  valley: number
  /** Diffuse emissions nearby: of solvents, of a landfill or stable. */
  solvents?: number
  landfill?: number
}

/** µg/m³, but CO in mg/m³. */
export interface AirState {
  pm25: number
  pm10: number
  so2: number
  no: number
  no2: number
  nox: number
  co: number
  o3: number
  voc: number
  nmhc: number
  h2s: number
  nh3: number
}

/** µg/m³ per ppb at 25 °C and 101.325 kPa. */
const NO_PER_PPB = 1.227
const NO2_PER_PPB = 1.88
const O3_PER_PPB = 1.963
const SPIN_UP_HOURS = 60

/** The air over the territory: a box that fills and is blown out, with traffic, sunlight and stacks in it. */
export class AirModel {
  private readonly particulates: (hour: number) => number
  private readonly sources: (minute: number) => Record<'so2' | 'nox' | 'nmhc', PlumeSource[]>

  constructor(
    private readonly fluctuations: Fluctuations,
    private readonly weather: Weather,
    private readonly calendar: ScenarioCalendar,
  ) {
    this.particulates = memoize((hour) => this.accumulate(hour))
    this.sources = memoize((minute) => this.stackSources(minute * MINUTE), 64)
  }

  at(site: AirSite, time: number): AirState {
    const weather = this.weather.at(time)
    const plumes = this.plumes(site.at, time, weather)
    const gases = this.photochemistry(site, time, weather, plumes.nox)
    const dust = this.dust(site.at, time)
    const traffic = trafficActivity(time) * site.traffic
    const humid = relativeHumidity(weather.temperature, weather.dewpoint)
    const fine = this.regionalParticulates(time) * site.valley * (1 + 0.35 * Math.max(0, (humid - 70) / 30))
    const pm25 = fine + 3.2 * traffic * dilution(weather) + 0.2 * dust
    const coarse = 7 + 0.35 * fine + 5.5 * traffic * dilution(weather) + blownDust(weather) + 0.8 * dust
    const odour = (site.landfill ?? 0) * (0.25 + 2.2 * weather.inversion) * dilution(weather)
    const solvents = (site.solvents ?? 0) * dilution(weather) * (0.5 + 0.5 * trafficActivity(time))
    return {
      ...gases,
      pm25,
      pm10: pm25 + Math.max(2, coarse) * (weather.rain > 0.2 ? 0.6 : 1),
      so2: 4.5 + 2.5 * winterFactor(time) + plumes.so2,
      co: 0.28 + 0.0052 * gases.nox + 0.0038 * pm25,
      voc: 22 + 30 * traffic * dilution(weather) + 55 * solvents + 1.3 * plumes.nmhc,
      nmhc: (120 + 60 * traffic * dilution(weather) + 190 * solvents + plumes.nmhc) / 1000,
      h2s: 1.2 + 16 * odour,
      nh3: 9 + 38 * odour,
    }
  }

  /**
   * Fine particulates of the territory, µg/m³, by the hour: dC/dt = sources / mixing height - (C - background) ×
   * (ventilation + deposition + washout). Started from the background sixty hours earlier; by then it has
   * forgotten where it started.
   */
  private accumulate(hour: number): number {
    let concentration = 24
    for (let at = hour - SPIN_UP_HOURS; at < hour; at++) {
      const time = at * HOUR
      const { mixingHeight, windSpeed, rain } = this.weather.at(time)
      const source =
        (0.9 + 1.3 * trafficActivity(time) + 0.8 * winterFactor(time)) * (500 / mixingHeight) ** 0.7
      const loss = 0.034 * windSpeed ** 1.25 + 0.008 + 0.13 * rain ** 0.7
      const background = 10 + 6 * winterFactor(time)
      const equilibrium = background + source / loss
      concentration = equilibrium + (concentration - equilibrium) * Math.exp(-loss)
    }
    return concentration
  }

  private regionalParticulates(time: number): number {
    const hour = Math.floor(time / HOUR)
    const share = time / HOUR - hour
    const here = this.particulates(hour)
    return here + share * (this.particulates(hour + 1) - here)
  }

  /**
   * NO, NO2 and O3 from nitrogen oxides, total oxidant and sunlight in the photostationary state (Leighton
   * 1961): J·[NO2] = k·[NO]·[O3]. Ozone is low where fresh NO is, and highest in the sunny afternoon.
   */
  private photochemistry(site: AirSite, time: number, weather: WeatherState, plumeNox: number) {
    const roadside = 34 * trafficActivity(time) * site.traffic * dilution(weather)
    const nox = 3.4 + 5 * site.valley * dilution(weather) + roadside + plumeNox / NO2_PER_PPB
    const oxidant = this.oxidant(time, weather) + 0.09 * nox
    const equilibrium = 0.6 + 18 * (weather.solar / 800)
    const b = nox - oxidant + equilibrium
    const ozone = (-b + Math.sqrt(b * b + 4 * equilibrium * oxidant)) / 2
    const no2 = Math.min(nox, Math.max(0, oxidant - ozone))
    const no = nox - no2
    return { no: no * NO_PER_PPB, no2: no2 * NO2_PER_PPB, nox: nox * NO2_PER_PPB, o3: ozone * O3_PER_PPB }
  }

  /** O3 + NO2 in ppb: the background, what the sun has made in the last hours, less what the ground took at night. */
  private oxidant(time: number, weather: WeatherState): number {
    let sun = 0
    for (let hours = 0; hours < 5; hours++)
      sun += this.weather.at(Math.floor(time / MINUTE) * MINUTE - hours * HOUR).solar / 5
    const made = 34 * (sun / 600) * Math.exp(0.022 * (weather.temperature - 20))
    const slow = this.fluctuations.at('oxidant', time, 40 * HOUR, 4 * HOUR)
    return (33 - 4 * winterness(time) + 3.5 * slow) * (1 - 0.45 * weather.inversion) + made
  }

  private plumes(place: Point, time: number, weather: WeatherState) {
    const sources = this.sources(Math.floor(time / MINUTE))
    const sum = (list: readonly PlumeSource[]) =>
      list.reduce((total, source) => total + plume(source, place, weather), 0)
    return { so2: sum(sources.so2), nox: sum(sources.nox), nmhc: sum(sources.nmhc) }
  }

  private stackSources(time: number) {
    const sources = { so2: [] as PlumeSource[], nox: [] as PlumeSource[], nmhc: [] as PlumeSource[] }
    for (const plant of PLANTS) {
      if (plant.stack === undefined) continue
      const { at, height, diameter } = plant.stack
      const state = plantState(this.fluctuations, this.calendar, plant, time)
      const { components, flow, velocity, temperature } = stackState(
        this.fluctuations,
        plant,
        plant.stack,
        state,
        time,
      )
      const source = { at, height, diameter, velocity, temperature }
      for (const gas of ['so2', 'nox', 'nmhc'] as const) {
        sources[gas].push({ ...source, rate: emissionRate(components[`emission_${gas}`], flow) })
      }
    }
    return sources
  }

  private dust(place: Point, time: number): number {
    return this.calendar.effectsAt(time).reduce((sum, { dust }) => sum + (dust?.at(place) ?? 0), 0)
  }
}

/** Traffic on the streets: 1 at the height of the morning, peaks at eight and half past five on working days. */
export function trafficActivity(time: number): number {
  const hour = localHour(time)
  if (isWeekend(time)) return 0.1 + 0.5 * daily(hour, 11.5, 2.6) + 0.52 * daily(hour, 18, 2.4)
  return 0.1 + 0.86 * daily(hour, 8, 1.2) + 0.42 * daily(hour, 12.8, 2.4) + 0.84 * daily(hour, 17.8, 1.5)
}

/** How much more (or less) a source near the ground is felt than on an average day. */
function dilution({ mixingHeight, windSpeed }: WeatherState): number {
  return (500 / mixingHeight) ** 0.45 * (2 / (windSpeed + 0.5)) ** 0.65
}

function blownDust({ windSpeed, rain, dewpoint, temperature }: WeatherState): number {
  if (rain > 0.05 || temperature - dewpoint < 3) return 0
  return Math.max(0, windSpeed - 4.5) ** 1.6 * 4
}

/** 0 in summer to 1 in winter: heating. */
function winterFactor(time: number): number {
  return (1 + winterness(time)) / 2
}
