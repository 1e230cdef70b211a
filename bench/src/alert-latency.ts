import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AlertsView } from '@osprey/core/api/alerts'
import type { ServerMessage } from '@osprey/core/live'
import mqtt from 'mqtt'
import WebSocket from 'ws'
import { saveResult } from './results.ts'
import { delay, NODE, run, startSystem, summary, untilLoaded } from './system.ts'

/**
 * How long after publishing a reading the alert it fires is told to a watcher on the WebSocket, and to somebody who
 * asks for the list of alerts by then, while a load runs beside it. A few probe stations report in turn, above and
 * below the threshold of a rule, so that each other reading fires an alert and the next resolves it.
 *
 *   npx tsc -b bench && node_modules/.bin/node bench/dist/alert-latency.js --rate 5000 --seconds 60
 */
const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '60' },
    devices: { type: 'string', default: '1000' },
  },
})
const PROBES = Array.from({ length: 20 }, (_, number) => `alert-probe-${number}`)
const PROBE_INTERVAL = 50
const GOAL_P99 = 500
/** The list is asked for at every so many firings: to ask for each would be a load of its own. */
const LISTED_EVERY = 10
const ABOVE = 200
const BELOW = 10

const system = await startSystem()
const load = run(
  NODE,
  [
    'simulators/dist/load.js',
    ...['--url', system.url, '--data-dir', system.dataDir, '--mqtt-port', String(system.mqttPort)],
    ...['--devices', options.devices, '--rate', options.rate, '--seconds', options.seconds],
    ...['--verify', 'none', '--report', join(system.dataDir, 'load-report.json')],
  ],
  {},
  join(system.dataDir, 'logs/load.log'),
)
for (const [number, id] of PROBES.entries()) {
  await system.post('/api/stations', {
    id,
    name: id,
    latitude: 30 + number / 100,
    longitude: 120,
    medium: 'air',
  })
}
const device = 'alert-probe'
const { secret } = await system.post<{ secret: string }>('/api/devices', { id: device, stations: PROBES })
await system.post('/api/rules', {
  id: 'probe',
  active: true,
  definition: {
    name: 'Probe',
    severity: 'severe',
    trigger: {
      kind: 'condition',
      condition: {
        kind: 'comparison',
        measure: { property: 'pm25', statistic: 'last', windowSeconds: 600 },
        operator: 'gt',
        threshold: { kind: 'number', value: 75 },
      },
    },
    scope: { stations: PROBES },
  },
})
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, {
  username: device,
  password: secret,
})
for (const id of PROBES) await publish(id, Date.now(), BELOW)
const live = await watch()
await untilLoaded(system, Number(options.rate))

const toFired: number[] = []
const toResolved: number[] = []
const toListed: number[] = []
const pending: Promise<void>[] = []
const end = performance.now() + (Number(options.seconds) - 8) * 1000
for (let sent = 0; performance.now() < end; sent++) {
  const station = PROBES[sent % PROBES.length] as string
  const above = Math.floor(sent / PROBES.length) % 2 === 0
  const time = Date.now()
  const published = performance.now()
  const samples = above ? toFired : toResolved
  const seen = live.seen(station, above ? 'firing' : 'resolved', time)
  pending.push(seen.then((at) => void samples.push(at - published)))
  if (above && sent % LISTED_EVERY === 0) {
    pending.push(listed(station, time).then((at) => void toListed.push(at - published)))
  }
  await publish(station, time, above ? ABOVE : BELOW)
  await delay(Math.max(0, PROBE_INTERVAL - (performance.now() - published)))
}
const outcome = await Promise.race([Promise.all(pending).then(() => 'all'), delay(10_000).then(() => 'late')])
const missing = live.missing()
const [exitCode] = load.child.exitCode === null ? await once(load.child, 'exit') : [load.child.exitCode]
const fired = summary(toFired)
saveResult(
  'alert-latency',
  `node_modules/.bin/node bench/dist/alert-latency.js --rate ${options.rate} --seconds ${options.seconds} --devices ${options.devices}`,
  {
    load: { messagesPerSecond: Number(options.rate), exitCode },
    alerts: { fired: toFired.length, resolved: toResolved.length, missing },
    milliseconds: {
      publishToWatcherFired: fired,
      publishToWatcherResolved: summary(toResolved),
      publishToList: summary(toListed),
    },
    goal: { p99: GOAL_P99, reached: outcome === 'all' && fired.p99 < GOAL_P99 },
  },
)
await client.endAsync()
live.close()
await system.stop()

async function publish(station: string, time: number, value: number): Promise<void> {
  const payload = JSON.stringify({ station, time, values: { pm25: value } })
  await client.publishAsync(`v1/devices/${device}/observations`, payload, { qos: 1 })
}

/** Somebody with the inbox open. */
async function watch() {
  const socket = new WebSocket(`${system.url.replace('http', 'ws')}/live`, {
    headers: { authorization: `Bearer ${system.token}` },
  })
  await once(socket, 'open')
  const waiting = new Map<string, (at: number) => void>()
  socket.on('message', (data) => {
    const at = performance.now()
    const frame = JSON.parse(String(data)) as ServerMessage
    if (frame.type !== 'alerts') return
    for (const { station, state, firedAt, resolvedAt } of frame.alerts) {
      const key = keyOf(station, state, Date.parse((state === 'firing' ? firedAt : resolvedAt) ?? ''))
      waiting.get(key)?.(at)
      waiting.delete(key)
    }
  })
  return {
    seen: (station: string, state: string, time: number) =>
      new Promise<number>((resolve) => waiting.set(keyOf(station, state, time), resolve)),
    missing: () => waiting.size,
    close: () => socket.close(),
  }
}

function keyOf(station: string | null, state: string, time: number): string {
  return `${station} ${state} ${time}`
}

async function listed(station: string, time: number): Promise<number> {
  const firedAt = new Date(time).toISOString()
  for (;;) {
    const { alerts } = await system.get<AlertsView>(`/api/alerts?station=${station}&limit=1`)
    if (alerts[0]?.firedAt === firedAt) return performance.now()
    await delay(20)
  }
}
