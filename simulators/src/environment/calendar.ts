/** The territory keeps one civil time all year. */
export const UTC_OFFSET = 8 * 3_600_000

export const SECOND = 1000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** Hours since local midnight, 0 to 24. */
export function localHour(time: number): number {
  return floorMod(time + UTC_OFFSET, DAY) / HOUR
}

/** Number of the local day, counted from 1970-01-01. */
export function localDay(time: number): number {
  return Math.floor((time + UTC_OFFSET) / DAY)
}

/** The instant at which a local day begins. */
export function startOfDay(day: number): number {
  return day * DAY - UTC_OFFSET
}

/** Saturday or Sunday, by local date. 1970-01-01 was a Thursday. */
export function isWeekend(time: number): boolean {
  const weekday = floorMod(localDay(time) + 4, 7)
  return weekday === 0 || weekday === 6
}

/** Days since the local new year, with fractions. */
export function dayOfYear(time: number): number {
  const local = new Date(time + UTC_OFFSET)
  return (local.getTime() - Date.UTC(local.getUTCFullYear(), 0)) / DAY
}

/** A bell of height 1 around a time of day, wrapping at midnight; `width` is its standard deviation in hours. */
export function daily(hour: number, centre: number, width: number): number {
  const away = floorMod(hour - centre + 12, 24) - 12
  return Math.exp(-(away * away) / (2 * width * width))
}

export function floorMod(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor
}
