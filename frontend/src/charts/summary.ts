import { isUsable, type Series } from './series.ts'

export interface Summary {
  minimum: number
  mean: number
  maximum: number
  /** Values the mean is made of: readings, or windows of aggregates. */
  count: number
}

/** Extremes and mean of the usable values within [from, to], epoch milliseconds; null when there are none. */
export function summarise(series: Series, from: number, to: number): Summary | null {
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  let sum = 0
  let count = 0
  for (let at = 0; at < series.time.length; at++) {
    const time = series.time[at] as number
    const value = series.value[at] ?? null
    if (time < from || time > to || value === null || !isUsable(series.quality[at] as number)) continue
    minimum = Math.min(minimum, series.low?.[at] ?? value)
    maximum = Math.max(maximum, series.high?.[at] ?? value)
    sum += value
    count++
  }
  return count === 0 ? null : { minimum, mean: sum / count, maximum, count }
}

/** Results within [from, to] that failed the quality tests. */
export function failedCount(series: Series, from: number, to: number): number {
  let count = 0
  for (let at = 0; at < series.time.length; at++) {
    const time = series.time[at] as number
    const failed = series.value[at] != null && !isUsable(series.quality[at] as number)
    if (failed && time >= from && time <= to) count++
  }
  return count
}

/** A limit farther from the data than their spread, or than this share of their size, stays out of sight. */
const REACH = 0.4

/**
 * Bounds of the value axis: the data with some air, and any limit that is close enough not to squash them.
 * A constant series gets a band around it.
 */
export function valueBounds(minimum: number, maximum: number, limits: readonly number[]): [number, number] {
  const spread = maximum - minimum || Math.abs(maximum) * 0.2 || 1
  const reach = Math.max(spread, REACH * Math.max(Math.abs(minimum), Math.abs(maximum)))
  let low = minimum
  let high = maximum
  for (const limit of limits) {
    if (limit > maximum && limit - maximum <= reach) high = Math.max(high, limit)
    if (limit < minimum && minimum - limit <= reach) low = Math.min(low, limit)
  }
  const air = (high - low || spread) * 0.08
  // Quantities that cannot be negative are not given negative ground.
  return [minimum >= 0 ? Math.max(0, low - air) : low - air, high + air]
}
