/** The territory is laid out on a plane in kilometres around the old bridge of its town: x east, y north. */

export type Point = readonly [x: number, y: number]

/** The old bridge, WGS 84. */
export const ORIGIN = { latitude: 30.214, longitude: 118.372 } as const

const KM_PER_DEGREE_LATITUDE = 110.857
const KM_PER_DEGREE_LONGITUDE = 111.32 * Math.cos((ORIGIN.latitude * Math.PI) / 180)

/** Longitude and latitude in degrees, rounded to a metre. */
export function toGeographic([x, y]: Point): [longitude: number, latitude: number] {
  return [
    round(ORIGIN.longitude + x / KM_PER_DEGREE_LONGITUDE),
    round(ORIGIN.latitude + y / KM_PER_DEGREE_LATITUDE),
  ]
}

/** The inverse of `toGeographic`, up to its rounding. */
export function toPlane(longitude: number, latitude: number): Point {
  return [
    (longitude - ORIGIN.longitude) * KM_PER_DEGREE_LONGITUDE,
    (latitude - ORIGIN.latitude) * KM_PER_DEGREE_LATITUDE,
  ]
}

function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}
