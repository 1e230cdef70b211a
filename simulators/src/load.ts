import { writeFileSync } from 'node:fs'
import {
  choice,
  flag,
  interruption,
  number,
  PLATFORM_OPTIONS,
  parseCommandLine,
  runTool,
  text,
  UsageError,
} from './command-line.ts'
import { checkAgainstStore } from './load/check-store.ts'
import { prepareFleet, SEQUENCE_PROPERTY, VALUE_PROPERTIES } from './load/fleet.ts'
import { assertLoopback } from './load/loopback.ts'
import { type LoadProgress, type LoadReport, runLoad } from './load/run-load.ts'
import { connectPlatform, findBroker } from './platform/connection.ts'
import { Credentials } from './platform/credentials.ts'
import { ledgerOf, rejectedOf, type Settled, settle } from './platform/ledger.ts'
import { removeFleet } from './platform/provision.ts'

const OPTIONS = {
  devices: number(100, 'devices, one connection each', { min: 1, max: 20_000 }),
  rate: number(1000, 'messages per second over all devices; 0 is as fast as acknowledged', {
    max: 1_000_000,
  }),
  seconds: number(10, 'how long', { min: 0.1, max: 86_400, integer: false }),
  messages: number(undefined, 'end after this many messages', { min: 1, max: 1_000_000_000 }),
  values: number(6, 'values per message, the first being the sequence', {
    min: 1,
    max: VALUE_PROPERTIES.length + 1,
  }),
  'stations-per-device': number(1, 'more than 1 makes every device a gateway', { min: 1, max: 1000 }),
  window: number(256, 'unacknowledged messages per device', { min: 1, max: 32_768 }),
  burst: number(16, 'messages per write', { min: 1, max: 1024 }),
  resilient: flag('connect again after losses and send unacknowledged messages again'),
  'ack-log': text(undefined, 'FILE', 'append every acknowledged device,sequence,time, synced'),
  drain: number(30, 'seconds to wait for the last acknowledgements', { max: 3600 }),
  settle: number(60, 'seconds to wait until everything is stored', { max: 86_400 }),
  verify: choice(['sample', 'all', 'none'], 'sample', 'compare count and sum per datastream with the store'),
  prefix: text('load', 'NAME', 'of devices and stations'),
  report: text(undefined, 'FILE', 'write the report there as well'),
  remove: flag('remove the devices and stations of earlier runs, and send nothing'),
  ...PLATFORM_OPTIONS,
}

async function main(): Promise<number> {
  const options = parseCommandLine(
    'Load generator: MQTT QoS 1 at a steady rate, checked to the last reading.',
    OPTIONS,
  )
  if (!/^[A-Za-z0-9][A-Za-z0-9._]{0,39}$/.test(options.prefix)) {
    throw new UsageError(
      `--prefix: ${JSON.stringify(options.prefix)}, expected letters, digits, dots, underscores`,
    )
  }
  assertLoopback(new URL(options.url).hostname)
  const client = connectPlatform(options)
  const credentials = Credentials.open(options['data-dir'], client.origin)
  if (options.remove) {
    const removed = await removeFleet(client, credentials, options.prefix)
    say(`removed ${removed.devices} devices and ${removed.stations} stations`)
    return 0
  }

  const { host, port, tls } = await findBroker(client, options)
  if (tls)
    throw new UsageError(
      'the broker speaks TLS only; the load generator needs a plaintext listener on loopback',
    )
  say(`registering ${options.devices} devices`)
  const devices = await prepareFleet(client, credentials, {
    prefix: options.prefix,
    devices: options.devices,
    stationsPerDevice: options['stations-per-device'],
  })
  const ids = new Set(devices.map(({ id }) => id))
  const before = await ledgerOf(client, ids)
  const load = await runLoad({
    host,
    port,
    devices,
    rate: options.rate,
    seconds: options.seconds,
    sequenceProperty: SEQUENCE_PROPERTY.id,
    properties: VALUE_PROPERTIES.slice(0, options.values - 1),
    baseTime: Date.now(),
    window: options.window,
    packetsPerWrite: options.burst,
    resilient: options.resilient,
    drainSeconds: options.drain,
    progress: showProgress,
    signal: interruption(),
    ...(options.messages === undefined ? {} : { messages: options.messages }),
    ...(options['ack-log'] === undefined ? {} : { acknowledgementLog: options['ack-log'] }),
  })
  say('waiting until everything is stored')
  const expected = load.acknowledged * load.valuesPerMessage
  const ledger = await settle(client, ids, before, { expected, timeout: options.settle * 1000 })
  const store = options.verify === 'none' ? undefined : await checkAgainstStore(client, load, options.verify)
  const problems = findProblems(load, ledger, store?.faults.length ?? 0)
  const { tallies, ...figures } = load
  const report = JSON.stringify({ ...figures, ledger, store, problems }, undefined, 2)
  process.stdout.write(`${report}\n`)
  if (options.report !== undefined) writeFileSync(options.report, `${report}\n`)
  return problems.length === 0 ? 0 : 1
}

/** Everything that contradicts "acknowledged means stored", in words. */
function findProblems(load: LoadReport, { settled, counts, seconds }: Settled, faults: number): string[] {
  const expected = load.acknowledged * load.valuesPerMessage
  const problems: string[] = []
  if (!settled) problems.push(`${counts.pending} readings still pending after ${seconds} s`)
  if (counts.stored < expected) problems.push(`${expected} readings acknowledged, ${counts.stored} stored`)
  if (rejectedOf(counts) > 0) problems.push(`readings rejected: ${JSON.stringify(counts.rejected)}`)
  if (faults > 0) problems.push(`${faults} datastreams differ from what was sent`)
  if (load.unacknowledged > 0) problems.push(`${load.unacknowledged} messages never acknowledged`)
  return problems
}

function showProgress({ seconds, sent, acknowledged, connected }: LoadProgress): void {
  say(`${seconds.toFixed(0)} s: ${sent} sent, ${sent - acknowledged} unacknowledged, ${connected} connected`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

await runTool(main)
