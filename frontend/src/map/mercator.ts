/** Web Mercator (EPSG:3857) with the world as the unit square, y down. */

/** Latitude at which the square ends, degrees. */
export const MAX_LATITUDE = 85.0511287798066

export function mercatorX(longitude: number): number {
  return longitude / 360 + 0.5
}

export function mercatorY(latitude: number): number {
  const clamped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude))
  const sine = Math.sin((clamped * Math.PI) / 180)
  return 0.5 - (0.25 * Math.log((1 + sine) / (1 - sine))) / Math.PI
}

export function longitudeOf(x: number): number {
  return (x - 0.5) * 360
}

export function latitudeOf(y: number): number {
  return (360 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI))) / Math.PI - 90
}
