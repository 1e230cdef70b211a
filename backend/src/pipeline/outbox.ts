import { ENVIRONMENT_OPTIONS } from '@osprey/journal/environment'
import { type Database, open, type RootDatabase } from 'lmdb'
import { BatchQueue, type PendingBatch } from './batch-queue.ts'

/**
 * The durable state of the pipeline in one LMDB environment: accepted readings on their way to the store, the
 * journal cursor, the ledger's counters and the notices for slow listeners. Everything a step changes is
 * changed in one transaction, so after a crash the state is that between two steps.
 *
 * It is opened as the journal's is: a promise resolves when the transaction is on disk, and a failed commit rejects
 * that promise and no other.
 */

export type Key = string | number
export const TABLES = [
  'batches',
  'held',
  'meta',
  'devices',
  'counters',
  'rejected',
  'refused',
  'command_results',
  'quarantined',
  'presence',
  'alerts',
  'instances',
  'set_aside',
] as const
export type TableName = (typeof TABLES)[number]

/** One change of a transaction; `value` null removes the key. */
export interface Write {
  table: TableName
  key: Key
  value: Uint8Array | null
}

/**
 * Changes prepared once, so that after a failed attempt the very same ones are tried again: keys included, or
 * an attempt that failed only seemingly would leave its batch behind twice.
 */
export interface Transaction {
  readonly writes: readonly Write[]
  /** Brings what is known in memory up to the disk. */
  readonly committed: () => void
}

export interface EncodedBatch {
  bytes: Uint8Array
  rows: number
  /** Receive time of its newest reading, epoch milliseconds. */
  receivedAt: number
}

export interface OutboxOptions {
  /** Bytes of batches the outbox may hold before `full` tells the pipeline to stop reading. */
  maxBytes: number
  /** Epoch milliseconds; an empty outbox numbers its batches from here on. */
  now: number
}

export interface OutboxStats {
  batches: number
  rows: number
  bytes: number
  maxBytes: number
  heldBatches: number
  heldRows: number
  heldBytes: number
  full: boolean
  failedCommits: number
}

const SEQUENCE_KEY = 'sequence'

export class Outbox {
  readonly #root: RootDatabase<Buffer, Key>
  readonly #tables: Record<TableName, Database<Buffer, Key>>
  readonly #maxBytes: number
  readonly #pending = new BatchQueue()
  readonly #held = new BatchQueue()
  #sequence: number
  #failedCommits = 0
  readonly #listeners = new Set<() => void>()

  private constructor(root: RootDatabase<Buffer, Key>, options: OutboxOptions) {
    this.#root = root
    this.#maxBytes = options.maxBytes
    const tables = TABLES.map(
      (name) => [name, root.openDB<Buffer, Key>(name, { encoding: 'binary' })] as const,
    )
    this.#tables = Object.fromEntries(tables) as Record<TableName, Database<Buffer, Key>>
    this.#sequence = this.#firstSequence(options.now)
  }

  /** Opens or creates the outbox in the folder `path`. */
  static open(path: string, options: OutboxOptions): Outbox {
    const root = open<Buffer, Key>({ ...ENVIRONMENT_OPTIONS, path, noSubdir: false })
    return new Outbox(root, options)
  }

  /**
   * Shows `visit` every batch waiting for the store, then every held one, and learns their sizes. A batch for
   * which it answers undefined is damaged: its key is among the answers, to be removed by the caller's write.
   */
  load(visit: (bytes: Buffer, held: boolean) => Omit<EncodedBatch, 'bytes'> | undefined): Write[] {
    const damaged: Write[] = []
    for (const [table, queue] of [['batches', this.#pending] as const, ['held', this.#held] as const]) {
      for (const { key, value } of this.#tables[table].getRange({ snapshot: false })) {
        const found = visit(value, table === 'held')
        if (found === undefined) damaged.push({ table, key, value: null })
        else queue.push(describe(key as number, { bytes: value, ...found }))
      }
    }
    return damaged
  }

  get(table: TableName, key: Key): Buffer | undefined {
    return this.#tables[table].getBinary(key)
  }

  count(table: TableName): number {
    return (this.#tables[table].getStats() as { entryCount: number }).entryCount
  }

  /** Writes a copy of the present state, without unused pages, to an existing folder. Writing goes on meanwhile. */
  async backup(folder: string): Promise<void> {
    await this.#root.backup(folder, true)
  }

  /** All entries of a small table. */
  entries(table: TableName): { key: Key; value: Buffer }[] {
    return Array.from(this.#tables[table].getRange({}), ({ key, value }) => ({ key, value }))
  }

  /** Whether the pipeline must stop reading: what is not read stays in the journal. */
  get full(): boolean {
    return this.#pending.bytes + this.#held.bytes >= this.#maxBytes
  }

  /** Batches waiting for the store. */
  get pendingBatches(): number {
    return this.#pending.length
  }

  /** The n-th batch waiting for the store, oldest first. */
  pending(index: number): PendingBatch | undefined {
    return this.#pending.at(index)
  }

  /** Batches of readings whose datastreams do not exist yet. */
  get heldBatches(): number {
    return this.#held.length
  }

  held(index: number): PendingBatch | undefined {
    return this.#held.at(index)
  }

  /** To add a batch for the store, and one of readings still without datastream. */
  adding(
    batch: EncodedBatch | undefined,
    held: EncodedBatch | undefined,
    writes: readonly Write[],
  ): Transaction {
    const all = [...writes]
    const added = batch && this.#append('batches', batch, all)
    const addedHeld = held && this.#append('held', held, all)
    return {
      writes: all,
      committed: () => {
        if (added !== undefined) this.#pending.push(added)
        if (addedHeld !== undefined) this.#held.push(addedHeld)
      },
    }
  }

  /** To remove the oldest `count` batches, which the store has. */
  settling(count: number, writes: readonly Write[]): Transaction {
    const all = [...writes]
    for (let at = 0; at < count; at++) {
      all.push({ table: 'batches', key: (this.#pending.at(at) as PendingBatch).sequence, value: null })
    }
    return { writes: all, committed: () => this.#pending.shift(count) }
  }

  /**
   * To replace `count` held batches from `index` on: `batch` goes to the store, `rest` is held in their place.
   */
  releasing(
    index: number,
    count: number,
    batch: EncodedBatch | undefined,
    rest: EncodedBatch | undefined,
    writes: readonly Write[],
  ): Transaction {
    const all = [...writes]
    const { sequence } = this.#held.at(index) as PendingBatch
    for (let at = index; at < index + count; at++) {
      all.push({ table: 'held', key: (this.#held.at(at) as PendingBatch).sequence, value: null })
    }
    const added = batch && this.#append('batches', batch, all)
    if (rest !== undefined) all.push({ table: 'held', key: sequence, value: rest.bytes })
    return {
      writes: all,
      committed: () => {
        this.#held.replace(index, count, rest && describe(sequence, rest))
        if (added !== undefined) this.#pending.push(added)
      },
    }
  }

  /**
   * Resolves when the transaction is on disk. One that failed may be tried again. Additions and releases must
   * be committed one after another; settlements may overlap with them.
   */
  async commit(transaction: Transaction): Promise<void> {
    await this.write(transaction.writes)
    transaction.committed()
    for (const listener of this.#listeners) listener()
  }

  /** Changes small tables only, in one transaction. */
  async write(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return
    try {
      await this.#root.batch(() => {
        for (const { table, key, value } of writes) {
          if (value === null) this.#tables[table].remove(key)
          else this.#tables[table].put(key, value as Buffer)
        }
      })
    } catch (error) {
      this.#failedCommits++
      throw await causeOf(error as Error & { commitError?: Promise<never> })
    }
  }

  /** Calls the listener after every change of what is pending; the answer takes it off again. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stats(): OutboxStats {
    return {
      batches: this.#pending.length,
      rows: this.#pending.rows,
      bytes: this.#pending.bytes,
      maxBytes: this.#maxBytes,
      heldBatches: this.#held.length,
      heldRows: this.#held.rows,
      heldBytes: this.#held.bytes,
      full: this.full,
      failedCommits: this.#failedCommits,
    }
  }

  async close(): Promise<void> {
    await this.#root.close()
  }

  #append(table: 'batches' | 'held', batch: EncodedBatch, writes: Write[]): PendingBatch {
    const sequence = this.#sequence++
    const next = Buffer.alloc(8)
    next.writeDoubleLE(this.#sequence)
    writes.push(
      { table, key: sequence, value: batch.bytes },
      { table: 'meta', key: SEQUENCE_KEY, value: next },
    )
    return describe(sequence, batch)
  }

  /**
   * A store may skip sequences it has seen. Were the outbox deleted and numbered from 1 again, it would skip
   * everything; milliseconds since 1970 are always beyond what an earlier outbox can have reached.
   */
  #firstSequence(now: number): number {
    const stored = this.#tables.meta.getBinary(SEQUENCE_KEY)
    return stored === undefined ? Math.floor(now) : stored.readDoubleLE(0)
  }
}

function describe(sequence: number, batch: EncodedBatch): PendingBatch {
  return { sequence, rows: batch.rows, bytes: batch.bytes.length, receivedAt: batch.receivedAt }
}

/** lmdb rejects with a wrapper; the cause arrives a moment later in `commitError`. */
async function causeOf(error: Error & { commitError?: Promise<never> }): Promise<Error> {
  if (error.commitError === undefined) return error
  return error.commitError.catch((cause: Error) => cause)
}
