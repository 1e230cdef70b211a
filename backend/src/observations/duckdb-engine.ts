import { type DuckDBConnection, DuckDBInstance, type DuckDBMaterializedResult } from '@duckdb/node-api'
import { ColumnAppender } from './duckdb-columns.ts'
import { CREATE_TABLES } from './duckdb-queries.ts'
import type { ObservationBatch } from './store.ts'
import { Turnstile } from './turnstile.ts'

export interface EngineOptions {
  /** The DuckDB file of the hot table. */
  file: string
  temporaryDirectory: string
  /** DuckDB size text, for example `256MB`. */
  memoryLimit: string
  threads: number
  readers: number
  maxWaitingReads: number
}

/** Batches remembered to recognise a repeated one; the outbox repeats at most those it had in flight. */
const REMEMBERED_BATCHES = 1024

/**
 * One open DuckDB file and its connections: one writes, one compacts, the others read.
 *
 * A commit is durable: DuckDB syncs its log once per commit. After a fatal error (a full disk, mostly) DuckDB
 * refuses everything until the file is opened anew: `broken` is set and the owner opens another engine.
 */
export class DuckDbEngine {
  readonly #instance: DuckDBInstance
  readonly #connections: DuckDBConnection[]
  readonly #writing: Turnstile<DuckDBConnection>
  readonly #compacting: Turnstile<DuckDBConnection>
  readonly #reading: Turnstile<DuckDBConnection>
  #appender: ColumnAppender | undefined
  #applied: Map<number, number>
  broken = false

  private constructor(
    instance: DuckDBInstance,
    connections: DuckDBConnection[],
    applied: Map<number, number>,
    maxWaitingReads: number,
  ) {
    const [writer, compactor, ...readers] = connections as [
      DuckDBConnection,
      DuckDBConnection,
      ...DuckDBConnection[],
    ]
    this.#instance = instance
    this.#connections = connections
    this.#writing = new Turnstile('appending observations', [writer], 64)
    this.#compacting = new Turnstile('compacting observations', [compactor], 1)
    this.#reading = new Turnstile('reading observations', readers, maxWaitingReads)
    this.#applied = applied
  }

  static async open(options: EngineOptions): Promise<DuckDbEngine> {
    const instance = await DuckDBInstance.create(options.file, {
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      temp_directory: options.temporaryDirectory,
      // Replayed on opening, so it bounds the time to start after a crash; a smaller one checkpoints more.
      checkpoint_threshold: '16MB',
      // Nothing is ever fetched from another host.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    })
    const connections: DuckDBConnection[] = []
    try {
      for (let count = 0; count < 2 + options.readers; count++) connections.push(await instance.connect())
      const [writer] = connections as [DuckDBConnection]
      // 30 days are 30 files: reading their footers again for every query would cost most of its time.
      // An option of the Parquet extension, so it can only be set once the instance is there.
      await writer.run('SET GLOBAL parquet_metadata_cache = true')
      await writer.run(CREATE_TABLES)
      return new DuckDbEngine(instance, connections, await readApplied(writer), options.maxWaitingReads)
    } catch (error) {
      for (const connection of connections) connection.disconnectSync()
      instance.closeSync()
      throw error
    }
  }

  isApplied(batch: ObservationBatch, sum: number): boolean {
    return this.#applied.get(batch.sequence) === sum
  }

  /** Stores a batch and its sequence in one transaction. When it throws nothing was stored, or `broken` is set. */
  write(batch: ObservationBatch, sum: number): Promise<void> {
    return this.#writing.use(async (writer) => {
      try {
        await writer.run('BEGIN')
        this.#appender ??= new ColumnAppender(await writer.createAppender('hot'))
        await this.#appender.append(batch)
        await writer.run(`INSERT INTO applied VALUES (${batch.sequence}, ${sum})`)
      } catch (error) {
        await this.#undo(writer, error)
        throw error
      }
      try {
        await writer.run('COMMIT')
      } catch (error) {
        // What reached the log is told by opening the file again, and by nothing else.
        this.broken = true
        throw error
      }
      this.#remember(batch.sequence, sum)
    })
  }

  /** Runs a task on the connection for compaction, one at a time. */
  compact<R>(task: (connection: DuckDBConnection) => Promise<R>): Promise<R> {
    return this.#compacting.use((connection) => this.#noting(task(connection)))
  }

  /** Runs a query on a free reading connection. */
  read(sql: string): Promise<DuckDBMaterializedResult> {
    return this.#reading.use((connection) => this.#noting(connection.run(sql)))
  }

  async #noting<R>(running: Promise<R>): Promise<R> {
    try {
      return await running
    } catch (error) {
      this.#noteFatal(error)
      throw error
    }
  }

  #noteFatal(error: unknown): void {
    if (/FATAL Error|INTERNAL Error|has been invalidated/.test(String(error))) this.broken = true
  }

  /** Ends running reads and compaction early; they fail. */
  interrupt(): void {
    for (const connection of this.#connections.slice(1)) connection.interrupt()
  }

  /** Waits for running statements, moves the log into the file and closes it. */
  async close(): Promise<void> {
    await Promise.all([this.#writing.close(), this.#compacting.close(), this.#reading.close()])
    if (!this.broken) this.#appender?.discard()
    this.#appender = undefined
    const [writer] = this.#connections
    if (!this.broken) await writer?.run('CHECKPOINT').catch((error) => this.#noteFatal(error))
    for (const connection of this.#connections) connection.disconnectSync()
    this.#instance.closeSync()
  }

  async #undo(writer: DuckDBConnection, error: unknown): Promise<void> {
    this.#noteFatal(error)
    try {
      this.#appender?.discard()
    } catch (discarding) {
      this.#noteFatal(discarding)
    }
    this.#appender = undefined
    try {
      await writer.run('ROLLBACK')
    } catch {
      this.broken = true
    }
  }

  #remember(sequence: number, sum: number): void {
    this.#applied.delete(sequence)
    this.#applied.set(sequence, sum)
    if (this.#applied.size <= REMEMBERED_BATCHES) return
    for (const oldest of this.#applied.keys()) {
      this.#applied.delete(oldest)
      return
    }
  }
}

async function readApplied(connection: DuckDBConnection): Promise<Map<number, number>> {
  await connection.run(
    `DELETE FROM applied WHERE rowid NOT IN (SELECT rowid FROM applied ORDER BY rowid DESC LIMIT ${REMEMBERED_BATCHES})`,
  )
  const reader = await connection.runAndReadAll('SELECT sequence, checksum FROM applied ORDER BY rowid')
  return new Map(reader.getRows().map(([sequence, sum]) => [Number(sequence), Number(sum)]))
}
