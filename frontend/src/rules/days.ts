import type { BacktestResult } from '@osprey/core/api/rules'

const DAY = 86_400_000

export interface DayCounts {
  /** YYYY-MM-DD. */
  date: string
  /** One per result. */
  counts: number[]
}

/** Every day of the range, those without a firing too; the days are those of the results' own time zone. */
export function daysOf(
  results: readonly Pick<BacktestResult, 'perDay'>[],
  from: string,
  to: string,
): DayCounts[] {
  const named = results.map(({ perDay }) => new Map(perDay.map(({ date, firings }) => [date, firings])))
  const dates = new Set(named.flatMap((days) => [...days.keys()]))
  // A day more on both sides can be part of the range in another time zone; it counts only when it has firings.
  const last = Date.parse(to) - 1
  for (let time = Date.parse(from); time <= last; time += DAY)
    dates.add(new Date(time).toISOString().slice(0, 10))
  return [...dates].sort().map((date) => ({ date, counts: named.map((days) => days.get(date) ?? 0) }))
}
