import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { DuckDbStore } from '@osprey/backend/observations/duckdb-store'
import type { ObservationBatch } from '@osprey/backend/observations/store'
import { saveResult } from './results.ts'
import { random, valueAt } from './synthetic.ts'

/**
 * How long the embedded store takes to answer the queries of a station page over 100 million observations:
 * 30 days of evenly reporting datastreams, appended in order of time and compacted day by day as the product
 * does, the last day still in the hot table. Goals: 24 h raw < 50 ms, 30 d by hour < 150 ms.
 *
 *   node bench/dist/queries.js                         100 million rows, 1,157 datastreams (one each 30 s)
 *   node bench/dist/queries.js --datastreams 60000     the same rows over 60,000 datastreams (one each 26 min)
 *   node bench/dist/queries.js --rows 10000000         a quick look
 *   --save keeps the result in bench/results, --directory names where the files are made and deleted again.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000000' },
    datastreams: { type: 'string', default: '1157' },
    runs: { type: 'string', default: '60' },
    directory: { type: 'string', default: tmpdir() },
    save: { type: 'boolean', default: false },
  },
})
const ROWS = positive('rows', options.rows)
const DATASTREAMS = positive('datastreams', options.datastreams)
const RUNS = positive('runs', options.runs)
const DAYS = 30
const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 9, 24)
const END = START + DAYS * DAY
/** Reports of every datastream in a day, and the time between two of them. */
const REPORTS = Math.max(1, Math.round(ROWS / DAYS / DATASTREAMS))
const INTERVAL = Math.floor(DAY / REPORTS)
const BATCH_ROWS = 131_072
/** Files and log of 100 million rows take about 0.5 GB; refuse to fill a disk. */
const BYTES_NEEDED = 2 * 1024 ** 3 + ROWS * 10

function positive(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) {
    throw new RangeError(`--${name} is ${text}, expected a whole number of 1 or more`)
  }
  return number
}

/** A batch whose columns are filled again and again. */
class ReusedBatch implements ObservationBatch {
  sequence = 0
  length = 0
  readonly datastream = new Int32Array(BATCH_ROWS)
  readonly phenomenonTime = new Float64Array(BATCH_ROWS)
  readonly resultTime = new Float64Array(BATCH_ROWS)
  readonly value = new Float64Array(BATCH_ROWS)
  readonly quality = new Uint8Array(BATCH_ROWS).fill(1)
  readonly text = new Map<number, string>()

  /** A reading with a daily course, noise and one decimal. */
  add(datastream: number, time: number): void {
    const row = this.length++
    this.datastream[row] = datastream
    this.phenomenonTime[row] = time
    this.resultTime[row] = time + 40 + (random() % 400)
    this.value[row] = valueAt(datastream, time)
  }
}

async function build(store: DuckDbStore) {
  const batch = new ReusedBatch()
  const append = async () => {
    batch.sequence++
    await store.append(batch)
    batch.length = 0
  }
  let appending = 0
  let compacting = 0
  for (let day = 0; day < DAYS; day++) {
    const start = performance.now()
    for (let report = 0; report < REPORTS; report++) {
      for (let datastream = 1; datastream <= DATASTREAMS; datastream++) {
        // Datastreams report at different moments of the interval.
        const phase = (datastream * 7919) % INTERVAL
        batch.add(datastream, START + day * DAY + report * INTERVAL + phase)
        if (batch.length === BATCH_ROWS) await append()
      }
    }
    if (batch.length > 0) await append()
    const appended = performance.now()
    appending += appended - start
    if (day === DAYS - 1) break
    await store.compact(START + (day + 1) * DAY)
    compacting += performance.now() - appended
  }
  return {
    rows: DAYS * REPORTS * DATASTREAMS,
    appendSeconds: round(appending / 1000),
    compactSecondsPerDay: round(compacting / 1000 / (DAYS - 1)),
  }
}

/** Runs a query for a datastream chosen anew each time; milliseconds. */
async function measure(query: (datastream: number) => Promise<unknown[]>) {
  const times: number[] = []
  let rows = 0
  for (let run = 0; run < RUNS; run++) {
    const datastream = 1 + (random() % DATASTREAMS)
    const start = performance.now()
    rows = (await query(datastream)).length
    times.push(performance.now() - start)
  }
  const [first = 0] = times
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.min(RUNS - 1, Math.floor(share * RUNS))] ?? 0)
  return { rows, firstMs: round(first), p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) }
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await task()
  return round(performance.now() - start)
}

function round(number: number): number {
  return Number(number.toFixed(1))
}

async function run(store: DuckDbStore) {
  await store.start()
  const built = await build(store)
  const restartMs = round((await timed(() => store.stop())) + (await timed(() => store.start())))
  const latestMs = await timed(() => store.latest())
  const series = (from: number, to: number, limit = 1_000_000) =>
    measure((datastream) => store.series({ datastream, from, to, limit }))
  const aggregate = (from: number, every: number) =>
    measure((datastream) => store.aggregate({ datastream, from, to: END, every, statistic: 'mean' }))
  return {
    datastreams: DATASTREAMS,
    intervalSeconds: INTERVAL / 1000,
    ...built,
    store: store.stats(),
    restartMs,
    latestMs,
    queries: {
      'last 24 h raw': await series(END - DAY, END),
      '24 h raw two weeks ago, across midnight': await series(END - 14.5 * DAY, END - 13.5 * DAY),
      '30 d raw, first page of 1000': await series(START, END, 1000),
      '7 d by 10 min': await aggregate(END - 7 * DAY, 10 * 60_000),
      '30 d by hour': await aggregate(START, HOUR),
      '30 d by day': await aggregate(START, DAY),
    },
    residentMegabytes: round(process.memoryUsage.rss() / 1e6),
  }
}

const { bavail, bsize } = statfsSync(options.directory)
if (bavail * bsize < BYTES_NEEDED) {
  throw new Error(`${options.directory} has ${bavail * bsize} bytes free, ${BYTES_NEEDED} are needed`)
}
const directory = mkdtempSync(join(options.directory, 'osprey-queries-'))
const store = new DuckDbStore({ directory })
try {
  const result = await run(store)
  const command = `node bench/dist/queries.js --rows ${ROWS} --datastreams ${DATASTREAMS}`
  if (options.save) saveResult(`queries-${DATASTREAMS}-datastreams`, command, result)
  else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
} finally {
  await store.stop()
  rmSync(directory, { recursive: true })
}
