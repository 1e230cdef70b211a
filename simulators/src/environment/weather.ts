import { DAY, dayOfYear, floorMod, HOUR, localHour, MINUTE } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import { memoize } from './memo.ts'
import { clearSkyRadiation } from './sun.ts'

/** The weather over the territory as a whole, at the height of the town. */
export interface WeatherState {
  /** °C */
  temperature: number
  dewpoint: number
  /** hPa, reduced to sea level. */
  seaLevelPressure: number
  /** m/s at 10 m, and the direction it comes from in degrees. */
  windSpeed: number
  windDirection: number
  /** 0 clear to 1 overcast. */
  cloud: number
  /** mm/h */
  rain: number
  /** W/m² on the level. */
  solar: number
  /** m; what is emitted near the ground mixes up to here. */
  mixingHeight: number
  /** 0 to 1: how firmly cold air lies at the ground. */
  inversion: number
}

/** The day of the year on which it is warmest on average, late July. */
const WARMEST_DAY = 205
const YEAR = 365.25

/** Weather as a function of time alone: summer monsoon from the south-west, winter wind from the north. */
export class Weather {
  readonly at: (time: number) => WeatherState
  /** mm/h, on a lattice of ten minutes with straight lines between; rivers and soil sum it up. */
  readonly rain: (time: number) => number
  private readonly rainOnLattice: (index: number) => number

  constructor(private readonly fluctuations: Fluctuations) {
    this.at = memoize((time) => this.compute(time))
    this.rainOnLattice = memoize((index) => this.rainRate(index * RAIN_STEP), 8192)
    this.rain = (time) => {
      const position = time / RAIN_STEP
      const index = Math.floor(position)
      const here = this.rainOnLattice(index)
      return here + (position - index) * (this.rainOnLattice(index + 1) - here)
    }
  }

  /** Mean air temperature of the season with the air mass of the day, without the course of the day; °C. */
  dailyMean(time: number): number {
    return seasonalMean(time) + 2.4 * this.airMass(time) - 1.3 * this.pressureAnomaly(time) * winterness(time)
  }

  /**
   * Millimetres fallen in a period, in tips of a 0.2 mm bucket. Periods that follow each other within a day
   * add up to what fell; what is left in the bucket at midnight UTC is lost.
   */
  rainfall(from: number, to: number): number {
    const midnight = Math.floor(from / DAY) * DAY
    const tips = Math.floor(this.depth(midnight, to) / TIP) - Math.floor(this.depth(midnight, from) / TIP)
    return Math.round(tips * TIP * 10) / 10
  }

  /** mm fallen since a lattice point, by the trapezoidal rule. */
  private depth(since: number, time: number): number {
    const last = Math.floor(time / RAIN_STEP)
    let depth = 0
    for (let at = Math.round(since / RAIN_STEP); at < last; at++) {
      depth += ((this.rainOnLattice(at) + this.rainOnLattice(at + 1)) / 2) * (RAIN_STEP / HOUR)
    }
    return depth + ((this.rainOnLattice(last) + this.rain(time)) / 2) * ((time - last * RAIN_STEP) / HOUR)
  }

  private compute(time: number): WeatherState {
    const cloud = this.cloud(time)
    const rain = this.rain(time)
    const solar = this.solar(time)
    const heating = this.heating(time)
    const windSpeed = this.windSpeed(time, heating)
    const temperature = this.temperature(time, cloud, rain)
    const dewpoint = Math.min(temperature - (rain > 0.1 ? 0.6 : 0.4), this.dewpointOfAirMass(time, cloud))
    const night = Math.max(0, 1 - heating / 60)
    const inversion = night * (1 - cloud) * Math.exp(-windSpeed / 2.2)
    return {
      temperature,
      dewpoint,
      seaLevelPressure: this.pressure(time),
      windSpeed,
      windDirection: this.windDirection(time, windSpeed),
      cloud,
      rain,
      solar,
      mixingHeight: Math.min(
        2400,
        170 + 1500 * (heating / 700) ** 0.8 + 95 * windSpeed * (1 - 0.6 * inversion),
      ),
      inversion,
    }
  }

  private pressureAnomaly(time: number): number {
    return this.fluctuations.at('weather pressure', time, 55 * HOUR, 3 * HOUR)
  }

  private airMass(time: number): number {
    return this.fluctuations.at('weather air mass', time, 70 * HOUR, 3 * HOUR)
  }

  private pressure(time: number): number {
    // The atmospheric tide has two highs a day, at 10 and 22 h (Chapman and Lindzen 1970).
    const tide = 1.1 * Math.cos((2 * Math.PI * (localHour(time) - 10)) / 12)
    return 1016 + 8.5 * winterness(time) + 5.2 * this.pressureAnomaly(time) + tide
  }

  private cloud(time: number): number {
    const drive =
      1.5 * this.fluctuations.at('weather cloud', time, 13 * HOUR, HOUR) -
      0.9 * this.pressureAnomaly(time) -
      0.2
    return 1 / (1 + Math.exp(-1.8 * drive))
  }

  private rainRate(time: number): number {
    const drive =
      this.fluctuations.at('weather rain', time, 5 * HOUR, 0.5 * HOUR) + 1.9 * (this.cloud(time) - 0.6)
    const excess = drive - 1.25 - 0.25 * winterness(time)
    return excess <= 0 ? 0 : 2.7 * (1 - 0.35 * winterness(time)) * excess ** 1.5
  }

  private solar(time: number): number {
    const flicker =
      1 + 0.16 * this.cloud(time) * this.fluctuations.at('weather flicker', time, 6 * MINUTE, 2 * MINUTE)
    return Math.max(0, this.meanSolar(time) * flicker)
  }

  private meanSolar(time: number): number {
    return clearSkyRadiation(time) * (1 - 0.74 * this.cloud(time) ** 2.4)
  }

  /** W/m²: the sun of the last hours, which warms ground and air. */
  private heating(time: number): number {
    let sum = 0
    for (let hours = 0; hours < 4; hours++)
      sum += (HEATING_WEIGHTS[hours] as number) * this.meanSolar(time - hours * HOUR)
    return sum
  }

  private temperature(time: number, cloud: number, rain: number): number {
    const hour = localHour(time)
    const amplitude = 5.4 * (1 - 0.62 * cloud)
    // Coldest at sunrise, warmest half past two: a first harmonic and a smaller second one.
    const course =
      Math.cos((2 * Math.PI * (hour - 14.6)) / 24) + 0.2 * Math.cos((4 * Math.PI * (hour - 13.2)) / 24)
    return this.dailyMean(time) + amplitude * course - 1.4 * Math.min(1.5, rain)
  }

  private dewpointOfAirMass(time: number, cloud: number): number {
    const noise = this.fluctuations.at('weather dewpoint', time, 30 * HOUR, 2 * HOUR)
    // Even monsoon air holds no more.
    return Math.min(
      28,
      this.dailyMean(time) - 5.6 - 2.4 * winterness(time) + 2.3 * noise + 5.2 * (cloud - 0.4),
    )
  }

  private windSpeed(time: number, heating: number): number {
    const weatherWind = Math.exp(0.5 * this.fluctuations.at('weather wind', time, 11 * HOUR, HOUR))
    // By day the wind aloft is mixed down, by night the valley lies calm.
    const mixing = 0.5 + 0.75 * Math.min(1, heating / 500)
    const gust = Math.max(
      0.4,
      1 + 0.17 * this.fluctuations.at('weather gust', time, 2 * MINUTE, 0.5 * MINUTE),
    )
    return 0.2 + 2.1 * weatherWind * mixing * gust
  }

  private windDirection(time: number, speed: number): number {
    const prevailing = prevailingDirection(winterness(time))
    const swing = 48 * this.fluctuations.at('weather direction', time, 20 * HOUR, 2 * HOUR)
    const veer = (16 / (0.5 + speed / 2)) * this.fluctuations.at('weather veer', time, 8 * MINUTE, MINUTE)
    return floorMod(prevailing + swing + veer, 360)
  }
}

const RAIN_STEP = 10 * MINUTE
/** mm per tip of the rain gauge. */
const TIP = 0.2
const HEATING_WEIGHTS = [0.3, 0.3, 0.25, 0.15]

function seasonalMean(time: number): number {
  return 16.6 + 11.8 * Math.cos((2 * Math.PI * (dayOfYear(time) - WARMEST_DAY)) / YEAR)
}

/** 1 in late January, -1 in late July. */
export function winterness(time: number): number {
  return -Math.cos((2 * Math.PI * (dayOfYear(time) - WARMEST_DAY)) / YEAR)
}

/** From 20° in winter, from 205° in summer, turning through west in between. */
function prevailingDirection(winter: number): number {
  const component = (f: (angle: number) => number) =>
    (1 + winter) * f((20 * Math.PI) / 180) + (1 - winter) * f((205 * Math.PI) / 180)
  return (Math.atan2(component(Math.sin), component(Math.cos)) * 180) / Math.PI
}

/** Relative humidity in percent from temperature and dew point in °C (Magnus formula, WMO-No. 8). */
export function relativeHumidity(temperature: number, dewpoint: number): number {
  const pressure = (celsius: number) => Math.exp((17.62 * celsius) / (243.12 + celsius))
  return Math.min(100, (100 * pressure(dewpoint)) / pressure(temperature))
}

/** Station pressure in hPa at a height in m above sea level (barometric formula). */
export function stationPressure(seaLevel: number, elevation: number, temperature: number): number {
  return seaLevel * Math.exp(-elevation / (29.27 * (temperature + 273.15 + 0.00325 * elevation)))
}
