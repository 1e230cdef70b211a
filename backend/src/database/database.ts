import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { Logger } from 'pino'
import { StartError } from '../config.ts'
import { EmbeddedPostgres } from './embedded-postgres.ts'
import * as schema from './schema.ts'

export type Queries = NodePgDatabase<typeof schema>
export type Transaction = Parameters<Parameters<Queries['transaction']>[0]>[0]

/** Any constant that no other program uses on the same server. */
const MIGRATION_LOCK = 7_320_241_101
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
/** The server notices the end of a killed backend's connection within moments. */
const LIMITS = { ownWithinMs: 5000 }

/** PostgreSQL: the embedded server unless `databaseUrl` is given, migrated to the schema of this version. */
export class Database {
  queries!: Queries
  private pool!: pg.Pool
  private server: EmbeddedPostgres | undefined
  private owner: pg.Client | undefined

  constructor(
    private readonly dataDir: string,
    private readonly databaseUrl: string | undefined,
    private readonly log: Logger,
    private readonly limits = LIMITS,
  ) {}

  /** @throws Error with one line a person can act upon: unreachable, not ours, data directory in use. */
  async start(): Promise<void> {
    const connection = await this.connection()
    try {
      this.owner = await this.own(connection)
    } catch (error) {
      this.server?.detach()
      throw error
    }
    try {
      await applyMigrations(connection)
      this.pool = new pg.Pool({
        ...connection,
        max: 10,
        connectionTimeoutMillis: 10_000,
        statement_timeout: 60_000,
      })
      this.pool.on('error', (error) =>
        this.log.warn({ error: error.message }, 'idle database connection lost'),
      )
      this.queries = drizzle(this.pool, { schema })
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.pool?.end()
    await this.owner?.end().catch(() => {})
    await this.server?.stop()
  }

  /** Resolves when a statement goes through. */
  async ping(): Promise<void> {
    await this.pool.query('select 1')
  }

  /**
   * Runs `work` while holding the session-level advisory lock `name`; returns undefined at once when another
   * process holds it.
   */
  async withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const client = await this.pool.connect()
    const key = lockKey(name)
    try {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [key])
      if (!rows[0].locked) return undefined
      try {
        return await work()
      } finally {
        await client.query('select pg_advisory_unlock($1)', [key])
      }
    } finally {
      client.release()
    }
  }

  private async connection(): Promise<pg.PoolConfig> {
    if (this.databaseUrl) return { connectionString: this.databaseUrl, application_name: 'osprey' }
    this.server = new EmbeddedPostgres(this.dataDir, this.log)
    return this.server.start()
  }

  /**
   * The journal cursor and the outbox have one reader. A session-level advisory lock held for the life of the
   * process keeps a second backend off the same data directory, and ends with the process however it ends.
   */
  private async own(connection: pg.PoolConfig): Promise<pg.Client> {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000, keepAlive: true })
    client.on('error', (error) => this.log.warn({ error: error.message }, 'database owner connection lost'))
    try {
      await client.connect()
    } catch (error) {
      throw new StartError(
        `cannot connect to PostgreSQL${this.databaseUrl ? ' at DATABASE_URL' : ''}: ${reasonOf(error)}`,
      )
    }
    const key = lockKey(`backend ${hostname()} ${realpathSync(this.dataDir)}`)
    const deadline = performance.now() + this.limits.ownWithinMs
    do {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [key])
      if (rows[0].locked) return client
      await delay(100)
    } while (performance.now() < deadline)
    await client.end()
    throw new StartError(`another Osprey backend is running on the data directory ${this.dataDir}`)
  }
}

async function applyMigrations(connection: pg.PoolConfig): Promise<void> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  } catch (error) {
    throw new StartError(`database migration failed: ${reasonOf(error)}`, { cause: error })
  } finally {
    await client.end()
  }
}

/** Advisory locks are numbers: the first 63 bits of the name's SHA-256. */
function lockKey(name: string): string {
  return (createHash('sha256').update(name).digest().readBigUInt64BE() >> 1n).toString()
}

/** Drizzle wraps the server's complaint; the cause says what happened. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause
  if (cause instanceof Error) return `${(error as Error).message}: ${cause.message}`
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : (error as Error).message
}
