import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { Archive } from '@osprey/backend/pipeline/archive'
import { Latest } from '@osprey/backend/pipeline/latest'
import { Ledger } from '@osprey/backend/pipeline/ledger'
import { Outbox } from '@osprey/backend/pipeline/outbox'
import { Pipeline, type PipelineSinks } from '@osprey/backend/pipeline/pipeline'
import type { Journal } from '@osprey/journal/journal'
import { append, BURST, countingStore, openJournal, PROPERTIES, registry } from './device-reports.ts'
import { saveResult } from './results.ts'

/**
 * How many values the pipeline carries from the journal to a store that takes everything at once, and what it
 * costs this process: decode, resolve, quality, latest, ledger, outbox and the hand-over to the store. 10,000
 * devices report 6 numbers each. Once flat out from a full journal, once at 60,000 messages a second with
 * another process filling the journal.
 */
const OUTBOX_BYTES = 4 * 1024 ** 3
const FLAT_OUT_MESSAGES = 600_000
const PACED_MESSAGES = 480_000
const PACE = 60_000
/** Between two reports of a device, ms. */
const INTERVAL = 1000

/** Fills the journal flat out, or at so many messages per second. */
async function fill(journal: Journal, messages: number, perSecond: number): Promise<void> {
  const begun = performance.now()
  for (let message = 0; message < messages; ) {
    const due = Math.floor(((performance.now() - begun) / 1000) * perSecond) - message
    const count = Math.min(messages - message, perSecond === Number.POSITIVE_INFINITY ? BURST : due)
    if (count > 0) await append(journal, message, count, INTERVAL)
    message += Math.max(0, count)
    if (perSecond !== Number.POSITIVE_INFINITY) await wait(5)
  }
}

const sinks: PipelineSinks = {
  createDatastreams: async () => [],
  rejected: () => {},
  presence: () => {},
  refused: () => {},
  commandResult: () => {},
  quarantined: () => {},
}
const log = { info: () => {}, warn: console.warn, error: console.error }

/** The pipeline with a store that only counts. */
function openPipeline(directory: string, journal: Journal) {
  const resolver = registry()
  const outbox = Outbox.open(join(directory, 'outbox'), { maxBytes: OUTBOX_BYTES, now: Date.now() })
  const ledger = new Ledger()
  const latest = new Latest(resolver)
  const storedLatest = async () => []
  const pipeline = new Pipeline({
    journal,
    outbox,
    resolver,
    ledger,
    latest,
    sinks,
    storedLatest,
    now: Date.now,
    log,
  })
  const store = countingStore()
  const archive = new Archive({ outbox, store, ledger, quarantined: pipeline.quarantined, log })
  return { outbox, ledger, pipeline, archive, store }
}

/** Samples how long the event loop is not free, every 5 ms. */
function watchLoop(): () => { p99: number; longest: number } {
  const delays: number[] = []
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    delays.push(Math.max(0, now - last - 5))
    last = now
  }, 5)
  return () => {
    clearInterval(timer)
    delays.sort((a, b) => a - b)
    return { p99: delays[Math.floor(delays.length * 0.99)] ?? 0, longest: delays.at(-1) ?? 0 }
  }
}

/** Runs the pipeline until it has stored the values of so many messages. */
async function measure(directory: string, messages: number) {
  const journal = openJournal(directory)
  const { outbox, ledger, pipeline, archive, store } = openPipeline(directory, journal)
  const loop = watchLoop()
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  await pipeline.start()
  archive.start()
  while (store.rows < messages * PROPERTIES.length) await wait(20)
  const seconds = (performance.now() - begun) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  const delay = loop()
  const { commits } = pipeline.stats()
  const { appends } = archive.stats()
  await archive.stop()
  await pipeline.stop()
  const { stored, pending } = pipeline.total()
  const balanced = ledger.imbalances().length === 0 && stored === store.rows && pending === 0
  await outbox.close()
  await journal.close()
  const valuesPerSecond = store.rows / seconds
  const cores = (cpu.user + cpu.system) / 1e6 / seconds
  return {
    messages,
    seconds: round(seconds, 2),
    messagesPerSecond: round(messages / seconds),
    valuesPerSecond: round(valuesPerSecond),
    coresUsed: round(cores, 2),
    coresPer360kValuesPerSecond: round((cores * 360_000) / valuesPerSecond, 2),
    transactions: commits,
    appends,
    eventLoopDelayMs: { p99: round(delay.p99), longest: round(delay.longest) },
    residentMegabytes: round(process.memoryUsage().rss / 2 ** 20),
    balanced,
  }
}

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits))
}

async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-bench-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function flatOut(directory: string) {
  const journal = openJournal(directory)
  await fill(journal, FLAT_OUT_MESSAGES, Number.POSITIVE_INFINITY)
  await journal.close()
  return measure(directory, FLAT_OUT_MESSAGES)
}

async function paced(directory: string) {
  const filler = spawn(process.execPath, [import.meta.filename, 'fill', directory], { stdio: 'inherit' })
  const exited = once(filler, 'exit')
  const result = await measure(directory, PACED_MESSAGES)
  await exited
  return result
}

const [, , task, folder] = process.argv
if (task === 'fill' && folder !== undefined) {
  const journal = openJournal(folder)
  await fill(journal, PACED_MESSAGES, PACE)
  await journal.close()
} else {
  const result = { flatOut: await inTemporaryDirectory(flatOut), paced: await inTemporaryDirectory(paced) }
  saveResult('pipeline', 'node bench/dist/pipeline.js', result)
}
