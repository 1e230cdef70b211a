import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NODE = join(ROOT, 'node_modules/.bin/node')
const CLOCK_TICKS_PER_SECOND = 100 // sysconf(_SC_CLK_TCK) on every Linux that Node supports

/**
 * CPU seconds used and memory of one process, read from /proc. `residentBytes` includes `fileBytes`: pages of
 * LMDB and of programs, which the kernel shares between processes and takes back when it needs them.
 */
export interface Usage {
  cpuSeconds: number
  residentBytes: number
  anonymousBytes: number
  fileBytes: number
}

/** @throws when the process has ended */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0)
  return {
    cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND,
    residentBytes: kibibytes('VmRSS') * 1024,
    anonymousBytes: kibibytes('RssAnon') * 1024,
    fileBytes: kibibytes('RssFile') * 1024,
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export interface Running {
  pid: number
  child: ChildProcess
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a child process with its output in `logFile`; `stop` resolves when it has ended. */
export function run(
  command: string,
  args: string[],
  env: Record<string, string>,
  logFile: string,
  cwd = ROOT,
): Running {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = createWriteStream(logFile, { flags: 'a' })
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  const ended = once(child, 'exit')
  if (child.pid === undefined) throw new Error(`${command} did not start`)
  return {
    pid: child.pid,
    child,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}

/** Polls `url` until it answers 2xx. */
export async function untilReady(url: string, timeoutMs = 60_000): Promise<number> {
  const start = performance.now()
  for (;;) {
    try {
      const response = await fetch(url)
      if (response.ok) return performance.now() - start
    } catch {
      // not listening yet
    }
    if (performance.now() - start > timeoutMs) throw new Error(`${url} was not ready after ${timeoutMs} ms`)
    await delay(50)
  }
}

export interface System {
  dataDir: string
  url: string
  mqttPort: number
  token: string
  broker: Running
  backend: Running
  /** JSON of a GET on the HTTP API, as the local operator. */
  get<T>(path: string): Promise<T>
  /** JSON answer of a POST, likewise. */
  post<T>(path: string, body: object): Promise<T>
  stop(): Promise<void>
}

export interface SystemOptions {
  env?: Record<string, string>
  /** Writes V8 CPU profiles of both processes into this folder. */
  profileDir?: string
  keepData?: boolean
  dataDir?: string
}

/** Starts the real broker and backend on free ports and an empty data directory. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'osprey-bench-')))
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  const [httpPort, mqttPort, metricsPort] = [await freePort(), await freePort(), await freePort()]
  const env = {
    OSPREY_DATA_DIR: dataDir,
    OSPREY_HTTP_PORT: String(httpPort),
    OSPREY_MQTT_PORT: String(mqttPort),
    OSPREY_MQTT_WS: '0',
    OSPREY_BROKER_METRICS_PORT: String(metricsPort),
    OSPREY_ADMIN_PASSWORD: 'bench-only-password',
    OSPREY_DEMO: '0',
    OSPREY_DEVICE_RATE: '0',
    OSPREY_LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
    ...options.env,
  }
  const profile =
    options.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`]
  const flags = [...profile, '--max-semi-space-size=32']
  const broker = run(NODE, [...flags, 'broker/dist/main.js'], env, join(dataDir, 'logs/broker.log'))
  const backend = run(NODE, [...flags, 'backend/dist/main.js'], env, join(dataDir, 'logs/backend.log'))
  const url = `http://127.0.0.1:${httpPort}`
  await untilReady(`http://127.0.0.1:${metricsPort}/health`)
  await untilReady(`${url}/api/health/ready`)
  const token = readFileSync(join(dataDir, 'run/operator-token'), 'utf8').trim()
  return {
    dataDir,
    url,
    mqttPort,
    token,
    broker,
    backend,
    async get<T>(path: string): Promise<T> {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T
    },
    async post<T>(path: string, body: object): Promise<T> {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T
    },
    async stop() {
      await broker.stop()
      await backend.stop()
      if (options.keepData !== true && options.dataDir === undefined)
        await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The machine a result was measured on, without anything that names it. */
export function machine() {
  const model = cpus()[0]?.model ?? 'unknown'
  return {
    cores: cpus().length,
    cpu: model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
}

export function percentile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

export { delay, NODE }

/** Until the load has been running for about a second: `rate` messages of 6 readings a second. */
export async function untilLoaded(system: System, rate: number): Promise<void> {
  for (;;) {
    const { received } = await system.get<{ received: number }>('/api/ledger')
    if (received > rate * 6) return
    await delay(200)
  }
}

/** Of milliseconds, to a tenth. */
export function summary(samples: readonly number[]) {
  const sorted = [...samples].sort((one, other) => one - other)
  const round = (value: number) => Math.round(value * 10) / 10
  return {
    count: sorted.length,
    p50: round(percentile(sorted, 0.5)),
    p99: round(percentile(sorted, 0.99)),
    max: round(percentile(sorted, 1)),
  }
}
