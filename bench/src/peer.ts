import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runLoad } from '@osprey/simulators/load/run-load'
import mqtt from 'mqtt'
import { saveResult } from './results.ts'
import { delay, freePort, NODE, ROOT, run, untilReady, usageOf } from './system.ts'

/**
 * The same load on what a user would pick instead: Mosquitto → Node-RED (batched) → InfluxDB, all on this machine.
 * A message is acknowledged by Mosquitto before anything is stored; the end counts what InfluxDB holds.
 * Needs Debian's mosquitto and influxdb, and `npm ci --prefix bench/peers`.
 *
 *   npx tsc -b bench && node_modules/.bin/node bench/dist/peer.js --rate 20000 --seconds 60
 */
const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '60' },
    devices: { type: 'string', default: '1000' },
  },
})
const PROPERTIES = ['pm25', 'pm10', 'so2', 'no2', 'o3']
const SETTLE_SECONDS = 120

const folder = await mkdtemp(join(tmpdir(), 'osprey-peer-'))
const [mqttPort, influxPort, rpcPort, nodeRedPort] = [
  await freePort(),
  await freePort(),
  await freePort(),
  await freePort(),
]
const mosquitto = startMosquitto()
const influx = startInflux()
await untilReady(`http://127.0.0.1:${influxPort}/ping`)
await fetch(`http://127.0.0.1:${influxPort}/query`, {
  method: 'POST',
  body: new URLSearchParams({ q: 'CREATE DATABASE peer' }),
})
const nodeRed = startNodeRed()
await untilReady(`http://127.0.0.1:${nodeRedPort}/`)
await untilSubscribed()

const processes = { mosquitto, influx, nodeRed }
const before = cpuSeconds()
const report = await runLoad({
  host: '127.0.0.1',
  port: mqttPort,
  devices: Array.from({ length: Number(options.devices) }, (_, index) => ({
    id: `load-${index}`,
    secret: 'none',
    stations: 1,
  })),
  rate: Number(options.rate),
  seconds: Number(options.seconds),
  sequenceProperty: 'load_sequence',
  properties: PROPERTIES,
  baseTime: Date.now(),
})
const acknowledgedAt = performance.now()
const stored = await untilSettled(report.acknowledged)
const after = cpuSeconds()
const { tallies: _tallies, ...load } = report
saveResult(
  'peer-mosquitto-node-red-influxdb',
  `node_modules/.bin/node bench/dist/peer.js --rate ${options.rate} --seconds ${options.seconds} --devices ${options.devices}`,
  {
    load,
    storedMessages: stored.count,
    lostMessages: report.acknowledged - stored.count,
    secondsFromLastAcknowledgementToStored: stored.seconds,
    cores: Object.fromEntries(
      Object.keys(processes).map((name) => [
        name,
        Math.round((((after[name] ?? 0) - (before[name] ?? 0)) * 1000) / report.seconds) / 1000,
      ]),
    ),
    memoryMiB: Object.fromEntries(
      Object.entries(processes).map(([name, { pid }]) => [
        name,
        Math.round(usageOf(pid).residentBytes / 2 ** 20),
      ]),
    ),
  },
)
for (const process of [nodeRed, influx, mosquitto]) await process.stop()
await rm(folder, { recursive: true, force: true })

function startMosquitto() {
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(
    file,
    [
      `listener ${mqttPort} 127.0.0.1`,
      'allow_anonymous true',
      'max_inflight_messages 0',
      'max_queued_messages 0',
      'persistence false',
      'log_type error',
      'user root',
    ].join('\n'),
  )
  return run('mosquitto', ['-c', file], {}, join(folder, 'mosquitto.log'))
}

function startInflux() {
  const file = join(folder, 'influxdb.conf')
  writeFileSync(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
query-log-enabled = false
cache-max-memory-size = "4g"
[http]
bind-address = "127.0.0.1:${influxPort}"
log-enabled = false
max-body-size = 0
[monitor]
store-enabled = false
`,
  )
  return run('influxd', ['-config', file], {}, join(folder, 'influxd.log'))
}

function startNodeRed() {
  const home = join(folder, 'node-red')
  const source = join(ROOT, 'bench/peers')
  mkdirSync(home)
  copyFileSync(join(source, 'node-red/settings.cjs'), join(home, 'settings.js'))
  const flows = readFileSync(join(source, 'node-red/flows.template.json'), 'utf8')
    .replaceAll('{{MQTT_PORT}}', String(mqttPort))
    .replaceAll('{{INFLUX_PORT}}', String(influxPort))
  writeFileSync(join(home, 'flows.json'), flows)
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: 'peer', dependencies: { 'node-red-contrib-influxdb': '*' } }),
  )
  const env = {
    PEER_NODE_RED_PORT: String(nodeRedPort),
    NODE_PATH: join(source, 'node_modules'),
    NODE_ENV: 'production',
  }
  const arguments_ = [join(source, 'node_modules/node-red/red.js'), '--userDir', home]
  return run(NODE, arguments_, env, join(folder, 'node-red.log'), source)
}

/** Node-RED subscribes some time after it listens: wait until a message comes through to InfluxDB. */
async function untilSubscribed(): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`)
  for (let attempt = 0; attempt < 60; attempt++) {
    await client.publishAsync(
      'v1/devices/warm-up/observations',
      JSON.stringify({ time: Date.now(), values: { warm_up: 1 } }),
      { qos: 1 },
    )
    await delay(500)
    if ((await count('warm_up')) > 0) return client.endAsync()
  }
  throw new Error(`Node-RED stores nothing; its log is in ${folder}`)
}

async function count(field: string): Promise<number> {
  const query = new URLSearchParams({ db: 'peer', q: `SELECT count("${field}") FROM observations` })
  const response = await fetch(`http://127.0.0.1:${influxPort}/query?${query}`)
  const body = (await response.json()) as { results: { series?: { values: [unknown, number][] }[] }[] }
  return body.results[0]?.series?.[0]?.values[0]?.[1] ?? 0
}

/** Until all are stored or nothing has been added for ten seconds. */
async function untilSettled(expected: number): Promise<{ count: number; seconds: number }> {
  let last = -1
  let unchangedSince = performance.now()
  for (;;) {
    const now = await count('load_sequence')
    if (now !== last) unchangedSince = performance.now()
    last = now
    const seconds = Math.round((performance.now() - acknowledgedAt) / 100) / 10
    if (now >= expected || performance.now() - unchangedSince > 10_000 || seconds > SETTLE_SECONDS)
      return { count: now, seconds }
    await delay(1000)
  }
}

function cpuSeconds(): Record<string, number> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, { pid }]) => [name, usageOf(pid).cpuSeconds]),
  )
}
