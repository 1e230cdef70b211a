import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { StartError } from '../config.ts'
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts'
import { freePort, isAlive, readPidFile, stopProcess, worksElsewhere } from './postmaster.ts'
import { type Account, openPathFor, serverAccount } from './server-account.ts'

const USER = 'osprey'
const DATABASE = 'osprey'
/** A server that recovers after a crash of the machine needs its time; one left behind answers at once or not. */
const LIMITS = { readyWithinMs: 30_000, adoptWithinMs: 5_000 }
const STOP_WITHIN_MS = 15_000
const MAX_LOG_BYTES = 16 * 1024 * 1024

/**
 * A PostgreSQL server of our own under `<dataDir>/postgres`: loopback only, a generated password, one
 * initialisation for ever.
 *
 * The server is a separate process on purpose: it survives a kill -9 of this one. The next start finds it by
 * its `postmaster.pid` and adopts it, so the database is never opened twice and never recovers needlessly.
 */
export class EmbeddedPostgres {
  private readonly cluster: string
  private readonly account: Account | undefined
  private password = ''
  private port = 0
  private pid = 0
  private watch: NodeJS.Timeout | undefined
  private relaunching: Promise<void> | undefined
  private ending = false
  private binaries: PostgresBinaries | undefined

  constructor(
    private readonly dataDir: string,
    private readonly log: Logger,
    private readonly limits: typeof LIMITS = LIMITS,
  ) {
    this.cluster = join(dataDir, 'postgres')
    this.account = serverAccount()
  }

  /** Starts or adopts the server and returns how to connect. Throws an Error a person can act upon. */
  async start(): Promise<pg.PoolConfig> {
    this.ending = false
    if (this.account) openPathFor(this.account, this.dataDir)
    this.binaries = await postgresBinaries()
    this.password = this.readOrCreatePassword()
    if (!existsSync(join(this.cluster, 'PG_VERSION'))) await this.initialise()
    if (!(await this.adopt())) await this.launch(await freePort())
    await this.createDatabase()
    this.watch = setInterval(() => this.relaunchWhenGone(), 1000).unref()
    return this.connection(DATABASE)
  }

  /** Fast shutdown (open transactions are rolled back), immediate after 15 s. */
  async stop(): Promise<void> {
    this.detach()
    await this.relaunching
    if (this.pid) await stopProcess(this.pid, STOP_WITHIN_MS)
    this.pid = 0
  }

  /** Leaves the server running: it belongs to another process. */
  detach(): void {
    this.ending = true
    clearInterval(this.watch)
  }

  private connection(database: string): pg.PoolConfig {
    return { host: '127.0.0.1', port: this.port, user: USER, password: this.password, database }
  }

  private readOrCreatePassword(): string {
    const file = join(this.dataDir, 'postgres-password')
    if (existsSync(file)) return readFileSync(file, 'utf8').trim()
    if (existsSync(join(this.cluster, 'PG_VERSION'))) {
      throw new StartError(`${file} is missing, the password of the database in ${this.cluster}: restore it`)
    }
    const password = randomBytes(32).toString('base64url')
    writeDurably(file, `${password}\n`)
    return password
  }

  /** initdb works in a directory of its own that is renamed when complete: a kill half-way leaves no half cluster. */
  private async initialise(): Promise<void> {
    const workshop = join(this.dataDir, 'postgres-initialising')
    rmSync(workshop, { recursive: true, force: true })
    mkdirSync(workshop, { mode: 0o700 })
    const passwordFile = join(workshop, 'password')
    writeFileSync(passwordFile, this.password, { mode: 0o600 })
    if (this.account) {
      chownSync(workshop, this.account.uid, this.account.gid)
      chownSync(passwordFile, this.account.uid, this.account.gid)
    }
    const cluster = join(workshop, 'cluster')
    await this.run(this.programs.initdb, workshop, [
      `--pgdata=${cluster}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ])
    renameSync(cluster, this.cluster)
    rmSync(workshop, { recursive: true, force: true })
    this.log.info({ cluster: this.cluster }, 'database initialised')
  }

  private get programs(): PostgresBinaries {
    if (!this.binaries) throw new StartError('the embedded database was not started')
    return this.binaries
  }

  /** True when a server left behind by an earlier process serves this directory and now is ours. */
  private async adopt(): Promise<boolean> {
    const left = readPidFile(this.cluster)
    if (!left || !isAlive(left.pid)) return false
    if (worksElsewhere(left.pid, this.cluster)) {
      // The number was given to another program after a crash of the machine; PostgreSQL would refuse to start.
      rmSync(join(this.cluster, 'postmaster.pid'), { force: true })
      return false
    }
    this.port = left.port
    this.pid = left.pid
    if (await this.answers(this.limits.adoptWithinMs)) {
      this.log.info({ pid: left.pid, port: left.port }, 'database server of an earlier run adopted')
      return true
    }
    this.log.warn({ pid: left.pid }, 'database server of an earlier run does not answer, replacing it')
    await stopProcess(left.pid, STOP_WITHIN_MS)
    return false
  }

  private async launch(port: number): Promise<void> {
    const logFile = join(this.dataDir, 'postgres.log')
    if (existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.1`)
    const output = openSync(logFile, 'a', 0o600)
    const from = statSync(logFile).size
    // Its own process group: Ctrl-C in a terminal must reach us first, so that we stop before it does.
    const server = spawn(this.programs.postgres, ['-D', this.cluster, ...serverOptions(port)], {
      ...this.childOptions(this.cluster),
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    const ended = new Promise<string>((settle) => {
      server.once('error', (error) => settle(error.message))
      server.once('exit', () => settle(readFileSync(logFile).subarray(from).toString('utf8').trim()))
    })
    server.unref()
    this.port = port
    this.pid = server.pid ?? 0
    const outcome = await Promise.race([ended, this.answers(this.limits.readyWithinMs)])
    if (outcome === true) return
    if (outcome === false) await stopProcess(this.pid, STOP_WITHIN_MS)
    throw new StartError(
      `the database server did not start: ${outcome || `no answer within ${this.limits.readyWithinMs} ms`}`,
    )
  }

  private relaunchWhenGone(): void {
    if (isAlive(this.pid) || this.relaunching) return
    this.log.error({ pid: this.pid }, 'database server ended unexpectedly, starting it again')
    this.relaunching = this.launch(this.port)
      .catch((error: unknown) => this.log.error({ error: String(error) }, 'database server start failed'))
      .finally(() => {
        this.relaunching = undefined
      })
  }

  private async answers(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs
    do {
      if (await this.servesThisDirectory().catch(() => false)) return true
      if (this.ending || !isAlive(this.pid)) return false
      await delay(20)
    } while (performance.now() < deadline)
    return false
  }

  private async servesThisDirectory(): Promise<boolean> {
    const rows = await this.query('postgres', 'show data_directory')
    return realpathSync(String(rows[0]?.['data_directory'])) === realpathSync(this.cluster)
  }

  private async createDatabase(): Promise<void> {
    const found = await this.query('postgres', `select 1 from pg_database where datname = '${DATABASE}'`)
    if (found.length === 0) await this.query('postgres', `create database ${DATABASE}`)
  }

  private async query(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ ...this.connection(database), connectionTimeoutMillis: 5000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query(text)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }

  private run(program: string, directory: string, parameters: string[]): Promise<void> {
    return new Promise((settle, fail) => {
      const child = spawn(program, parameters, {
        ...this.childOptions(directory),
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let complaint = ''
      child.stderr?.on('data', (chunk) => {
        complaint = `${complaint}${chunk}`.slice(-4000)
      })
      child.once('error', fail)
      child.once('close', (code) =>
        code === 0 ? settle() : fail(new StartError(`initdb failed (${code}): ${complaint.trim()}`)),
      )
    })
  }

  /** A bare environment: the server needs none of ours, least of all its secrets. */
  private childOptions(directory: string) {
    return {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      ...(this.account && { uid: this.account.uid, gid: this.account.gid }),
    }
  }
}

function serverOptions(port: number): string[] {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 40,
    shared_buffers: '64MB',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600)
  writeFileSync(handle, text)
  fsyncSync(handle)
  closeSync(handle)
}
