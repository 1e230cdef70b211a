import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Api } from './api.ts'
import { freePorts } from './ports.ts'
import { ServiceProcess } from './service-process.ts'
import { until } from './wait.ts'

export interface SystemOptions {
  /** Further OSPREY_ variables, for both processes. */
  env?: Record<string, string>
  /** Prepares the data directory before anything runs in it. */
  prepare?: (dataDir: string) => void
  /** Undoes that, when nothing runs any more. */
  beforeRemoval?: () => void
}

const READY_WITHIN = 60_000
const STOP_WITHIN = 30_000

/** One installation: a broker and a backend, their data directory and ports, and a client with operator rights. */
export class System {
  readonly broker: ServiceProcess
  readonly backend: ServiceProcess
  readonly api: Api
  readonly url: string
  private readonly endings: (() => void)[] = []

  private constructor(
    readonly dataDir: string,
    readonly httpPort: number,
    readonly mqttPort: number,
    readonly metricsPort: number,
    readonly env: Record<string, string>,
    private readonly beforeRemoval: () => void,
  ) {
    this.url = `http://127.0.0.1:${httpPort}`
    this.api = new Api(this.url, () => readFileSync(join(dataDir, 'run', 'operator-token'), 'utf8').trim())
    this.broker = new ServiceProcess('broker', 'broker/dist/main.js', env)
    this.backend = new ServiceProcess('backend', 'backend/dist/main.js', env)
  }

  static async create(options: SystemOptions = {}): Promise<System> {
    const dataDir = mkdtempSync(join(tmpdir(), 'osprey-e2e-'))
    const [http = 0, mqtt = 0, metrics = 0] = await freePorts(3)
    options.prepare?.(dataDir)
    const env = {
      NODE_ENV: 'test',
      OSPREY_DATA_DIR: dataDir,
      OSPREY_HTTP_PORT: String(http),
      OSPREY_MQTT_PORT: String(mqtt),
      OSPREY_MQTT_WS: '0',
      OSPREY_BROKER_METRICS_PORT: String(metrics),
      OSPREY_DEVICE_RATE: '0',
      ...options.env,
    }
    return new System(dataDir, http, mqtt, metrics, env, options.beforeRemoval ?? (() => {}))
  }

  /** Starts both processes and waits until both are ready. */
  async start(): Promise<void> {
    this.broker.start()
    this.backend.start()
    await this.brokerReady()
    await this.backendReady()
  }

  /** Milliseconds until the backend answered that it is ready. */
  async backendReady(within = READY_WITHIN): Promise<number> {
    return this.ready(this.backend, `${this.url}/api/health/ready`, within)
  }

  async brokerReady(within = READY_WITHIN): Promise<number> {
    return this.ready(this.broker, `http://127.0.0.1:${this.metricsPort}/health`, within)
  }

  private async ready(service: ServiceProcess, address: string, within: number): Promise<number> {
    const from = performance.now()
    let ended = false
    void service.exited().then(() => {
      ended = true
    })
    const isReady = await until(
      `${service.name} to be ready`,
      async () => {
        if (ended) return 'ended' as const
        return (await fetch(address, { signal: AbortSignal.timeout(2000) })).ok && ('ready' as const)
      },
      { within, every: 20 },
    )
    if (isReady === 'ended') throw new Error(`${service.name} ended before it was ready`)
    return performance.now() - from
  }

  /** Headers of a request with the operator's rights. */
  authorization(): Record<string, string> {
    const token = readFileSync(join(this.dataDir, 'run', 'operator-token'), 'utf8').trim()
    return { authorization: `Bearer ${token}` }
  }

  /** The newest lines of both processes, for the message of a failed test. */
  logs(lines = 40): string {
    return [this.broker, this.backend]
      .flatMap((service) => [`--- ${service.name}`, ...service.lines.slice(-lines)])
      .join('\n')
  }

  /** Registers what a test that fails half-way must not leave running. */
  onDispose(end: () => void): void {
    this.endings.push(end)
  }

  /** Ends everything that was started and removes the data directory. */
  async dispose(): Promise<void> {
    for (const end of this.endings) end()
    await Promise.all([endSoon(this.broker), endSoon(this.backend)])
    await endPostgres(this.dataDir)
    this.beforeRemoval()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/**
 * Runs a test against a fresh installation; on failure the logs of both processes join the error. Whatever happens,
 * nothing keeps running and nothing stays on disk.
 */
export async function withSystem(
  options: SystemOptions,
  test: (system: System) => Promise<void>,
): Promise<void> {
  const system = await System.create(options)
  try {
    await system.start()
    await test(system)
  } catch (error) {
    if (error instanceof Error) error.message += `\n${system.logs()}`
    throw error
  } finally {
    await system.dispose()
  }
}

async function endSoon(service: ServiceProcess): Promise<void> {
  const timer = setTimeout(() => void service.kill('SIGKILL'), STOP_WITHIN)
  await service.kill('SIGTERM')
  clearTimeout(timer)
}

/** The embedded server outlives a killed backend on purpose; a finished test must not leave it behind. */
export async function endPostgres(dataDir: string): Promise<void> {
  const pid = postgresPid(dataDir)
  if (pid === undefined || !isAlive(pid)) return
  process.kill(pid, 'SIGQUIT')
  await until('PostgreSQL to end', () => !isAlive(pid), { within: 20_000 })
}

function postgresPid(dataDir: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
