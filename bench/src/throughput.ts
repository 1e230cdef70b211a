import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { saveResult } from './results.ts'
import { NODE, run, startSystem, type Usage, usageOf } from './system.ts'

/**
 * Sustained QoS 1 throughput of the whole platform: load generator, broker and backend on one machine, every
 * message durably acknowledged, stored and published. Fails when a reading is missing at the end.
 *
 *   npx tsc -b bench && node_modules/.bin/node bench/dist/throughput.js --rate 60000 --seconds 60
 */
const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '60000' },
    seconds: { type: 'string', default: '60' },
    devices: { type: 'string', default: '1000' },
    name: { type: 'string', default: 'throughput' },
    profile: { type: 'string' },
    /** Active rules, each at every station: of the last value, the mean of an hour, the mean of a day, silence. */
    rules: { type: 'string', default: '0' },
  },
})

const system = await startSystem({ profileDir: options.profile })
for (let number = 0; number < Number(options.rules); number++) await activate(number)
const processes = { broker: system.broker.pid, backend: system.backend.pid }
const report = join(system.dataDir, 'load-report.json')
const before = usages()
const started = performance.now()
const peak = { broker: 0, backend: 0 }
const sampling = setInterval(() => {
  const now = usages()
  for (const name of ['broker', 'backend'] as const)
    peak[name] = Math.max(peak[name], now[name].anonymousBytes)
}, 500)
const load = run(
  NODE,
  [
    'simulators/dist/load.js',
    ...['--url', system.url, '--data-dir', system.dataDir, '--mqtt-port', String(system.mqttPort)],
    ...['--devices', options.devices, '--rate', options.rate, '--seconds', options.seconds],
    ...['--verify', 'sample', '--settle', '120', '--report', report],
  ],
  {},
  join(system.dataDir, 'logs/load.log'),
)
const code = await new Promise<number | null>((resolve) => load.child.once('exit', resolve))
clearInterval(sampling)
const elapsed = (performance.now() - started) / 1000
const after = usages()
const ledger = await system.get<object>('/api/ledger')
const result = JSON.parse(readFileSync(report, 'utf8')) as { tallies?: unknown; seconds: number }
delete result.tallies
saveResult(
  options.name,
  `node_modules/.bin/node bench/dist/throughput.js --rate ${options.rate} --seconds ${options.seconds} --devices ${options.devices} --rules ${options.rules}`,
  {
    exitCode: code,
    load: result,
    ledger,
    cores: {
      broker: coresOf('broker'),
      backend: coresOf('backend'),
      over: `${Math.round(elapsed)} s, registration and settling included`,
    },
    peakAnonymousMemoryMiB: { broker: toMiB(peak.broker), backend: toMiB(peak.backend) },
  },
)
await system.stop()
process.exitCode = code ?? 1

async function activate(number: number): Promise<void> {
  const measures = [
    { property: 'pm25', statistic: 'last', windowSeconds: 3600 },
    { property: 'pm10', statistic: 'mean', windowSeconds: 3600 },
    { property: 'so2', statistic: 'mean', windowSeconds: 86_400 },
  ]
  const measure = measures[number % 4]
  const threshold = { kind: 'number', value: 1e6 }
  const trigger = measure
    ? { kind: 'condition', condition: { kind: 'comparison', measure, operator: 'gt', threshold } }
    : { kind: 'no_data', per: 'station', graceSeconds: 3600 }
  const id = `rule-${number}`
  const definition = { name: id, severity: 'minor', scope: { media: ['air'] }, trigger }
  await system.post('/api/rules', { id, active: true, definition })
}

function usages(): Record<'broker' | 'backend', Usage> {
  return { broker: usageOf(processes.broker), backend: usageOf(processes.backend) }
}

/** CPU seconds used by the process, per second of sending. */
function coresOf(name: 'broker' | 'backend'): number {
  return Math.round(((after[name].cpuSeconds - before[name].cpuSeconds) / result.seconds) * 1000) / 1000
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
