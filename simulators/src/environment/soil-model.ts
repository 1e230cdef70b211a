import { HOUR, localHour, MINUTE } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import { memoize } from './memo.ts'
import { type Weather, winterness } from './weather.ts'

export interface SoilState {
  /** Percent by volume. */
  soil_moisture: number
  soil_temperature: number
  /** µS/cm */
  soil_conductivity: number
  soil_ph: number
}

export interface SoilSite {
  /** Moisture after a long dry spell and the most the soil holds, percent. */
  dry: number
  full: number
  ph: number
}

const MEMORY_HOURS = 240
const DRYING_HOURS = 70

/** Topsoil: wetted by rain, dried by days, warmed slowly. */
export class SoilModel {
  private readonly wetness: (hour: number) => number

  constructor(
    private readonly fluctuations: Fluctuations,
    private readonly weather: Weather,
  ) {
    this.wetness = memoize((hour) => this.sumRain(hour))
  }

  at(station: string, site: SoilSite, time: number): SoilState {
    const noise = (name: string, memory: number) => this.fluctuations.at(`${station} ${name}`, time, memory)
    const hour = Math.floor(time / HOUR)
    const share = time / HOUR - hour
    const wet = this.wetness(hour) + share * (this.wetness(hour + 1) - this.wetness(hour))
    const filled = 1 - Math.exp(-(wet + 8 + 6 * winterness(time)) / 26)
    const moisture = site.dry + (site.full - site.dry) * filled
    let mean = 0
    for (let day = 0; day < 3; day++) mean += this.weather.dailyMean(hour * HOUR - day * 24 * HOUR) / 3
    // At 10 cm the wave of the day comes three hours late and at a third of its height.
    const wave = 1.7 * Math.cos((2 * Math.PI * (localHour(time) - 17.5)) / 24)
    return {
      soil_moisture: moisture + 0.04 * noise('moisture', 20 * MINUTE),
      soil_temperature: 1.5 + 0.95 * mean + wave + 0.05 * noise('temperature', 30 * MINUTE),
      soil_conductivity: 90 + 7.5 * moisture + 4 * noise('conductivity', 8 * HOUR),
      soil_ph: site.ph + 0.03 * noise('ph', 24 * HOUR),
    }
  }

  /** mm that are still in the soil: what fell in ten days, less what dried off. */
  private sumRain(hour: number): number {
    let sum = 0
    for (let back = 0; back < MEMORY_HOURS; back++) {
      sum += this.weather.rain((hour - back) * HOUR) * Math.exp(-back / DRYING_HOURS)
    }
    return sum
  }
}
