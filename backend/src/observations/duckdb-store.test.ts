import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DATASTREAMS, numberedBatch, ROWS } from './append-forever.fixture.ts'
import { DuckDbStore } from './duckdb-store.ts'
import { describeObservationStore, type StoreHarness } from './store.contract.ts'
import { batchOf, DAY, HOUR, type Row, T0 } from './store.fixture.ts'
import { StoreUnavailableError } from './store.ts'

describeObservationStore('DuckDbStore', async (): Promise<StoreHarness> => {
  const directory = await mkdtemp(join(tmpdir(), 'osprey-duckdb-'))
  const store = new DuckDbStore({ directory })
  await store.start()
  return {
    store,
    async restart() {
      await store.stop()
      await store.start()
    },
    async interrupt() {
      await store.stop()
      return () => store.start()
    },
    async dispose() {
      await store.stop()
      await rm(directory, { recursive: true })
    },
  }
})

describe('DuckDbStore', () => {
  let directory: string
  let store: DuckDbStore

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'osprey-duckdb-'))
    store = new DuckDbStore({ directory })
    await store.start()
  })
  afterEach(async () => {
    await store.stop()
    await rm(directory, { recursive: true })
  })

  const END = T0 + 365 * DAY
  const days = () => readdir(join(directory, 'days'))
  const read = async (datastream: number) =>
    (await store.series({ datastream, from: T0 - DAY, to: END, limit: 1_000_000 })).map(({ value }) => value)
  /** One row per hour and datastream. */
  const hourly = (datastreams: number, hours: number, value: (hour: number) => number): Row[] =>
    Array.from({ length: datastreams * hours }, (_, index) => {
      const hour = Math.floor(index / datastreams)
      return { datastream: 1 + (index % datastreams), time: T0 + hour * HOUR, value: value(hour) }
    })

  test('loses nothing acknowledged and doubles nothing when killed at any time', async () => {
    await store.stop()
    let acknowledged = 0
    for (let round = 0; round < 6; round++) {
      acknowledged = await appendUntilKilled(directory, acknowledged + 1, 30 + round, round * 3)
      await store.start()
      const stored = await read(1)
      const complete = stored.length / (ROWS / DATASTREAMS)
      // The batch in hand when the process died may be stored whole or not at all.
      expect([acknowledged, acknowledged + 1]).toContain(complete)
      const expected = Array.from(
        { length: stored.length },
        (_, row) => 1 + Math.floor(row / (ROWS / DATASTREAMS)),
      )
      for (let datastream = 1; datastream <= DATASTREAMS; datastream++) {
        expect(await read(datastream)).toEqual(expected)
      }
      // What the outbox would do: append the batch again whose acknowledgement it did not see.
      await store.append(numberedBatch(acknowledged + 1))
      await store.append(numberedBatch(acknowledged + 1))
      acknowledged++
      expect(await read(1)).toHaveLength(acknowledged * (ROWS / DATASTREAMS))
      await store.stop()
    }
    await store.start()
    await store.compact(END)
    expect(await read(DATASTREAMS)).toHaveLength(acknowledged * (ROWS / DATASTREAMS))
  })

  test('a compaction that died before its rename leaves the day as it was', async () => {
    await store.append(
      batchOf(
        1,
        hourly(3, 24, (hour) => hour),
      ),
    )
    await store.stop()
    const unfinished = join(directory, 'days', '2026-11-20.1.unfinished')
    await mkdir(unfinished, { recursive: true })
    await writeFile(join(unfinished, '1_3.parquet'), 'PAR1 torn')
    await store.start()
    expect(await days()).toEqual([])
    expect(await read(2)).toEqual(Array.from({ length: 24 }, (_, hour) => hour))
    await store.compact(END)
    expect(await days()).toEqual(['2026-11-20.1'])
    expect(await read(2)).toEqual(Array.from({ length: 24 }, (_, hour) => hour))
  })

  test('a compaction that died between rename and commit neither loses nor doubles', async () => {
    await store.append(
      batchOf(
        1,
        hourly(3, 24, (hour) => hour),
      ),
    )
    await store.compact(END)
    await store.append(batchOf(2, [{ datastream: 2, time: T0 + 30 * 60_000, value: 99 }]))
    await store.stop()
    await cp(join(directory, 'hot.duckdb'), join(directory, 'hot.before'))
    await store.start()
    await store.compact(END)
    await store.stop()
    expect(await days()).toEqual(['2026-11-20.2'])
    await rename(join(directory, 'hot.before'), join(directory, 'hot.duckdb'))
    await store.start()
    const expected = [0, 99, ...Array.from({ length: 23 }, (_, hour) => hour + 1)]
    expect(store.stats().hotRows).toBe(1)
    expect(await read(2)).toEqual(expected)
    expect(await store.compact(END)).toEqual({ days: ['2026-11-20'], rows: 1 })
    expect(await read(2)).toEqual(expected)
    expect(await days()).toEqual(['2026-11-20.3'])
  })

  test('a compaction that died before removing the superseded files reads the new ones only', async () => {
    await store.append(
      batchOf(
        1,
        hourly(1, 24, () => 1),
      ),
    )
    await store.compact(END)
    const old = join(directory, 'days', '2026-11-20.1')
    await cp(old, join(directory, 'kept'), { recursive: true })
    await store.append(
      batchOf(
        2,
        hourly(1, 24, () => 2),
      ),
    )
    await store.compact(END)
    await store.stop()
    await rename(join(directory, 'kept'), old)
    await store.start()
    expect(await days()).toEqual(['2026-11-20.2'])
    expect(await read(1)).toEqual(Array.from({ length: 24 }, () => 2))
  })

  test('compaction moves finished days only', async () => {
    await store.append(
      batchOf(
        1,
        hourly(2, 60, (hour) => hour),
      ),
    )
    expect(await store.compact(T0 + 2 * DAY - 1)).toEqual({ days: ['2026-11-20'], rows: 48 })
    expect(store.stats()).toMatchObject({ hotRows: 72, partitions: 1 })
    expect(await store.compact(T0 + 2 * DAY - 1)).toEqual({ days: [], rows: 0 })
    expect(await store.compact(T0 + 2 * DAY)).toEqual({ days: ['2026-11-21'], rows: 48 })
    expect(await read(2)).toEqual(Array.from({ length: 60 }, (_, hour) => hour))
  })

  test('partitions are plain Parquet: sorted, unique, without NaN', async () => {
    await store.append(
      batchOf(
        1,
        hourly(3, 24, (hour) => (hour === 5 ? Number.NaN : hour)),
      ),
    )
    await store.append(batchOf(2, [{ datastream: 9, time: T0 + 7, value: 'running', resultTime: T0 + 9 }]))
    await store.append(
      batchOf(
        3,
        hourly(3, 2, () => 77),
      ),
    )
    await store.compact(END)
    await store.stop()
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(
      `SELECT datastream, epoch_ms(phenomenon_time), epoch_ms(result_time), value, quality, text
       FROM read_parquet('${directory}/days/*/*.parquet')`,
    )
    const rows = reader
      .getRows()
      .map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)))
    connection.closeSync()
    instance.closeSync()
    await store.start()
    const hours = Array.from({ length: 24 }, (_, hour) => hour)
    const number = (datastream: number, hour: number) => {
      const missing = hour === 5
      const value = hour < 2 ? 77 : missing ? null : hour
      return [datastream, T0 + hour * HOUR, T0 + hour * HOUR + 250, value, missing ? 9 : 1, null]
    }
    const expected = [1, 2, 3].flatMap((datastream) => hours.map((hour) => number(datastream, hour)))
    expect(rows).toEqual([...expected, [9, T0 + 7, T0 + 9, null, 1, 'running']])
  })

  test('reads see every row exactly once while the same day is amended and compacted', async () => {
    await store.append(
      batchOf(
        1,
        hourly(4, 24, () => 0),
      ),
    )
    let reading = true
    let reads = 0
    const compacting = (async () => {
      for (let round = 2; round < 30; round++) {
        await store.append(
          batchOf(
            round,
            hourly(4, 24, () => round),
          ),
        )
        await store.compact(END)
      }
      reading = false
    })()
    while (reading) {
      const values = await read(1 + (reads++ % 4))
      expect(values).toHaveLength(24)
      expect(new Set(values).size).toBe(1)
    }
    await compacting
    expect(reads).toBeGreaterThan(0)
    expect(await days()).toHaveLength(1)
  })

  test('texts stay with their rows in batches of many chunks', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => ({
      datastream: 1,
      time: T0 + index,
      value: index % 997 === 3 ? `text ${index}` : index,
    }))
    await store.append(batchOf(1, rows))
    expect(await read(1)).toEqual(rows.map(({ value }) => value))
  })

  test('a batch that fails half way is not stored in part', async () => {
    const batch = batchOf(
      1,
      hourly(1, 5000, () => 1),
    )
    const text = new Map<number, string>([[4500, 42 as unknown as string]])
    const value = batch.value.map((number, row) => (row === 4500 ? Number.NaN : number))
    const failing = store.append({ ...batch, value, text })
    await expect(failing).rejects.toThrow(StoreUnavailableError)
    await expect(failing).rejects.toThrow(/string/i)
    expect(store.stats().hotRows).toBe(0)
    expect(await read(1)).toEqual([])
    await store.append(batch)
    expect(await read(1)).toHaveLength(5000)
  })

  test('a batch with a column shorter than its length is an error', async () => {
    const batch = batchOf(
      1,
      hourly(1, 5000, () => 1),
    )
    await expect(store.append({ ...batch, quality: batch.quality.slice(0, 4000) })).rejects.toThrow('length')
    expect(await read(1)).toEqual([])
  })

  test('numbers whose squares overflow still have a standard deviation', async () => {
    const values = [1e300, 3e300, 5e300]
    await store.append(
      batchOf(
        1,
        values.map((value, index) => ({ datastream: 1, time: T0 + index, value })),
      ),
    )
    const [point] = await store.aggregate({
      datastream: 1,
      from: T0,
      to: END,
      every: DAY,
      statistic: 'stddev',
    })
    expect((point?.value as number) / 2e300).toBeCloseTo(1, 12)
  })

  test('a directory in use by another process is an error', async () => {
    const child = fork(FIXTURE, [directory, '1'], { silent: true, execPath: process.execPath, execArgv: [] })
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).not.toBe(0)
  })
})

const FIXTURE = fileURLToPath(new URL('append-forever.fixture.ts', import.meta.url))

/** Starts the appending process, kills it some time after a number of acknowledgements; returns the last one. */
async function appendUntilKilled(
  directory: string,
  first: number,
  acknowledgements: number,
  delay: number,
): Promise<number> {
  const child = fork(FIXTURE, [directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
  })
  const exited = once(child, 'exit')
  let last = first - 1
  const lines = createInterface({ input: child.stdout as Readable })
  lines.on('line', (line) => {
    last = Number(line)
    if (last === first + acknowledgements) setTimeout(() => child.kill('SIGKILL'), delay)
  })
  await Promise.all([exited, once(lines, 'close')])
  return last
}
