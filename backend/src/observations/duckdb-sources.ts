import { DAY, type DayCounts, dayOf } from './days.ts'
import type { Sources } from './duckdb-queries.ts'
import type { Partition } from './partitions.ts'

/** Days of [from, to) that hold anything, in the hot table or a partition; ascending. */
export function daysWithin(
  hot: DayCounts,
  partitions: ReadonlyMap<number, Partition>,
  from: number,
  to: number,
): number[] {
  const first = dayOf(from)
  const last = dayOf(to - 1)
  const days = new Set<number>()
  for (const day of hot.days()) if (day >= first && day <= last) days.add(day)
  for (const day of partitions.keys()) if (day >= first && day <= last) days.add(day)
  return [...days].sort((a, b) => a - b)
}

/**
 * Where the observations of datastreams (ascending) of some neighbouring days lie; undefined when there is nothing to
 * look at.
 *
 * The hot table is read from its first to its last day among them. Files between the two count as amended even
 * when the hot table has no row of their day now: it may have one when the statement runs.
 */
export function sourcesOf(
  hot: DayCounts,
  partitions: ReadonlyMap<number, Partition>,
  datastreams: readonly number[],
  days: readonly number[],
  from: number,
  to: number,
): Sources | undefined {
  const firstDay = days[0]
  const lastDay = days.at(-1)
  if (firstDay === undefined || lastDay === undefined) return undefined
  const hotDays = days.filter((day) => hot.has(day))
  const firstHot = hotDays[0] ?? Number.POSITIVE_INFINITY
  const lastHot = hotDays.at(-1) ?? Number.NEGATIVE_INFINITY
  const settled: string[] = []
  const amended: string[] = []
  for (const day of days) {
    const files = day >= firstHot && day <= lastHot ? amended : settled
    for (const part of partitions.get(day)?.parts ?? []) {
      if (datastreams.some((id) => id >= part.first && id <= part.last)) files.push(part.path)
    }
  }
  if (hotDays.length === 0 && settled.length === 0) return undefined
  const cut = (first: number, last: number) => ({
    from: Math.max(from, first * DAY),
    to: Math.min(to, (last + 1) * DAY),
  })
  return {
    datastreams,
    ...cut(firstDay, lastDay),
    hot: hotDays.length === 0 ? undefined : cut(firstHot, lastHot),
    settled,
    amended,
  }
}
