import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { Evaluation } from '@osprey/backend/evaluation/evaluation'
import type { ActiveRule } from '@osprey/backend/evaluation/machine'
import { Archive } from '@osprey/backend/pipeline/archive'
import { Latest } from '@osprey/backend/pipeline/latest'
import { Ledger } from '@osprey/backend/pipeline/ledger'
import { Outbox } from '@osprey/backend/pipeline/outbox'
import { Pipeline } from '@osprey/backend/pipeline/pipeline'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { StationFacts } from '@osprey/core/alerting/types'
import { ruleDefinition } from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import { append, BURST, countingStore, DEVICES, openJournal, PROPERTIES, registry } from './device-reports.ts'
import { saveResult } from './results.ts'

/**
 * What 10,000 rule instances cost the pipeline: messages per second flat out from a full journal, without rules and
 * with them (a quarter each: the last value, the mean of an hour, the mean of a day, silence of a station), every run
 * in a process of its own, in turns. 10,000 devices report 6 numbers each. States are saved and alerts told as in
 * production; told to nobody.
 */
const QUARTER = 2500
const MESSAGES = Number(process.env['MESSAGES'] ?? 150_000)
const PAIRS = Number(process.env['PAIRS'] ?? 3)
/** Between two reports of a device, ms. */
const INTERVAL = 60_000
const GOAL_PERCENT = 20
const log = { info: () => {}, warn: console.warn, error: console.error }

async function fill(directory: string): Promise<void> {
  const journal = openJournal(directory)
  for (let message = 0; message < MESSAGES; message += BURST) {
    await append(journal, message, Math.min(BURST, MESSAGES - message), INTERVAL)
  }
  await journal.close()
}

const STATIONS: readonly StationFacts[] = Array.from({ length: DEVICES }, (_, at) => ({
  id: `station-${at}`,
  name: `Station ${at}`,
  medium: 'air',
  site: null,
  class: 'II',
  jurisdictions: [],
  attributes: {},
}))

/** A few in a thousand readings breach the rule on the last value. */
function rules(): { rule: ActiveRule; stations: readonly StationFacts[] }[] {
  const compare = (property: string, statistic: string, windowSeconds: number, value: number) => ({
    kind: 'condition',
    condition: {
      kind: 'comparison',
      measure: { property, statistic, windowSeconds },
      operator: 'gt',
      threshold: { kind: 'number', value },
    },
  })
  const triggers = [
    compare('pm25', 'last', 3600, 99.5),
    compare('pm10', 'mean', 3600, 80),
    compare('so2', 'mean', 86_400, 80),
    { kind: 'no_data', per: 'station', graceSeconds: 600 },
  ]
  return triggers.map((trigger, at) => {
    const definition = ruleDefinition.parse({ name: `rule ${at}`, severity: 'minor', scope: {}, trigger })
    const rule = { id: `rule-${at}`, version: 1, jurisdiction: null, definition }
    return { rule, stations: STATIONS.slice(at * QUARTER, (at + 1) * QUARTER) }
  })
}

function openFlow(directory: string, withRules: boolean) {
  const journal = openJournal(directory)
  const resolver = registry()
  const outbox = Outbox.open(join(directory, 'outbox'), { maxBytes: 4 * 1024 ** 3, now: Date.now() })
  const ledger = new Ledger()
  const given = withRules ? rules() : []
  const none = {
    times: new Float64Array(0),
    values: new Float64Array(0),
    qualities: new Uint8Array(0),
  }
  const evaluation = new Evaluation({
    resolver,
    outbox,
    rules: {
      active: () => given.map(({ rule }) => rule),
      targetsOf: ({ id }) =>
        (given.find(({ rule }) => rule.id === id)?.stations ?? []).map((station) => ({
          station,
          other: null,
        })),
      context: () => ({ property: propertyById, holidays: new Set() }),
    },
    build: (options) => new RuleInstance(options),
    alerts: () => {},
    openAlerts: async () => [],
    history: async () => none,
    storedUpTo: () => Number.POSITIVE_INFINITY,
    now: Date.now,
    log,
  })
  const nothing = () => {}
  const pipeline = new Pipeline({
    journal,
    outbox,
    resolver,
    ledger,
    latest: new Latest(resolver),
    judging: evaluation,
    sinks: {
      createDatastreams: async () => [],
      rejected: nothing,
      presence: nothing,
      refused: nothing,
      commandResult: nothing,
      quarantined: nothing,
    },
    storedLatest: async () => [],
    now: Date.now,
    log,
  })
  const store = countingStore()
  const archive = new Archive({ outbox, store, ledger, quarantined: pipeline.quarantined, log })
  const close = async () => {
    await outbox.close()
    await journal.close()
  }
  return { evaluation, pipeline, archive, store, close }
}

/** Makes the rules known and their states saved, before the first reading. */
async function prepare(directory: string): Promise<void> {
  const { evaluation, pipeline, close } = openFlow(directory, true)
  await pipeline.start()
  while (evaluation.stats().instances.cold > 0) await wait(10)
  await pipeline.stop()
  await close()
}

async function measure(directory: string, withRules: boolean) {
  if (withRules) await prepare(directory)
  await fill(directory)
  const { evaluation, pipeline, archive, store, close } = openFlow(directory, withRules)
  await pipeline.start()
  const begun = performance.now()
  const before = process.cpuUsage()
  archive.start()
  while (store.rows < MESSAGES * PROPERTIES.length) await wait(5)
  const seconds = (performance.now() - begun) / 1000
  const cpu = process.cpuUsage(before)
  const { instances, observations, transitions, saved } = evaluation.stats()
  await archive.stop()
  await pipeline.stop()
  await close()
  return {
    messagesPerSecond: Math.round(MESSAGES / seconds),
    cpuSeconds: round((cpu.user + cpu.system) / 1e6, 2),
    instances: instances.condition + instances.noData,
    judged: observations.judged,
    fired: transitions.fired,
    statesSaved: saved.instances,
    residentMegabytes: Math.round(process.memoryUsage().rss / 2 ** 20),
  }
}

type Run = Awaited<ReturnType<typeof measure>>

async function inProcess(withRules: boolean): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-bench-'))
  try {
    const args = [import.meta.filename, withRules ? 'with' : 'without', directory]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await once(child, 'close')
    return JSON.parse(output) as Run
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

const [, , task, folder] = process.argv
if (task !== undefined && folder !== undefined) {
  process.stdout.write(JSON.stringify(await measure(folder, task === 'with')))
} else {
  const pairs: { without: Run; with: Run }[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    // In turns, so that what the machine does meanwhile falls on both.
    const first = await inProcess(pair % 2 === 1)
    const second = await inProcess(pair % 2 === 0)
    pairs.push(pair % 2 === 0 ? { without: first, with: second } : { without: second, with: first })
  }
  const cost = (of: (run: Run) => number) => median(pairs.map((pair) => 1 - of(pair.with) / of(pair.without)))
  saveResult('rules', 'node bench/dist/rules.js', {
    messages: MESSAGES,
    valuesPerMessage: PROPERTIES.length,
    goalPercent: GOAL_PERCENT,
    ingestCostPercent: round(100 * cost((run) => run.messagesPerSecond), 1),
    processorCostPercent: round(-100 * cost((run) => run.cpuSeconds), 1),
    pairs,
  })
}
