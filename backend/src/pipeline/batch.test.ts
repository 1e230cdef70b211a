import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BatchBuilder, decodeBatch, MergedBatch } from './batch.ts'

interface Report {
  device: number
  time: number
  received: number
  rows: { datastream: number; value: number | string; quality: number }[]
}

const report = fc.record<Report>({
  device: fc.nat(100_000),
  time: fc.integer({ min: -2_208_988_800_000, max: 253_402_300_799_999 }),
  received: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  rows: fc.array(
    fc.record({
      datastream: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      value: fc.oneof(fc.double(), fc.string()),
      quality: fc.constantFrom(1, 2, 3, 4, 9),
    }),
    { maxLength: 8 },
  ),
})

function build(reports: readonly Report[]): BatchBuilder {
  const builder = new BatchBuilder()
  for (const { device, time, received, rows } of reports) {
    builder.beginRun(device, time, received)
    for (const { datastream, value, quality } of rows) {
      if (typeof value === 'string') builder.addText(datastream, value, quality)
      else builder.add(datastream, value, quality)
    }
  }
  return builder
}

test('what goes into batches comes out of their merger, row by row', () => {
  fc.assert(
    fc.property(fc.array(fc.array(report, { maxLength: 20 }), { maxLength: 5 }), (batches) => {
      const merged = new MergedBatch()
      batches.forEach((reports, at) => {
        const view = decodeBatch(build(reports).encode())
        if (typeof view === 'string') throw new Error(view)
        merged.append(at + 1, view)
      })
      const rows = batches
        .flat()
        .flatMap(({ rows, time, received }) => rows.map((row) => ({ ...row, time, received })))
      expect(merged.length).toBe(rows.length)
      expect(merged.sequence).toBe(batches.length)
      rows.forEach((row, at) => {
        const value = merged.text.get(at) ?? merged.value[at]
        expect(value).toBe(row.value)
        expect(merged.datastream[at]).toBe(row.datastream)
        expect(merged.phenomenonTime[at]).toBe(row.time)
        expect(merged.resultTime[at]).toBe(row.received)
        expect(merged.quality[at]).toBe(row.quality)
      })
    }),
  )
})

test('runs keep the device of every row and leave out reports without rows', () => {
  const row = { datastream: 5, value: 1, quality: 1 }
  const view = decodeBatch(
    build([
      { device: 1, time: 10, received: 11, rows: [row, row] },
      { device: 2, time: 20, received: 21, rows: [] },
      { device: 3, time: 30, received: 31, rows: [row] },
      { device: 4, time: 40, received: 41, rows: [] },
    ]).encode(),
  )
  if (typeof view === 'string') throw new Error(view)
  expect([...view.runDevice]).toEqual([1, 3])
  expect([...view.runEnd]).toEqual([2, 3])
})

test('every flipped byte and every cut is noticed', () => {
  const rows = [
    { datastream: 5, value: 1.5, quality: 1 },
    { datastream: 6, value: 'rain', quality: 1 },
  ]
  const bytes = build([{ device: 1, time: 10, received: 11, rows }]).encode([['station', 'pm25']])
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] as number) ^ 0x10
    expect(typeof decodeBatch(flipped)).toBe('string')
    expect(typeof decodeBatch(bytes.subarray(0, at))).toBe('string')
  }
})

test('bytes that do not start on a multiple of eight are decoded all the same', () => {
  const bytes = build([
    { device: 1, time: 10, received: 11, rows: [{ datastream: 5, value: 1.5, quality: 1 }] },
  ]).encode()
  const shifted = Buffer.alloc(bytes.length + 3)
  bytes.copy(shifted, 3)
  expect(decodeBatch(shifted.subarray(3))).toMatchObject({ rows: 1, datastream: Int32Array.of(5) })
})

test('a rollback takes off all that was added since the mark', () => {
  const builder = build([
    { device: 1, time: 10, received: 11, rows: [{ datastream: 5, value: 'kept', quality: 1 }] },
  ])
  const before = builder.encode()
  builder.mark()
  builder.beginRun(2, 20, 21)
  builder.add(-4, 1, 1)
  builder.addText(6, 'gone', 1)
  builder.rollback()
  expect(builder.awaiting).toBe(0)
  expect(builder.encode()).toEqual(before)
})
