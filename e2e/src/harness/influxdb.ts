import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './ports.ts'
import { INFLUXD } from './requirements.ts'
import { until } from './wait.ts'

/** A real InfluxDB 1.x server (Debian's package) on loopback with a data directory of its own. */
export class InfluxDb {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<InfluxDb> {
    const folder = mkdtempSync(join(tmpdir(), 'osprey-influx-'))
    const [http, internal] = await freePorts(2)
    const config = join(folder, 'influxdb.conf')
    writeFileSync(
      config,
      `reporting-disabled = true
bind-address = "127.0.0.1:${internal}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${http}"
log-enabled = false
[monitor]
store-enabled = false
[logging]
level = "error"
`,
    )
    const child = spawn(INFLUXD ?? 'influxd', ['run', '-config', config], { stdio: 'ignore' })
    const server = new InfluxDb(`http://127.0.0.1:${http}`, folder, child)
    await until('InfluxDB to answer', async () => (await fetch(`${server.url}/ping`)).ok, { within: 30_000 })
    return server
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL')
      await once(this.child, 'exit')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
