import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDbStore } from '@osprey/backend/observations/duckdb-store'
import type { BacktestLine, BacktestResult, RuleDefinitionInput } from '@osprey/core/api/rules'
import type { ServerMessage } from '@osprey/core/live'
import mqtt from 'mqtt'
import WebSocket from 'ws'
import { saveResult } from './results.ts'
import { valueAt } from './synthetic.ts'
import { delay, type System, startSystem, summary, usageOf } from './system.ts'

/**
 * How long a backtest takes over HTTP, from the request to the last line of the answer: 30 days of one-minute data of
 * 100 datastreams, the last day not compacted yet. Meanwhile a probe publishes eight times a second, and a watcher on
 * the WebSocket tells how much later its readings come than without a backtest. Goal: < 10 s.
 *
 *   npx tsc -b bench && node_modules/.bin/node bench/dist/backtest.js            --save keeps the result
 */
const { values: options } = parseArgs({
  options: {
    datastreams: { type: 'string', default: '100' },
    days: { type: 'string', default: '30' },
    save: { type: 'boolean', default: false },
  },
})
const DATASTREAMS = Number(options.datastreams)
const DAYS = Number(options.days)
const MINUTE = 60_000
const DAY = 1440 * MINUTE
const START = Date.UTC(2026, 5, 1)
const END = START + DAYS * DAY
const PROBE = 'backtest-probe'
const PROBE_INTERVAL = 125
const QUIET_PROBES = 24

const RULES: Record<string, RuleDefinitionInput> = {
  'hourly mean above a number, held for ten minutes': rule(
    {
      kind: 'comparison',
      measure: { property: 'pm25', statistic: 'mean', windowSeconds: 3600, minimumCoverage: 0.75 },
      operator: 'gt',
      threshold: { kind: 'number', value: 31 },
      levels: [{ severity: 'severe', threshold: { kind: 'number', value: 32.5 } }],
    },
    600,
  ),
  'daily mean above the limit of GB 3095-2026': rule(
    {
      kind: 'comparison',
      measure: { property: 'pm25', statistic: 'mean', windowSeconds: 86_400, aligned: true },
      operator: 'exceeds',
      threshold: { kind: 'limit', limit: 'GB 3095-2026 / I / PM2.5 / 24h' },
    },
    0,
  ),
}

const dataDir = await mkdtemp(join(tmpdir(), 'osprey-bench-'))
try {
  await register()
  await fill()
  await measureAll()
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}

function rule(
  condition: Extract<RuleDefinitionInput['trigger'], { kind: 'condition' }>['condition'],
  holdSeconds: number,
): RuleDefinitionInput {
  const trigger = { kind: 'condition' as const, condition, holdSeconds }
  return { name: 'bench', severity: 'moderate', trigger, scope: { tags: [{ name: 'bench', value: true }] } }
}

/** Stations with a datastream each, made by a first reading, and the probe. */
async function register(): Promise<void> {
  const system = await startSystem({ dataDir })
  const stations = Array.from({ length: DATASTREAMS }, (_, index) => `bench-${index}`)
  for (const id of [...stations, PROBE]) {
    const attributes: Record<string, boolean> = id === PROBE ? {} : { bench: true }
    await system.post('/api/stations', {
      id,
      name: id,
      latitude: 30,
      longitude: 120,
      medium: 'air',
      attributes,
    })
  }
  const client = await device(system, 'bench-source', stations)
  for (const station of stations) {
    const report = { station, time: START - 365 * DAY, values: { pm25: 1 } }
    await client.publishAsync('v1/devices/bench-source/observations', JSON.stringify(report), { qos: 1 })
  }
  while ((await system.get<{ stored: number }>('/api/ledger')).stored < DATASTREAMS) await delay(50)
  await client.endAsync()
  await system.stop()
}

/** Past the pipeline, in the order of time, compacted day by day as the product does. */
async function fill(): Promise<void> {
  const store = new DuckDbStore({ directory: join(dataDir, 'observations') })
  await store.start()
  const ids = (await store.latest()).map(({ datastream }) => datastream)
  const rows = 1440 * ids.length
  const batch = {
    sequence: 1_000_000_000,
    length: rows,
    datastream: new Int32Array(rows),
    phenomenonTime: new Float64Array(rows),
    resultTime: new Float64Array(rows),
    value: new Float64Array(rows),
    quality: new Uint8Array(rows),
    text: new Map<number, string>(),
  }
  for (let day = 0; day < DAYS; day++) {
    let row = 0
    for (let minute = 0; minute < 1440; minute++) {
      for (const id of ids) {
        const time = START + day * DAY + minute * MINUTE
        batch.datastream[row] = id
        batch.phenomenonTime[row] = time
        batch.resultTime[row] = time + 300
        batch.value[row] = valueAt(id, time)
        batch.quality[row++] = minute % 500 === 0 ? 3 : 1
      }
    }
    batch.sequence++
    await store.append(batch)
    if (day < DAYS - 1) await store.compact(START + (day + 1) * DAY)
  }
  await store.stop()
}

async function measureAll(): Promise<void> {
  const system = await startSystem({ dataDir })
  const probe = await startProbe(system)
  try {
    while (probe.latencies.length < QUIET_PROBES) await delay(PROBE_INTERVAL)
    const quiet = probe.take()
    const runs: Record<string, object> = {}
    for (const [name, definition] of Object.entries(RULES)) {
      runs[name] = await measure(system, [definition])
      probe.take()
    }
    const both = await measure(system, Object.values(RULES))
    const during = probe.take()
    const result = {
      goal: 'a backtest < 10 s',
      datastreams: DATASTREAMS,
      days: DAYS,
      backtests: { ...runs, 'both at once': both },
      probeToWebSocketMs: { quiet: summary(quiet), duringBacktest: summary(during) },
    }
    if (options.save) {
      saveResult(
        'backtest',
        'npx tsc -b bench && node_modules/.bin/node bench/dist/backtest.js --save',
        result,
      )
    } else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  } finally {
    await probe.stop()
    await system.stop()
  }
}

async function measure(system: System, definitions: RuleDefinitionInput[]) {
  const before = usageOf(system.backend.pid)
  const began = performance.now()
  const response = await fetch(`${system.url}/api/rules/backtest`, {
    method: 'POST',
    headers: headersOf(system),
    body: JSON.stringify({
      definitions,
      from: new Date(START).toISOString(),
      to: new Date(END).toISOString(),
    }),
  })
  if (!response.ok || !response.body) throw new Error(`backtest: ${response.status} ${await response.text()}`)
  const firstByte = performance.now() - began
  let rest = ''
  let lines = 0
  let longest = 0
  let last = performance.now()
  let results: BacktestResult[] = []
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    rest += chunk
    const complete = rest.split('\n')
    rest = complete.pop() ?? ''
    for (const text of complete) {
      const line = JSON.parse(text) as BacktestLine
      if (line.kind === 'failed') throw new Error(line.detail)
      if (line.kind === 'result') results = line.results
      else lines++
    }
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const seconds = (performance.now() - began) / 1000
  const observations = results[0]?.totals.observations ?? 0
  if (observations !== DATASTREAMS * DAYS * 1440) throw new Error(`${observations} observations were judged`)
  return {
    seconds: round(seconds),
    backendCpuSeconds: round(usageOf(system.backend.pid).cpuSeconds - before.cpuSeconds),
    backendResidentMiB: Math.round(usageOf(system.backend.pid).residentBytes / 2 ** 20),
    firstLineMs: round(firstByte),
    progressLines: lines,
    longestWithoutProgressMs: round(longest),
    observations,
    firings: results.map(({ totals }) => totals.firings),
  }
}

/** Publishes now and then; the latencies from publishing to the watcher's socket. */
async function startProbe(system: System) {
  const client = await device(system, PROBE, [PROBE])
  const socket = new WebSocket(`${system.url.replace('http', 'ws')}/live`, { headers: headersOf(system) })
  await once(socket, 'open')
  const latencies: number[] = []
  const waiting: { time: number; published: number }[] = []
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as ServerMessage
    if (frame.type !== 'snapshot' && frame.type !== 'delta') return
    const time = frame.details[PROBE]?.['pm25']?.[1]
    if (time === undefined) return
    while (waiting[0] !== undefined && waiting[0].time <= time) {
      latencies.push(performance.now() - (waiting.shift()?.published ?? 0))
    }
  })
  socket.send(JSON.stringify({ type: 'subscribe', bbox: null, property: null, stations: [PROBE] }))
  let isStopped = false
  const publishing = (async () => {
    while (!isStopped) {
      const time = Date.now()
      waiting.push({ time, published: performance.now() })
      const report = JSON.stringify({ time, values: { pm25: time % 97 } })
      await client.publishAsync(`v1/devices/${PROBE}/observations`, report, { qos: 1 })
      await delay(PROBE_INTERVAL)
    }
  })()
  return {
    latencies,
    take: () => latencies.splice(0),
    async stop() {
      isStopped = true
      await publishing
      socket.close()
      await client.endAsync()
    },
  }
}

async function device(system: System, id: string, stations: string[]) {
  const { secret } = await system.post<{ secret: string }>('/api/devices', { id, stations })
  return mqtt.connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, { username: id, password: secret })
}

function headersOf({ token }: System): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
