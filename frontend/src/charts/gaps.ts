/** Intervals this many times the usual one are a gap. */
const GAP_FACTOR = 2.5
/** Readings closer together than this are never apart enough to be a gap, milliseconds. */
const SHORTEST_GAP = 90_000

/**
 * The interval beyond which two readings are not joined, milliseconds: a multiple of the usual (median) interval, so
 * that an hourly instrument has no gaps and a one-minute instrument shows every hour it missed.
 * `window` is the width of aggregates, 0 for single readings.
 */
export function gapThreshold(times: readonly number[], window: number): number {
  const shortest = window > 0 ? window * 1.5 : SHORTEST_GAP
  if (times.length < 3) return Number.POSITIVE_INFINITY
  const intervals = times.slice(1).map((time, at) => time - (times[at] as number))
  intervals.sort((a, b) => a - b)
  const median = intervals[intervals.length >> 1] as number
  return Math.max(shortest, median * GAP_FACTOR)
}

/** Where nulls belong: positions in `times` before which the line breaks. */
export function gapsBefore(times: readonly number[], threshold: number): number[] {
  const gaps: number[] = []
  for (let at = 1; at < times.length; at++) {
    if ((times[at] as number) - (times[at - 1] as number) > threshold) gaps.push(at)
  }
  return gaps
}

/** A column with an extra `filler` before each of the positions (ascending). */
export function withFillers<T>(
  column: readonly T[],
  positions: readonly number[],
  filler: (at: number) => T,
): T[] {
  const result: T[] = []
  let next = 0
  for (let at = 0; at < column.length; at++) {
    if (positions[next] === at) {
      result.push(filler(at))
      next++
    }
    result.push(column[at] as T)
  }
  return result
}
