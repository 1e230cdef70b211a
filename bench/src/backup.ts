import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { restore } from '@osprey/backend/backup/restore'
import { backupStopped } from '@osprey/backend/backup/stopped-platform'
import { loadConfig } from '@osprey/backend/config'
import { Database } from '@osprey/backend/database/database'
import { datastreams, stations } from '@osprey/backend/database/schema'
import { GrowingBatch } from '@osprey/backend/observations/archive-files'
import { DuckDbStore } from '@osprey/backend/observations/duckdb-store'
import { createLog } from '@osprey/backend/operations/log'
import { saveResult } from './results.ts'
import { random, valueAt } from './synthetic.ts'

/**
 * How long a backup and a restore of the embedded stores take, checksums and comparison included, and how large
 * the archive is: days of evenly reporting datastreams, all but the last compacted as the product does.
 *
 *   node bench/dist/backup.js                   10 million observations
 *   node bench/dist/backup.js --rows 1000000    a quick look
 *   --save keeps the result in bench/results.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    save: { type: 'boolean', default: false },
  },
})
const ROWS = Number(options.rows)
if (!Number.isInteger(ROWS) || ROWS < 1000)
  throw new RangeError(`--rows is ${options.rows}, expected 1000 or more`)
const STATIONS = 1000
const DAYS = 10
const DAY = 86_400_000
const START = Date.UTC(2026, 10, 1)
const PER_DAY = Math.max(1, Math.round(ROWS / DAYS / STATIONS))
const BATCH_ROWS = 131_072

const folder = mkdtempSync(join(tmpdir(), 'osprey-backup-'))
// The database server may run as another user, who must get in.
chmodSync(folder, 0o711)
const log = createLog('error')
const configOf = (name: string) => loadConfig({ OSPREY_DATA_DIR: join(folder, name) }).config

async function fill(dataDir: string): Promise<number> {
  const database = new Database(dataDir, undefined, log)
  await database.start()
  const ids = Array.from({ length: STATIONS }, (_, index) => `station-${index}`)
  await database.queries
    .insert(stations)
    .values(ids.map((id) => ({ id, name: id, latitude: 30, longitude: 118, medium: 'air' as const })))
  await database.queries.insert(datastreams).values(ids.map((station) => ({ station, property: 'pm25' })))
  await database.stop()

  const store = new DuckDbStore({ directory: join(dataDir, 'observations') })
  await store.start()
  let batch = new GrowingBatch(BATCH_ROWS)
  let sequence = 0
  const append = async () => {
    await store.append(batch.numbered(++sequence))
    batch = new GrowingBatch(BATCH_ROWS)
  }
  for (let day = 0; day < DAYS; day++) {
    for (let report = 0; report < PER_DAY; report++) {
      for (let datastream = 1; datastream <= STATIONS; datastream++) {
        const phenomenonTime = START + day * DAY + Math.floor((report * DAY) / PER_DAY) + (datastream % 50)
        const value = valueAt(datastream, phenomenonTime)
        batch.add(datastream, {
          phenomenonTime,
          resultTime: phenomenonTime + 40 + (random() % 400),
          value,
          quality: 1,
        })
        if (batch.length === BATCH_ROWS) await append()
      }
    }
    await append()
    if (day < DAYS - 1) await store.compact(START + (day + 1) * DAY)
  }
  await store.stop()
  return DAYS * PER_DAY * STATIONS
}

async function seconds<Result>(task: () => Promise<Result>): Promise<[number, Result]> {
  const start = performance.now()
  const result = await task()
  return [Number(((performance.now() - start) / 1000).toFixed(1)), result]
}

try {
  const source = configOf('source')
  const rows = await fill(source.dataDir)
  const steps = { signal: new AbortController().signal, progress: () => {} }
  const archive = join(folder, 'archive')
  const [backupSeconds, made] = await seconds(() => backupStopped(source, archive, steps, log))
  const [restoreSeconds, restored] = await seconds(() => restore(configOf('target'), archive, steps, log))
  const different = restored.comparisons.filter(({ equal }) => !equal)
  if (different.length > 0) throw new Error(`the restored platform differs: ${JSON.stringify(different)}`)
  const result = {
    observations: rows,
    datastreams: STATIONS,
    days: DAYS,
    backupSeconds,
    restoreSeconds,
    archiveMegabytes: Number((made.bytes / 1e6).toFixed(1)),
    bytesPerObservation: Number((made.bytes / rows).toFixed(2)),
    comparisons: restored.comparisons.length,
    residentMegabytes: Math.round(process.memoryUsage.rss() / 1e6),
  }
  const command = `node bench/dist/backup.js --rows ${ROWS}`
  if (options.save) saveResult('backup', command, result)
  else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
