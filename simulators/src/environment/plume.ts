import type { Point } from '../territory/plane.ts'
import type { WeatherState } from './weather.ts'

export interface PlumeSource {
  at: Point
  /** Stack height and diameter, m. */
  height: number
  diameter: number
  /** m/s and °C of the gas. */
  velocity: number
  temperature: number
  /** g/s */
  rate: number
}

/**
 * Concentration at the ground in µg/m³ from one stack: Gaussian plume with reflection at the ground and at the
 * mixing height, Briggs' open-country dispersion and plume rise, widened by the meandering of an hour's wind.
 */
export function plume(source: PlumeSource, receptor: Point, weather: WeatherState): number {
  if (source.rate <= 0) return 0
  const towards = ((weather.windDirection + 180) * Math.PI) / 180
  const east = (receptor[0] - source.at[0]) * 1000
  const north = (receptor[1] - source.at[1]) * 1000
  const along = east * Math.sin(towards) + north * Math.cos(towards)
  if (along < 50) return 0
  const across = east * Math.cos(towards) - north * Math.sin(towards)
  const { y, z } = dispersion(along, stabilityOf(weather))
  const sigmaY = Math.hypot(y, 0.12 * along)
  const speed = Math.max(0.7, weather.windSpeed * (Math.max(10, source.height) / 10) ** 0.2)
  const height = source.height + rise(source, weather.temperature, speed)
  const sideways = Math.exp(-(across * across) / (2 * sigmaY * sigmaY))
  if (sideways < 1e-6) return 0
  const grams =
    (source.rate / (2 * Math.PI * speed * sigmaY * z)) * sideways * vertical(height, z, weather.mixingHeight)
  return grams * 1e6
}

/** Briggs' final rise of a buoyant plume in neutral air, m: 38.71 F^0.6 / u above a buoyancy of 55 m⁴/s³. */
function rise({ velocity, diameter, temperature }: PlumeSource, ambient: number, speed: number): number {
  const buoyancy =
    (9.81 * velocity * diameter ** 2 * Math.max(0, temperature - ambient)) / (4 * (temperature + 273.15))
  return (buoyancy < 55 ? 21.425 * buoyancy ** 0.75 : 38.71 * buoyancy ** 0.6) / speed
}

function vertical(height: number, sigma: number, mixingHeight: number): number {
  const term = (distance: number) => Math.exp(-(distance * distance) / (2 * sigma * sigma))
  if (height > mixingHeight) return 0.2 * term(height)
  return 2 * term(height) + 2 * term(2 * mixingHeight - height)
}

type Stability = 'B' | 'D' | 'F'

function stabilityOf({ solar, windSpeed, inversion }: WeatherState): Stability {
  if (solar > 250 && windSpeed < 5) return 'B'
  return inversion > 0.2 ? 'F' : 'D'
}

/** Standard deviations of the plume in m, by distance in m (Briggs 1973, open country). */
function dispersion(x: number, stability: Stability): { y: number; z: number } {
  const root = 1 / Math.sqrt(1 + 0.0001 * x)
  if (stability === 'B') return { y: 0.16 * x * root, z: 0.12 * x }
  if (stability === 'D') return { y: 0.08 * x * root, z: (0.06 * x) / Math.sqrt(1 + 0.0015 * x) }
  return { y: 0.04 * x * root, z: (0.016 * x) / (1 + 0.0003 * x) }
}
