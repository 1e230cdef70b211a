import { ORIGIN } from '../territory/plane.ts'
import { HOUR } from './calendar.ts'

const RADIANS = Math.PI / 180
/** 2000-01-01T12:00:00Z */
const J2000 = 946_728_000_000

/** Sine of the sun's elevation above the horizon of the territory (Astronomical Almanac, low precision). */
export function sineOfElevation(time: number): number {
  const days = (time - J2000) / (24 * HOUR)
  const anomaly = (357.528 + 0.9856003 * days) * RADIANS
  const longitude =
    (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS
  const obliquity = 23.439 * RADIANS
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(longitude))
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude))
  const siderealTime = (280.46062 + 360.9856474 * days + ORIGIN.longitude) * RADIANS
  const hourAngle = siderealTime - rightAscension
  const latitude = ORIGIN.latitude * RADIANS
  return (
    Math.sin(latitude) * Math.sin(declination) +
    Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
  )
}

/** Global irradiance on the level under a clear sky, W/m² (Haurwitz 1945). */
export function clearSkyRadiation(time: number): number {
  const sine = sineOfElevation(time)
  return sine <= 0.01 ? 0 : 1098 * sine * Math.exp(-0.057 / sine)
}
