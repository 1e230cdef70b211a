import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ArchivableStore, type Census, differences } from './archivable.ts'
import { ArchiveReader, archivedDays } from './archive-files.ts'
import { DuckDbStore } from './duckdb-store.ts'
import { InfluxStore } from './influx-store.ts'
import { findInfluxd, Influxd } from './influxd.fixture.ts'
import { batchOf, DAY, describeNasty, HOUR, nastyDatastreamOf, type Row, T0 } from './store.fixture.ts'

const STEPS = { signal: new AbortController().signal, progress: () => {} }
const folder = mkdtempSync(join(tmpdir(), 'osprey-archive-'))
let folders = 0
const place = (name: string) => join(folder, `${++folders}-${name}`)
const influxd = findInfluxd()
let server: Influxd | undefined
let databases = 0

beforeAll(async () => {
  if (influxd) server = await Influxd.create(influxd)
})
afterAll(async () => {
  await server?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const KINDS: Record<'DuckDB' | 'InfluxDB', () => ArchivableStore> = {
  DuckDB: () => new DuckDbStore({ directory: place('store') }),
  InfluxDB: () =>
    new InfluxStore({
      url: server?.url ?? '',
      database: `archive-${++databases}`,
      describe: describeNasty,
      datastreamOf: nastyDatastreamOf,
    }),
}

/** Numbers, texts, missing values, every flag; some days apart, one before 1970, late and overwritten ones. */
function rows(): Row[] {
  const found: Row[] = []
  for (let datastream = 1; datastream <= 7; datastream++) {
    for (let hour = 0; hour < 60; hour++) {
      const time = T0 + hour * HOUR + datastream
      found.push({ datastream, time, value: Math.sin(hour) * 10 ** datastream, quality: 1 + (hour % 4) })
    }
    found.push({ datastream, time: T0 - 40 * DAY, value: null })
    found.push({ datastream, time: -3 * DAY - 7, value: 0.1 + 0.2 })
  }
  for (let hour = 0; hour < 30; hour++) {
    found.push({ datastream: 8, time: T0 + hour * HOUR, value: `state "${hour}" 停机 \\ ,=` })
  }
  return found
}

const everything = { from: T0 - 30_000 * DAY, to: T0 + 30_000 * DAY, limit: 100_000 }

async function contents(store: ArchivableStore) {
  const found: unknown[] = []
  for (let datastream = 1; datastream <= 8; datastream++) {
    found.push(await store.series({ datastream, ...everything }))
  }
  return found
}

async function withStores(
  kinds: (keyof typeof KINDS)[],
  task: (...stores: ArchivableStore[]) => Promise<void>,
) {
  const stores = kinds.map((kind) => KINDS[kind]())
  try {
    for (const store of stores) await store.start()
    await task(...stores)
  } finally {
    for (const store of stores) await store.stop()
  }
}

const pairs = (['DuckDB', 'InfluxDB'] as const).flatMap((from) =>
  (['DuckDB', 'InfluxDB'] as const).map((to) => [from, to] as const),
)

describe.each(pairs)('what %s archives, %s takes in', (from, to) => {
  const usable = influxd !== undefined || (from === 'DuckDB' && to === 'DuckDB')
  const run = usable ? test : test.skip

  run('to the last digit, flag and text', async () => {
    await withStores([from, to], async (source, target) => {
      if (!source || !target) return
      expect(await source.isEmpty()).toBe(true)
      await source.append(batchOf(1, rows()))
      await source.compact(T0 + DAY)
      // After compaction: late rows, and an observation written again.
      await source.append(batchOf(2, [{ datastream: 1, time: T0 + 1, value: 77 }]))
      await source.append(batchOf(3, [{ datastream: 2, time: T0 + 2, value: 78.5, quality: 3 }]))
      expect(await source.isEmpty()).toBe(false)
      const archive = place('archive')
      await source.archive(archive, STEPS)
      const expected: Census = new Map()
      const reader = await ArchiveReader.open()
      for (const { parts } of await archivedDays(archive)) {
        const files = parts.map(({ path }) => path)
        await reader.count(files, expected)
      }
      reader.close()

      const adopted = await target.adopt(archive, STEPS)
      expect(adopted.refused).toEqual({ count: 0, reasons: [] })
      expect(differences(expected, adopted.census)).toEqual([])
      expect(await contents(target)).toEqual(await contents(source))
      expect(await target.latest()).toEqual(await source.latest())
      expect(readdirSync(archive).filter((name) => !/^\d{4}-\d{2}-\d{2}$/.test(name))).toEqual([])

      // It goes on from there: new rows, and corrections of adopted ones.
      await target.append(batchOf(4, [{ datastream: 1, time: T0 + 1, value: 79 }]))
      await target.compact(T0 + 40_000 * DAY)
      const [first] = await target.series({ datastream: 1, from: T0, to: T0 + HOUR, limit: 1 })
      expect(first?.value).toBe(79)
    })
  })
})

test('series that somebody else keeps in the same InfluxDB are left out and counted', async () => {
  if (!server) return
  await withStores(['InfluxDB'], async (store) => {
    await store?.append(batchOf(1, [{ datastream: 1, time: T0, value: 1 }]))
    await server?.write(
      `archive-${databases}`,
      `observation,station=other,property=x value=1,quality=1i ${T0}`,
    )
    const archived = await store?.archive(place('archive'), STEPS)
    expect([...(archived?.leftOut ?? [])]).toEqual([['other/x', 1]])
  })
})

test('differences name the datastream and what is wrong', () => {
  const tally = { count: 3, numbers: 2, sum: 5, absolute: 5 }
  const expected: Census = new Map([
    [1, tally],
    [2, tally],
    [3, tally],
  ])
  const found: Census = new Map([
    [1, { ...tally, sum: 5 + 1e-12 }],
    [2, { ...tally, sum: 6 }],
    [4, tally],
  ])
  expect(differences(expected, found)).toEqual([
    'datastream 2: sum 6, expected 5',
    'datastream 3: 0 observations, expected 3',
    'datastream 4: 3 observations, expected 0',
  ])
})
