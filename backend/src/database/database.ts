import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import type { Logger } from 'pino'
import { StartError } from '../config.ts'
import { unavailable } from '../http/problem.ts'
import { EmbeddedPostgres } from './embedded-postgres.ts'
import { lockKey, Ownership } from './ownership.ts'
import { reasonOf } from './reason.ts'
import * as schema from './schema.ts'

export type Queries = NodePgDatabase<typeof schema>
export type Transaction = Parameters<Parameters<Queries['transaction']>[0]>[0]

/** Any constant that no other program uses on the same server. */
const MIGRATION_LOCK = 7_320_241_101
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

const READING_CONNECTIONS = 10
/** All transactions wait for the one row of the audit log's chain in the end: more at a time would gain nothing. */
const CHANGING_CONNECTIONS = 4
/** Milliseconds a change waits for a connection, and then for each lock, before it is given up. */
const LOCK_WITHIN = 30_000
/** PostgreSQL: a lock was not given in time. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Where Drizzle lists the steps of the schema. */
const STEPS = join('meta', '_journal.json')

/** Number of steps that lead to the schema of this version. */
export const SCHEMA_STEPS = (
  JSON.parse(readFileSync(join(MIGRATIONS, STEPS), 'utf8')) as { entries: unknown[] }
).entries.length

/** PostgreSQL: the embedded server unless `databaseUrl` is given, migrated to the schema of this version. */
export class Database {
  queries!: Queries
  private pool!: pg.Pool
  /** For transactions alone: while they wait for each other, reads and session checks go on. */
  private changes!: pg.Pool
  private connectionUsed: pg.PoolConfig | undefined
  private server: EmbeddedPostgres | undefined
  private readonly ownership: Ownership

  constructor(
    private readonly dataDir: string,
    private readonly databaseUrl: string | undefined,
    private readonly log: Logger,
    private readonly limits: {
      ownWithinMs?: number
      lockWithinMs?: number
      /** Only the first steps of the schema, to take in the tables of an older version; see `migrateOn`. */
      schemaSteps?: number
      /** Looks at the database before anything is changed in it; throws to leave it alone. */
      inspect?: (client: pg.ClientBase) => Promise<void>
    } = {},
  ) {
    this.ownership = new Ownership(dataDir, log, limits.ownWithinMs)
  }

  /** Resolves with the reason when another backend has taken the data directory: this process must stop. */
  get lostTo(): Promise<Error> {
    return this.ownership.lostTo
  }

  /** @throws Error with one line a person can act upon: unreachable, not ours, data directory in use. */
  async start(): Promise<void> {
    const connection = await this.connection()
    try {
      await this.ownership.take(connection)
    } catch (error) {
      this.server?.detach()
      throw error
    }
    try {
      const { inspect, schemaSteps } = this.limits
      if (inspect) await withClient(connection, inspect)
      await applyMigrations(connection, schemaSteps)
      this.connectionUsed = connection
      this.openPools(connection)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.pool?.end(), this.changes?.end()])
    await this.ownership.release()
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

  /** The rest of the schema's steps, when `start` took only the first. */
  async migrateOn(): Promise<void> {
    if (this.connectionUsed) await applyMigrations(this.connectionUsed)
  }

  /** Lends a connection of its own, without time limit on statements: COPY takes as long as the table is large. */
  async withConnection<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    if (!this.connectionUsed) throw new Error('the database is not started')
    return withClient(this.connectionUsed, work)
  }

  private openPools(connection: pg.PoolConfig): void {
    const { lockWithinMs = LOCK_WITHIN } = this.limits
    const limits = { ...connection, statement_timeout: 60_000 }
    this.pool = new pg.Pool({ ...limits, max: READING_CONNECTIONS, connectionTimeoutMillis: 10_000 })
    this.changes = new pg.Pool({
      ...limits,
      max: CHANGING_CONNECTIONS,
      connectionTimeoutMillis: lockWithinMs,
      lock_timeout: lockWithinMs,
    })
    for (const pool of [this.pool, this.changes]) {
      pool.on('error', (error) => this.log.warn({ error: error.message }, 'idle database connection lost'))
    }
    this.queries = drizzle(this.pool, { schema })
    const changing = drizzle(this.changes, { schema })
    this.queries.transaction = async (work, options) => {
      try {
        return await changing.transaction(work, options)
      } catch (error) {
        if (waitedInVain(error)) throw unavailable('the database is busy with other changes; try again')
        throw error
      }
    }
  }

  private async connection(): Promise<pg.PoolConfig> {
    if (this.databaseUrl) return { connectionString: this.databaseUrl, application_name: 'osprey' }
    this.server = new EmbeddedPostgres(this.dataDir, this.log)
    return this.server.start()
  }
}

/** For a lock, or for the connection of a change that waits for one. */
function waitedInVain(error: unknown): boolean {
  const { cause, message } = error as Error
  return (
    (cause as { code?: unknown } | undefined)?.code === LOCK_NOT_AVAILABLE ||
    message === 'timeout exceeded when trying to connect'
  )
}

async function applyMigrations(connection: pg.PoolConfig, steps = SCHEMA_STEPS): Promise<void> {
  const folder = steps === SCHEMA_STEPS ? undefined : firstSteps(steps)
  try {
    await withClient(connection, async (client) => {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      await migrate(drizzle(client), { migrationsFolder: folder ?? MIGRATIONS })
    })
  } catch (error) {
    throw new StartError(`database migration failed: ${reasonOf(error)}`, { cause: error })
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true })
  }
}

/** Drizzle applies all it is given: a copy of the migrations that ends early. */
function firstSteps(steps: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'osprey-migrations-'))
  cpSync(MIGRATIONS, folder, { recursive: true })
  const list = JSON.parse(readFileSync(join(folder, STEPS), 'utf8')) as { entries: unknown[] }
  writeFileSync(join(folder, STEPS), JSON.stringify({ ...list, entries: list.entries.slice(0, steps) }))
  return folder
}

async function withClient<Result>(
  connection: pg.PoolConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(connection)
  // A connection that breaks fails the statement in hand; this event would end the process besides.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
