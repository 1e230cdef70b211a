import { expect, test } from '@jest/globals'
import { DAY, DayCounts } from './days.ts'
import { daysWithin, sourcesOf } from './duckdb-sources.ts'
import type { Partition } from './partitions.ts'

/** Partitions of some days, each with a file for the datastreams 1 to 9 and one for 10 to 19. */
function partitionsOf(...days: number[]): Map<number, Partition> {
  const part = (day: number, first: number, last: number) => ({
    path: `${day}/${first}`,
    first,
    last,
    bytes: 1,
  })
  return new Map(
    days.map((day) => [
      day,
      { day, generation: 1, directory: `${day}`, parts: [part(day, 1, 9), part(day, 10, 19)] },
    ]),
  )
}

function hotOf(...days: number[]): DayCounts {
  const counts = new DayCounts()
  for (const day of days) counts.add(day, 1)
  return counts
}

test('only days with data within the range count', () => {
  const days = daysWithin(hotOf(3, 9), partitionsOf(1, 2, 3, 5), 2 * DAY, 5 * DAY)
  expect(days).toEqual([2, 3])
  expect(daysWithin(hotOf(5), partitionsOf(2), 2 * DAY + 1, 5 * DAY + 1)).toEqual([2, 5])
})

test('files of other days and other datastreams are not opened', () => {
  const sources = sourcesOf(hotOf(), partitionsOf(1, 2, 3), [12], [1, 2], DAY + 5, 9 * DAY)
  expect(sources).toEqual({
    datastreams: [12],
    from: DAY + 5,
    to: 3 * DAY,
    hot: undefined,
    settled: ['1/10', '2/10'],
    amended: [],
  })
})

test('files are opened that hold any of several datastreams', () => {
  const several = (...ids: number[]) => sourcesOf(hotOf(), partitionsOf(1), ids, [1], DAY, 2 * DAY)?.settled
  expect(several(3, 12)).toEqual(['1/1', '1/10'])
  expect(several(12, 40)).toEqual(['1/10'])
})

test('the hot table is read for its own days, and files between them count as amended', () => {
  const sources = sourcesOf(hotOf(2, 4), partitionsOf(1, 2, 3), [5], [1, 2, 3, 4], DAY, 5 * DAY)
  expect(sources).toMatchObject({
    hot: { from: 2 * DAY, to: 5 * DAY },
    settled: ['1/1'],
    amended: ['2/1', '3/1'],
  })
})

test('without a file for the datastream and without hot rows there is nothing to look at', () => {
  expect(sourcesOf(hotOf(), partitionsOf(1), [99], [1], DAY, 2 * DAY)).toBeUndefined()
  expect(sourcesOf(hotOf(), partitionsOf(), [1], [], 0, DAY)).toBeUndefined()
})
