/** Intervals this many times the usual one are a gap. */
const GAP_FACTOR = 2.5
/** Readings closer together than this are never apart enough to be a gap, milliseconds. */
const SHORTEST_GAP = 90_000

/** How many intervals before and after are looked at for the usual one. */
const NEIGHBOURS = 5

/**
 * Where nulls belong: positions in `times` before which the line breaks. An interval is a gap when it is a multiple of
 * the usual ones just before and just after it, so that an hourly instrument has no gaps, a one-minute instrument
 * shows every hour it missed, and ten-minute history before five-second readings is still a line.
 * `window` is the width of aggregates in milliseconds, 0 for single readings.
 */
export function gapsBefore(times: readonly number[], window: number): number[] {
  if (times.length < 3) return []
  const shortest = window > 0 ? window * 1.5 : SHORTEST_GAP
  const intervals = times.slice(1).map((time, at) => time - (times[at] as number))
  const gaps: number[] = []
  for (let at = 0; at < intervals.length; at++) {
    const interval = intervals[at] as number
    if (interval > shortest && interval > GAP_FACTOR * usualAround(intervals, at)) gaps.push(at + 1)
  }
  return gaps
}

/** The slower of the usual (median) intervals before and after the one at `at`. */
function usualAround(intervals: readonly number[], at: number): number {
  const before = intervals.slice(Math.max(0, at - NEIGHBOURS), at)
  const after = intervals.slice(at + 1, at + 1 + NEIGHBOURS)
  return Math.max(median(before), median(after))
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0
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
