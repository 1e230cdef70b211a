import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { StartError } from '../config.ts'
import { reasonOf } from './reason.ts'

/** The server notices the end of a killed backend's connection within moments. */
const OWN_WITHIN_MS = 5000
const RETRY_MS = 100
const RECONNECT_MS = 1000

/**
 * The journal cursor and the outbox have one reader. A session-level advisory lock held for the life of the
 * process keeps a second backend off the same data directory, and ends with the process however it ends. The
 * lock also ends when the server restarts: then it is taken again, and when another backend was quicker this one
 * must stop.
 */
export class Ownership {
  private client: pg.Client | undefined
  private readonly lost = Promise.withResolvers<Error>()
  private stopped = false

  constructor(
    private readonly dataDir: string,
    private readonly log: Logger,
    private readonly ownWithinMs = OWN_WITHIN_MS,
  ) {}

  /** Resolves with the reason when another backend has taken the data directory. */
  get lostTo(): Promise<Error> {
    return this.lost.promise
  }

  /** @throws StartError when the server cannot be reached or another backend owns the directory. */
  async take(connection: pg.PoolConfig): Promise<void> {
    const client = await this.connect(connection)
    if (!(await this.lock(client))) {
      await client.end()
      throw this.taken()
    }
    this.hold(client, connection)
  }

  async release(): Promise<void> {
    this.stopped = true
    await this.client?.end().catch(() => {})
  }

  private hold(client: pg.Client, connection: pg.PoolConfig): void {
    this.client = client
    client.once('end', () => {
      if (!this.stopped) void this.retake(connection)
    })
  }

  private async retake(connection: pg.PoolConfig): Promise<void> {
    this.log.warn('the lock on the data directory ended with its database connection, taking it again')
    while (!this.stopped) {
      try {
        await this.take(connection)
        if (this.stopped) await this.release()
        else this.log.info('the lock on the data directory is held again')
        return
      } catch (error) {
        if (error instanceof TakenError) return this.lost.resolve(error)
        await delay(RECONNECT_MS, undefined, { ref: false })
      }
    }
  }

  private async connect(connection: pg.PoolConfig): Promise<pg.Client> {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000, keepAlive: true })
    client.on('error', (error) => this.log.warn({ error: error.message }, 'database owner connection lost'))
    try {
      await client.connect()
      return client
    } catch (error) {
      const where = connection.connectionString ? ' at DATABASE_URL' : ''
      throw new StartError(`cannot connect to PostgreSQL${where}: ${reasonOf(error)}`)
    }
  }

  private async lock(client: pg.Client): Promise<boolean> {
    const key = lockKey(`backend ${hostname()} ${realpathSync(this.dataDir)}`)
    const deadline = performance.now() + this.ownWithinMs
    do {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [key])
      if (rows[0].locked) return true
      await delay(RETRY_MS)
    } while (performance.now() < deadline)
    return false
  }

  private taken(): TakenError {
    return new TakenError(`another Osprey backend is running on the data directory ${this.dataDir}`)
  }
}

class TakenError extends StartError {}

/** Advisory locks are numbers: the first 63 bits of the name's SHA-256. */
export function lockKey(name: string): string {
  return (createHash('sha256').update(name).digest().readBigUInt64BE() >> 1n).toString()
}
