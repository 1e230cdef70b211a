import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { batchOf, DAY, describeNasty, expectedAggregate, HOUR, type Row, T0 } from './store.fixture.ts'
import {
  type AggregatePoint,
  type ObservationColumns,
  type ObservationStore,
  STATISTICS,
  StoreUnavailableError,
} from './store.ts'

/** A store under test and what can be done to it. `store` is started. */
export interface StoreHarness {
  store: ObservationStore
  /** Stops the store, and its server when it has one, and starts them again on the same data. */
  restart(): Promise<void>
  /** Makes the store unreachable; the function returned makes it reachable again. */
  interrupt(): Promise<() => Promise<void>>
  dispose(): Promise<void>
}

/** Registers the tests every ObservationStore must pass. */
export function describeObservationStore(name: string, setUp: () => Promise<StoreHarness>): void {
  describe(`${name} keeps the contract of ObservationStore`, () => {
    let harness: StoreHarness
    let sequence = 0
    let datastream = 0

    beforeAll(async () => {
      harness = await setUp()
    })
    afterAll(async () => {
      await harness?.dispose()
    })

    const append = (rows: readonly Row[]) => harness.store.append(batchOf(++sequence, rows))
    const compact = (now = T0 + 30 * DAY) => harness.store.compact(now)
    const all = (id: number, from = T0 - 100 * DAY, to = T0 + 100 * DAY) =>
      harness.store.series({ datastream: id, from, to, limit: 100_000 })
    const values = async (id: number) => (await all(id)).map(({ value }) => value)
    /** Every test writes datastreams of its own. */
    const fresh = () => ++datastream

    test('numbers, booleans as 0 and 1, texts and missing values come back as written', async () => {
      const id = fresh()
      const text = fresh()
      const result = await append([
        { datastream: id, time: T0 + 1, value: 35.2, resultTime: T0 + 777, quality: 1 },
        { datastream: id, time: T0 + 2, value: 0, quality: 2 },
        { datastream: id, time: T0 + 3, value: 1, quality: 3 },
        { datastream: id, time: T0 + 4, value: -12.75, quality: 4 },
        { datastream: id, time: T0 + 5, value: null, quality: 9 },
        { datastream: text, time: T0 + 1, value: 'running' },
        { datastream: text, time: T0 + 2, value: 'quote " back\\slash, comma = 停机 🏭 \n second line' },
        { datastream: text, time: T0 + 3, value: '' },
        { datastream: text, time: T0 + 4, value: 'x'.repeat(256) },
      ])
      expect(result).toEqual({ stored: 9, refused: [] })
      expect(await all(id)).toEqual([
        { phenomenonTime: T0 + 1, resultTime: T0 + 777, value: 35.2, quality: 1 },
        { phenomenonTime: T0 + 2, resultTime: T0 + 252, value: 0, quality: 2 },
        { phenomenonTime: T0 + 3, resultTime: T0 + 253, value: 1, quality: 3 },
        { phenomenonTime: T0 + 4, resultTime: T0 + 254, value: -12.75, quality: 4 },
        { phenomenonTime: T0 + 5, resultTime: T0 + 255, value: null, quality: 9 },
      ])
      const texts = ['running', 'quote " back\\slash, comma = 停机 🏭 \n second line', '', 'x'.repeat(256)]
      expect(await values(text)).toEqual(texts)
      await compact()
      expect(await values(id)).toEqual([35.2, 0, 1, -12.75, null])
      expect(await values(text)).toEqual(texts)
    })

    test('every kind of station name keeps its own series', async () => {
      const ids = Array.from({ length: 13 }, fresh)
      await append(ids.map((id) => ({ datastream: id, time: T0, value: id })))
      for (const id of ids)
        expect([describeNasty(id)?.station, await values(id)]).toEqual([expect.anything(), [id]])
      const latest = new Map((await harness.store.latest()).map((each) => [each.datastream, each.value]))
      for (const id of ids) expect(latest.get(id)).toBe(id)
    })

    test('NaN and the infinities count as missing', async () => {
      const id = fresh()
      await append([
        { datastream: id, time: T0, value: Number.NaN, quality: 1 },
        { datastream: id, time: T0 + 1, value: Number.POSITIVE_INFINITY, quality: 3 },
        { datastream: id, time: T0 + 2, value: Number.NEGATIVE_INFINITY, quality: 4 },
        { datastream: id, time: T0 + 3, value: 7, quality: 1 },
      ])
      const expected = [
        [null, 9],
        [null, 9],
        [null, 9],
        [7, 1],
      ]
      expect((await all(id)).map(({ value, quality }) => [value, quality])).toEqual(expected)
      await compact()
      expect((await all(id)).map(({ value, quality }) => [value, quality])).toEqual(expected)
      const query = { datastream: id, from: T0, to: T0 + HOUR, every: HOUR }
      expect(await harness.store.aggregate({ ...query, statistic: 'sum' })).toEqual([
        { time: T0, value: 7, count: 1 },
      ])
    })

    test('extremely large and small numbers keep every digit', async () => {
      const numbers = [
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
        Number.MIN_VALUE,
        -Number.MIN_VALUE,
        Number.MAX_SAFE_INTEGER,
        0.1 + 0.2,
        1e21,
        1e-7,
        123456789.12345679,
      ]
      const id = fresh()
      await append(numbers.map((value, index) => ({ datastream: id, time: T0 + index, value })))
      expect(await values(id)).toEqual(numbers)
      await compact()
      expect(await values(id)).toEqual(numbers)
    })

    test('times of 1970, before it and of 2099 are kept', async () => {
      const id = fresh()
      const times = [-86_400_001, -1, 0, 1, Date.UTC(2099, 11, 31, 23, 59, 59, 999)]
      await append(times.map((time, index) => ({ datastream: id, time, value: index, resultTime: T0 })))
      const read = async () => (await all(id, -2 * DAY, Date.UTC(2100))).map((each) => each.phenomenonTime)
      expect(await read()).toEqual(times)
      const every = { datastream: id, from: -2 * DAY, to: 1000, every: DAY, statistic: 'count' as const }
      expect((await harness.store.aggregate(every)).map(({ time, count }) => [time, count])).toEqual([
        [-2 * DAY, 1],
        [-DAY, 1],
        [0, 2],
      ])
      await compact()
      expect(await read()).toEqual(times)
    })

    test('a time no store can hold is refused by row, and the other rows are stored', async () => {
      const id = fresh()
      const result = await append([
        { datastream: id, time: T0, value: 1 },
        { datastream: id, time: Number.NaN, value: 2 },
        { datastream: id, time: T0 + 1, value: 'three' },
        { datastream: id, time: 8.64e15, value: 4 },
        { datastream: id, time: T0 + 2, value: 5, resultTime: -8.64e15 },
        { datastream: id, time: T0 + 3, value: 6 },
      ])
      expect(result.stored).toBe(3)
      expect(result.refused.map(({ row }) => row)).toEqual([1, 3, 4])
      expect(result.refused[0]?.reason).toContain('phenomenon time NaN')
      expect(result.refused[2]?.reason).toContain('result time')
      expect(await values(id)).toEqual([1, 'three', 6])
    })

    test('the same instant written twice is stored once and the later write wins', async () => {
      const id = fresh()
      await append([
        { datastream: id, time: T0, value: 1 },
        { datastream: id, time: T0 + 1, value: 10 },
        { datastream: id, time: T0, value: 2 },
      ])
      expect(await values(id)).toEqual([2, 10])
      await append([{ datastream: id, time: T0, value: 3, quality: 3 }])
      expect((await all(id)).map(({ value, quality }) => [value, quality])).toEqual([
        [3, 3],
        [10, 1],
      ])
      await compact()
      expect(await values(id)).toEqual([3, 10])
      await append([{ datastream: id, time: T0 + 1, value: 11 }])
      expect(await values(id)).toEqual([3, 11])
      await compact()
      expect(await values(id)).toEqual([3, 11])
      await append([
        { datastream: id, time: T0, value: null },
        { datastream: id, time: T0 + 1, value: null },
        { datastream: id, time: T0 + 1, value: 12 },
      ])
      expect(await values(id)).toEqual([null, 12])
      await compact()
      expect(await values(id)).toEqual([null, 12])
    })

    test('a batch appended again changes nothing', async () => {
      const id = fresh()
      const rows = Array.from({ length: 100 }, (_, index) => ({
        datastream: id,
        time: T0 + index,
        value: index,
      }))
      const first = batchOf(++sequence, rows)
      expect(await harness.store.append(first)).toEqual({ stored: 100, refused: [] })
      expect(await harness.store.append(first)).toEqual({ stored: 100, refused: [] })
      await harness.restart()
      expect(await harness.store.append(first)).toEqual({ stored: 100, refused: [] })
      expect(await values(id)).toEqual(rows.map(({ value }) => value))
    })

    test('a sequence number used again for other rows loses none of them', async () => {
      const id = fresh()
      await harness.store.append(batchOf(++sequence, [{ datastream: id, time: T0, value: 1 }]))
      await harness.store.append(batchOf(sequence, [{ datastream: id, time: T0 + 1, value: 2 }]))
      await harness.store.append(batchOf(1, [{ datastream: id, time: T0 + 2, value: 3 }]))
      expect(await values(id)).toEqual([1, 2, 3])
    })

    test('late observations of a finished day appear at once and survive further compaction', async () => {
      const id = fresh()
      const other = fresh()
      await append([0, 2, 4].map((hour) => ({ datastream: id, time: T0 + hour * HOUR, value: hour })))
      await append([{ datastream: other, time: T0, value: 100 }])
      await compact()
      await append([3, 1].map((hour) => ({ datastream: id, time: T0 + hour * HOUR, value: hour })))
      expect(await values(id)).toEqual([0, 1, 2, 3, 4])
      const sums = { datastream: id, from: T0, to: T0 + DAY, every: DAY, statistic: 'sum' as const }
      expect(await harness.store.aggregate(sums)).toEqual([{ time: T0, value: 10, count: 5 }])
      await compact()
      expect(await values(id)).toEqual([0, 1, 2, 3, 4])
      await append([{ datastream: id, time: T0 + 5 * HOUR, value: 5 }])
      await compact()
      expect(await values(id)).toEqual([0, 1, 2, 3, 4, 5])
      expect(await values(other)).toEqual([100])
    })

    test('ranges include their start and exclude their end', async () => {
      const id = fresh()
      await append([0, 1, 2, 3].map((at) => ({ datastream: id, time: T0 + at, value: at })))
      const between = async (from: number, to: number) =>
        (await all(id, T0 + from, T0 + to)).map(({ value }) => value)
      for (const settle of [async () => {}, compact]) {
        await settle()
        expect(await between(1, 3)).toEqual([1, 2])
        expect(await between(3, 4)).toEqual([3])
        expect(await between(4, 9)).toEqual([])
        expect(await between(2, 2)).toEqual([])
        expect(await between(3, 1)).toEqual([])
      }
    })

    test('columns hold what the series of each datastream holds, hot, settled and amended', async () => {
      const ids = Array.from({ length: 4 }, fresh) as [number, number, number, number]
      const [first, second, text, empty] = ids
      const rows: Row[] = Array.from({ length: 300 }, (_, index) => ({
        datastream: index % 3 === 0 ? second : first,
        time: T0 + index * HOUR,
        value: index % 7 === 0 ? null : index / 3,
        quality: index % 7 === 0 ? 9 : ([1, 2, 3, 4][index % 4] as number),
      }))
      const states = Array.from({ length: 60 }, (_, index) => {
        const value = index % 9 === 0 ? null : ['running', 'stopped', ''][index % 3]
        return { datastream: text, time: T0 + index * 5 * HOUR, value: value as string | null }
      })
      await append([...rows.slice(0, 200), ...states])
      await compact(T0 + 5 * DAY)
      const corrected = rows.slice(40, 60).map((row) => ({ ...row, value: -1, quality: 3 }))
      await append([...rows.slice(200), ...corrected, ...corrected.map((row) => ({ ...row, value: -2 }))])
      for (const [from, to] of [
        [T0 - DAY, T0 + 40 * DAY],
        [T0 + 42 * HOUR, T0 + 55 * HOUR],
        [T0 + 2 * DAY + 1, T0 + 6 * DAY],
        [T0 + 3, T0 + 3],
      ] as const) {
        const found = await harness.store.columnsOf([text, first, empty, second], from, to)
        const counts = await harness.store.counts([text, first, empty, second], from, to)
        for (const id of ids) {
          const expected = (await all(id, from, to)).map(({ phenomenonTime, value, quality }) => [
            phenomenonTime,
            value,
            quality,
          ])
          expect(rowsOf(found.get(id))).toEqual(expected)
          expect(rowsOf(await harness.store.columns(id, from, to))).toEqual(expected)
          expect(counts.get(id)).toBeGreaterThanOrEqual(expected.length)
          if (expected.length === 0) expect(counts.get(id)).toBe(0)
        }
      }
      expect((await harness.store.columns(999_999, T0, T0 + DAY)).value).toHaveLength(0)
      await expect(harness.store.columns(first, Number.NaN, T0)).rejects.toThrow('from is NaN')
    })

    test('a long series comes back whole in columns', async () => {
      const id = fresh()
      const size = 120_000
      const rows = Array.from({ length: size }, (_, index) => ({
        datastream: id,
        time: T0 + index * 1000,
        value: index,
      }))
      await append(rows)
      const { phenomenonTime, value } = await harness.store.columns(id, T0, T0 + 2 * DAY)
      expect(phenomenonTime).toEqual(Float64Array.from(rows, ({ time }) => time))
      expect(value).toEqual(Float64Array.from(rows, (row) => row.value))
    })

    test('pages follow each other without gap or repetition', async () => {
      const id = fresh()
      const rows = Array.from({ length: 250 }, (_, index) => ({
        datastream: id,
        time: T0 + index * 2 * HOUR,
        value: index,
      }))
      await append(rows.slice(100))
      await compact(T0 + 15 * DAY)
      await append(rows.slice(0, 150))
      const seen: unknown[] = []
      let after: number | undefined
      for (;;) {
        const page = await harness.store.series({
          datastream: id,
          from: T0,
          to: T0 + 99 * DAY,
          limit: 33,
          after,
        })
        seen.push(...page.map(({ value }) => value))
        after = page.at(-1)?.phenomenonTime
        if (page.length < 33) break
      }
      expect(seen).toEqual(rows.map(({ value }) => value))
    })

    test('an unknown datastream has no observations', async () => {
      const query = { datastream: 999_999, from: T0, to: T0 + DAY }
      expect(await harness.store.series({ ...query, limit: 10 })).toEqual([])
      expect(await harness.store.aggregate({ ...query, every: HOUR, statistic: 'mean' })).toEqual([])
    })

    test('a senseless query is an error that names the field', async () => {
      const query = { datastream: 1, from: T0, to: T0 + DAY }
      await expect(harness.store.series({ ...query, limit: 0 })).rejects.toThrow('limit is 0, expected')
      await expect(harness.store.series({ ...query, from: Number.NaN, limit: 1 })).rejects.toThrow(
        'from is NaN',
      )
      await expect(harness.store.aggregate({ ...query, every: 0, statistic: 'mean' })).rejects.toThrow(
        'every is 0 ms',
      )
    })

    test.each(STATISTICS)('%s equals an independent computation', async (statistic) => {
      const id = fresh()
      const rows = Array.from({ length: 500 }, (_, index) => ({
        datastream: id,
        time: T0 + index * 613_000,
        value: Math.round(Math.sin(index * 12.9898) * 43_758.5453) / 100,
        quality: [1, 2, 3, 4, 9][index % 5] as number,
      }))
      await append(rows.slice(0, 300))
      await compact(T0 + 2 * DAY)
      // Late rows for a compacted day, some of them corrections, and rows of an open one.
      const corrected = rows.slice(50, 80).map((row) => ({ ...row, value: row.value + 1 }))
      await append([...corrected, ...rows.slice(300)])
      const final = [...rows.slice(0, 50), ...corrected, ...rows.slice(80)]
      for (const [every, offset] of [
        [HOUR, 0],
        [DAY, -8 * HOUR],
        [90 * 60_000, 1_234_567],
      ] as const) {
        const from = T0 + 5 * HOUR
        const to = T0 + 3 * DAY + 7
        const points = await harness.store.aggregate({ datastream: id, from, to, every, statistic, offset })
        const within = final.filter(({ time }) => time >= from && time < to)
        expectClose(points, expectedAggregate(within, every, offset, statistic))
      }
    })

    test('aggregates of a range without usable observations are empty', async () => {
      const id = fresh()
      await append([
        { datastream: id, time: T0, value: 1, quality: 4 },
        { datastream: id, time: T0 + 1, value: null },
        { datastream: id, time: T0 + 2, value: 'text' },
      ])
      const query = { datastream: id, from: T0, to: T0 + DAY, every: HOUR }
      for (const statistic of STATISTICS)
        expect(await harness.store.aggregate({ ...query, statistic })).toEqual([])
    })

    test('observations shuffled over batches equal the sorted ones', async () => {
      const reading = fc.record({
        time: fc.integer({ min: 0, max: 4 * 24 * 60 }),
        value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        order: fc.integer(),
      })
      const readings = fc.uniqueArray(reading, { selector: ({ time }) => time, minLength: 1, maxLength: 60 })
      const property = fc.asyncProperty(
        readings,
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (found, size, settle) => {
          const sorted = fresh()
          const shuffled = fresh()
          const rows = (id: number, of: typeof found) =>
            of.map(({ time, value }) => ({ datastream: id, time: T0 + time * 60_000, value }))
          await append(
            rows(
              sorted,
              found.toSorted((a, b) => a.time - b.time),
            ),
          )
          const mixed = rows(
            shuffled,
            found.toSorted((a, b) => a.order - b.order),
          )
          for (let start = 0; start < mixed.length; start += size) {
            await append(mixed.slice(start, start + size))
            if (settle && start === 0) await compact(T0 + 2 * DAY)
          }
          expect(await all(shuffled)).toEqual(await all(sorted))
          const query = { from: T0, to: T0 + 9 * DAY, every: 7 * HOUR, statistic: 'mean' as const }
          expectClose(
            await harness.store.aggregate({ ...query, datastream: shuffled }),
            await harness.store.aggregate({ ...query, datastream: sorted }),
          )
        },
      )
      await fc.assert(property, { numRuns: 20 })
    })

    test('latest is the newest observation of each datastream, across restart and compaction', async () => {
      const [plain, late, corrected, wrongClock, missing, text] = Array.from({ length: 6 }, fresh) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const latest = async () => {
        const found = (await harness.store.latest()).filter(({ datastream: id }) => id >= plain)
        return Object.fromEntries(
          found.map((each) => [each.datastream, [each.phenomenonTime - T0, each.value]]),
        )
      }
      await append([
        { datastream: plain, time: T0, value: 1 },
        { datastream: plain, time: T0 + HOUR, value: 2 },
        { datastream: late, time: T0 + HOUR, value: 3 },
        { datastream: corrected, time: T0, value: 4 },
        { datastream: corrected, time: T0 + HOUR, value: 5 },
        { datastream: wrongClock, time: T0, value: 6 },
        { datastream: wrongClock, time: Date.UTC(2099, 0, 1), value: 7, resultTime: T0 + 1, quality: 4 },
        { datastream: missing, time: T0, value: null },
        { datastream: text, time: T0 + 5, value: 'stopped' },
      ])
      const first = {
        [plain]: [HOUR, 2],
        [late]: [HOUR, 3],
        [corrected]: [HOUR, 5],
        [wrongClock]: [0, 6],
        [text]: [5, 'stopped'],
      }
      expect(await latest()).toEqual(first)
      await append([{ datastream: late, time: T0, value: 30 }])
      await compact()
      expect(await latest()).toEqual(first)
      await append([
        { datastream: plain, time: T0 + 50 * DAY, value: 20 },
        { datastream: corrected, time: T0 + HOUR, value: 50 },
        { datastream: missing, time: T0 + HOUR, value: null },
      ])
      const second = { ...first, [plain]: [50 * DAY, 20], [corrected]: [HOUR, 50] }
      expect(await latest()).toEqual(second)
      await harness.restart()
      expect(await latest()).toEqual(second)
      await compact()
      expect(await latest()).toEqual(second)
    })

    test('latest passes over newest observations that were corrected to missing', async () => {
      const id = fresh()
      const latest = async () => (await harness.store.latest()).find((each) => each.datastream === id)
      const expected = { datastream: id, phenomenonTime: T0, resultTime: T0 + 250, value: 1, quality: 1 }
      await append([
        { datastream: id, time: T0, value: 1 },
        { datastream: id, time: T0 + 3 * DAY, value: 2 },
      ])
      await append([{ datastream: id, time: T0 + 3 * DAY, value: null }])
      expect(await latest()).toEqual(expected)
      await append([{ datastream: id, time: T0 + 3 * DAY, value: 3 }])
      await compact()
      expect((await latest())?.value).toBe(3)
      await append([{ datastream: id, time: T0 + 3 * DAY, value: null }])
      expect(await latest()).toEqual(expected)
      await compact()
      expect(await latest()).toEqual(expected)
      await append([{ datastream: id, time: T0 + DAY, value: 4 }])
      expect((await latest())?.value).toBe(4)
      await compact()
      expect((await latest())?.value).toBe(4)
    })

    test('a restart keeps everything', async () => {
      const id = fresh()
      await append([{ datastream: id, time: T0, value: 1 }])
      await compact()
      await append([{ datastream: id, time: T0 + 1, value: 2 }])
      await append([{ datastream: id, time: T0 + 80 * DAY, value: 3 }])
      await harness.restart()
      expect(await values(id)).toEqual([1, 2, 3])
    })

    test('an unreachable store says so, and nothing is half written', async () => {
      const id = fresh()
      const batch = batchOf(
        ++sequence,
        Array.from({ length: 5000 }, (_, index) => ({ datastream: id, time: T0 + index, value: index })),
      )
      const unavailable = harness.store.stats().unavailable
      const resume = await harness.interrupt()
      const query = { datastream: id, from: T0, to: T0 + DAY }
      await expect(harness.store.append(batch)).rejects.toThrow(StoreUnavailableError)
      await expect(harness.store.series({ ...query, limit: 1 })).rejects.toThrow(StoreUnavailableError)
      await expect(harness.store.aggregate({ ...query, every: 1, statistic: 'min' })).rejects.toThrow(
        StoreUnavailableError,
      )
      await expect(harness.store.latest()).rejects.toThrow(StoreUnavailableError)
      expect(harness.store.stats().unavailable).toBe(unavailable + 4)
      await resume()
      expect(await all(id)).toEqual([])
      expect(await harness.store.append(batch)).toEqual({ stored: 5000, refused: [] })
      expect(await values(id)).toHaveLength(5000)
    })
  })
}

function rowsOf(columns: ObservationColumns | undefined): unknown[] {
  const { phenomenonTime, value, quality, text } = columns as ObservationColumns
  return Array.from(phenomenonTime, (time, row) => [
    time,
    Number.isNaN(value[row]) ? (text?.get(row) ?? null) : value[row],
    quality[row],
  ])
}

/** Sums depend on the order of addition in their last digits; everything else must be equal. */
export function expectClose(
  found: readonly AggregatePoint[],
  expected: readonly { time: number; value: number | null; count: number }[],
): void {
  expect(found.map(({ time, count }) => [time, count])).toEqual(
    expected.map(({ time, count }) => [time, count]),
  )
  found.forEach(({ value }, index) => {
    const wanted = expected[index]?.value
    if (wanted === null || wanted === undefined || value === null) expect(value).toBe(wanted)
    else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)))
  })
}
