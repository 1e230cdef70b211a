import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ServerMessage } from '@osprey/core/live'
import mqtt from 'mqtt'
import WebSocket from 'ws'
import { saveResult } from './results.ts'
import { delay, NODE, run, startSystem, summary, untilLoaded } from './system.ts'

/**
 * How long after publishing a reading is stored (an HTTP query returns it) and on the map (a live frame carries
 * it), while a load runs beside it. One probe station publishes four times a second; the watcher sees every station.
 *
 *   npx tsc -b bench && node_modules/.bin/node bench/dist/latency.js --rate 5000 --seconds 60
 */
const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '60' },
    devices: { type: 'string', default: '1000' },
  },
})
const PROBE = 'latency-probe'
const PROBE_INTERVAL = 250
const POLL_INTERVAL = 20

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
await system.post('/api/stations', { id: PROBE, name: PROBE, latitude: 30, longitude: 120, medium: 'air' })
const { secret } = await system.post<{ secret: string }>('/api/devices', { id: PROBE, stations: [PROBE] })
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, {
  username: PROBE,
  password: secret,
})
await publish(Date.now())
const live = await watch()
await untilLoaded(system, Number(options.rate))

const toStored: number[] = []
const toMap: number[] = []
const toAcknowledged: number[] = []
const pending: Promise<void>[] = []
for (let sent = 0; sent < (Number(options.seconds) - 5) * (1000 / PROBE_INTERVAL); sent++) {
  const time = Date.now()
  const published = performance.now()
  const seen = live.seen(time)
  pending.push(seen.then((at) => void toMap.push(at - published)))
  pending.push(stored(time).then((at) => void toStored.push(at - published)))
  await publish(time)
  toAcknowledged.push(performance.now() - published)
  await delay(Math.max(0, PROBE_INTERVAL - (performance.now() - published)))
}
await Promise.all(pending)
await new Promise((resolve) => (load.child.exitCode === null ? load.child.once('exit', resolve) : resolve(0)))
saveResult(
  'latency',
  `node_modules/.bin/node bench/dist/latency.js --rate ${options.rate} --seconds ${options.seconds} --devices ${options.devices}`,
  {
    load: { messagesPerSecond: Number(options.rate), exitCode: load.child.exitCode },
    milliseconds: {
      publishToAcknowledged: summary(toAcknowledged),
      publishToStored: summary(toStored),
      publishToWebSocket: summary(toMap),
    },
  },
)
await client.endAsync()
live.close()
await system.stop()

async function publish(time: number): Promise<void> {
  await client.publishAsync(
    `v1/devices/${PROBE}/observations`,
    JSON.stringify({ time, values: { pm25: (time / 100) % 300 } }),
    {
      qos: 1,
    },
  )
}

/** A watcher of the whole map with the probe station open; the latest value replaces those between frames. */
async function watch() {
  const socket = new WebSocket(`${system.url.replace('http', 'ws')}/live`, {
    headers: { authorization: `Bearer ${system.token}` },
  })
  await once(socket, 'open')
  const waiting: { time: number; resolve: (at: number) => void }[] = []
  socket.on('message', (data) => {
    const at = performance.now()
    const frame = JSON.parse(String(data)) as ServerMessage
    if (frame.type !== 'snapshot' && frame.type !== 'delta') return
    const time = frame.details[PROBE]?.['pm25']?.[1]
    if (time === undefined) return
    while (waiting[0] !== undefined && waiting[0].time <= time) waiting.shift()?.resolve(at)
  })
  socket.send(JSON.stringify({ type: 'subscribe', bbox: null, property: null, stations: [PROBE] }))
  return {
    seen: (time: number) => new Promise<number>((resolve) => waiting.push({ time, resolve })),
    close: () => socket.close(),
  }
}

async function stored(time: number): Promise<number> {
  const query = new URLSearchParams({
    station: PROBE,
    property: 'pm25',
    from: new Date(time).toISOString(),
    to: new Date(time + 1).toISOString(),
  })
  for (;;) {
    const { observations } = await system.get<{ observations: unknown[] }>(`/api/observations?${query}`)
    if (observations.length > 0) return performance.now()
    await delay(POLL_INTERVAL)
  }
}
