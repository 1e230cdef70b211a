import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { assignToParts, cutIntoSlices, mergeRows } from './slices.ts'

const part = (first: number, last: number) => ({ path: `${first}_${last}.parquet`, first, last, bytes: 1 })
const rows = (...datastreams: number[]) => datastreams.map((datastream) => ({ datastream, rows: 1 }))

test('fresh rows go to the file whose range they fall into or follow', () => {
  const parts = [part(10, 19), part(30, 39)]
  const changes = assignToParts(parts, rows(1, 10, 19, 25, 30, 99))
  expect(changes.map(({ part, fresh }) => [part?.first, fresh.map(({ datastream }) => datastream)])).toEqual([
    [10, [1, 10, 19, 25]],
    [30, [30, 99]],
  ])
})

test('a day without files takes everything as new', () => {
  expect(assignToParts([], rows(3, 5))).toEqual([{ part: undefined, fresh: rows(3, 5) }])
})

test('a file without fresh rows is left alone', () => {
  expect(assignToParts([part(1, 5), part(6, 9)], rows(7))[0]).toEqual({ part: part(1, 5), fresh: [] })
})

test('rows are summed by datastream in order', () => {
  expect(mergeRows(rows(1, 3), rows(2, 3, 9))).toEqual([
    { datastream: 1, rows: 1 },
    { datastream: 2, rows: 1 },
    { datastream: 3, rows: 2 },
    { datastream: 9, rows: 1 },
  ])
})

test('slices cover every datastream once, in order, and exceed the target only by a single datastream', () => {
  const datastreams = fc
    .uniqueArray(fc.record({ datastream: fc.nat(10_000), rows: fc.integer({ min: 1, max: 50 }) }), {
      selector: ({ datastream }) => datastream,
    })
    .map((list) => list.sort((a, b) => a.datastream - b.datastream))
  fc.assert(
    fc.property(datastreams, fc.integer({ min: 1, max: 200 }), (list, target) => {
      const slices = cutIntoSlices(list, target)
      slices.forEach(({ first, last }, index) => {
        const members = list.filter(({ datastream }) => datastream >= first && datastream <= last)
        const total = members.reduce((sum, member) => sum + member.rows, 0)
        expect(total <= target || members.length === 1).toBe(true)
        expect(first).toBeGreaterThan(slices[index - 1]?.last ?? -1)
      })
      const covered = list.filter(({ datastream }) =>
        slices.some(({ first, last }) => datastream >= first && datastream <= last),
      )
      expect(covered).toEqual(list)
    }),
  )
})
