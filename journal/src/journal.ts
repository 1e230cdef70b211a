import { randomUUID } from 'node:crypto'
import type { Database } from 'lmdb'
import { type AppendDone, Appender } from './appender.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { Environment } from './environment.ts'
import {
  type Counters,
  ID_KEY,
  type JournalEntry,
  openRecord,
  readEntries,
  readNote,
  storedBytes,
} from './record.ts'
import { lackOfRoom } from './room.ts'
import type { Salvage } from './salvage.ts'

export type { AppendDone } from './appender.ts'
export {
  JournalFencedError,
  JournalFullError,
  JournalReplacedError,
  JournalTimeoutError,
  JournalWriteError,
} from './errors.ts'
export type { EntryKind, JournalEntry } from './record.ts'
export type { Salvage } from './salvage.ts'

export interface JournalRecord {
  /** Sequence of the first and of the last entry. */
  first: number
  last: number
  /** Empty when the record is damaged. */
  entries: JournalEntry[]
  /** Messages on observations and senml topics ever appended, up to `last`. */
  observations: number
  /** What is wrong with the record, when its entries could not be read. */
  damage?: string
}

export interface Damage {
  sequence: number
  detail: string
}

export interface JournalOptions {
  /** Bytes of records the journal may hold before it refuses to append. */
  maxBytes: number
  /** Milliseconds an append may wait for the disk before it fails; default 5000. */
  appendTimeout?: number
}

export interface JournalStats {
  bytes: number
  maxBytes: number
  records: number
  damaged: number
  pendingBytes: number
  pendingEntries: number
  /** Why appends are refused at the moment. */
  refusal: string | undefined
  /** Why the last trim did not finish. */
  trimFailure: string | undefined
}

const DAMAGE_KEPT = 100
const TRIM_AT_ONCE = 5000
const TRIMMED_KEY = 'trimmed'
const LISTENED_KEY = 'listened'
const CHECK_INTERVAL = 1000

/**
 * The durable message log between broker and backend. One process appends, any number read and trim.
 * Sequences grow by one per entry, except for a jump where the file was damaged and repaired.
 */
export class Journal {
  /** The newest damage met: what opening repaired and what reading skipped. */
  readonly damage: Damage[] = []
  readonly #environment: Environment
  readonly #records: Database<Buffer, number>
  readonly #state: Database<Buffer, string>
  readonly #appender: Appender
  readonly #maxBytes: number
  #id: string | undefined
  #damaged = 0
  #damagedUpTo = 0
  #checkedAt = 0
  #trimTarget = 0
  #trimming: Promise<void> | undefined
  #trimFailure: string | undefined

  private constructor(environment: Environment, options: JournalOptions) {
    this.#environment = environment
    this.#maxBytes = options.maxBytes
    this.#records = environment.root.openDB<Buffer, number>('records', { encoding: 'binary' })
    this.#state = environment.root.openDB<Buffer, string>('state', { encoding: 'binary' })
    this.#appender = new Appender({
      records: this.#records,
      writers: environment.root.openDB<Buffer, string>('writers', { encoding: 'binary', useVersions: true }),
      counters: () => {
        this.#records.resetReadTxn()
        return this.#counters()
      },
      trimmedBytes: () => this.#trimmedBytes(),
      lackOfRoom: (bytes) => lackOfRoom(environment.path, bytes - this.#trimmedBytes()),
      checkpoint: (counters) => {
        const id = this.id()
        writeCheckpoint(environment.path, { ...counters, ...(id !== undefined && { id }) })
      },
      checkInPlace: () => environment.checkInPlace(),
      maxBytes: options.maxBytes,
      timeout: options.appendTimeout ?? 5000,
    })
    this.id()
    const { salvage } = environment
    if (salvage) this.#report(salvage.recoveredUpTo, salvage.problems.join('; '))
  }

  /** Opens or creates the journal in the folder `path`, repairing it when its file is damaged. */
  static open(path: string, options: JournalOptions): Journal {
    return new Journal(Environment.open(path), options)
  }

  /** What was repaired when this process opened the journal. */
  get salvage(): Salvage | undefined {
    return this.#environment.salvage
  }

  /**
   * A random UUID given to the journal when it was first opened; repairs keep it. A reader that finds another one
   * than before has another journal, whose sequences mean something else. Undefined while it cannot be written.
   */
  id(): string | undefined {
    this.#id ??= this.#state.get(ID_KEY)?.toString() ?? this.#giveId()
    return this.#id
  }

  /**
   * Queues the entry and calls `done` once it is on disk, in arrival order, or with the reason why it is not:
   * JournalFullError, JournalTimeoutError, JournalFencedError, JournalReplacedError or JournalWriteError.
   */
  append(entry: JournalEntry, done: AppendDone): void {
    this.#appender.append(entry, done)
  }

  /**
   * Whole records after the sequence `after`, until they hold `limitEntries` entries; at least one if there is one.
   * Go on with the `last` of the last record. Throws JournalReplacedError.
   */
  read(after: number, limitEntries: number): JournalRecord[] {
    this.#refresh()
    const found: JournalRecord[] = []
    let entries = 0
    let previous = after
    for (const { key, value } of this.#records.getRange({ start: after + 1 })) {
      const record = this.#decode(key, value, previous)
      found.push(record)
      previous = key
      entries += record.entries.length
      if (entries >= limitEntries) break
    }
    return found
  }

  /** Sequence of the newest durable entry; 0 when there is none. */
  lastSequence(): number {
    this.#refresh()
    return this.#newestKey()
  }

  /** Counts of everything ever appended, trimmed records included. */
  totals(): { entries: number; observations: number } {
    this.#refresh()
    const { entries, observations } = this.#counters()
    return { entries, observations }
  }

  /**
   * Notes that messages were taken at `time` (epoch milliseconds): the broker's mark of life. Resolves when it is on
   * disk, with whether it could be written.
   */
  noteListening(time: number): Promise<boolean> {
    const mark = Buffer.alloc(8)
    mark.writeDoubleLE(time, 0)
    return this.#state.put(LISTENED_KEY, mark).then(
      () => true,
      () => false,
    )
  }

  /** The last time the broker is known to have taken messages, epoch milliseconds. Throws JournalReplacedError. */
  listenedUntil(): number | undefined {
    this.#refresh()
    return this.#state.get(LISTENED_KEY)?.readDoubleLE(0)
  }

  /**
   * Gives back the space of the records up to the sequence `upTo`. The newest record stays: it carries the counters.
   * Works in the background and never throws; what could not be removed goes with the next call.
   */
  trim(upTo: number): void {
    this.#trimTarget = Math.max(this.#trimTarget, upTo)
    this.#trimming ??= this.#trimAll().finally(() => {
      this.#trimming = undefined
    })
  }

  /**
   * Writes a copy of the present state, with the device directory and the command queue, to an existing folder.
   * Appending goes on meanwhile.
   */
  async backup(folder: string): Promise<void> {
    this.#refresh()
    await this.#environment.root.backup(folder, true)
  }

  stats(): JournalStats {
    this.#refresh()
    return {
      bytes: Math.max(0, this.#counters().bytes - this.#trimmedBytes()),
      maxBytes: this.#maxBytes,
      records: (this.#records.getStats() as { entryCount: number }).entryCount,
      damaged: this.#damaged,
      pendingBytes: this.#appender.pendingBytes,
      pendingEntries: this.#appender.pendingEntries,
      refusal: this.#appender.refusal,
      trimFailure: this.#trimFailure,
    }
  }

  /** Why this process may never append again: another one appends, or has replaced the file. */
  get ended(): Error | undefined {
    return this.#appender.ended
  }

  /** Resolves when no append waits for the disk. */
  settled(): Promise<void> {
    return this.#appender.settled()
  }

  /** Waits until everything appended so far is settled, then lets go of the files. */
  async close(): Promise<void> {
    await this.#appender.close()
    await this.#trimming
    await this.#environment.release()
  }

  /** Broker and backend open a new journal together: the first one names it. */
  #giveId(): string | undefined {
    try {
      return this.#environment.root.transactionSync(() => {
        const given = this.#state.get(ID_KEY)?.toString()
        if (given !== undefined) return given
        const id = randomUUID()
        this.#state.putSync(ID_KEY, Buffer.from(id))
        return id
      })
    } catch {
      return undefined // on a full disk the journal works without one until it is asked again
    }
  }

  #refresh(): void {
    const now = performance.now()
    if (now - this.#checkedAt > CHECK_INTERVAL) {
      this.#checkedAt = now
      this.#environment.checkInPlace()
    }
    this.#records.resetReadTxn()
  }

  #newestKey(): number {
    for (const key of this.#records.getKeys({ reverse: true, limit: 1 })) return key
    return 0
  }

  #decode(key: number, value: Buffer, after: number): JournalRecord {
    const header = openRecord(value)
    if (typeof header === 'string')
      return this.#unreadable(key, after, header, this.#counters(key).observations)
    const { first, count, counters } = header
    if (count === 0) return this.#unreadable(key, after, readNote(value), counters.observations)
    const entries = readEntries(value, count)
    if (first <= after) entries.splice(0, after + 1 - first)
    return { first: Math.max(first, after + 1), last: key, entries, observations: counters.observations }
  }

  #unreadable(key: number, after: number, detail: string, observations: number): JournalRecord {
    if (key > this.#damagedUpTo) {
      this.#damagedUpTo = key
      this.#report(key, detail)
    }
    return { first: after + 1, last: key, entries: [], observations, damage: detail }
  }

  #report(sequence: number, detail: string): void {
    this.#damaged++
    if (this.damage.push({ sequence, detail }) > DAMAGE_KEPT) this.damage.shift()
  }

  /** Counters of the newest sound record up to `end`, with the sequence of the newest record, sound or not. */
  #counters(end?: number): Counters {
    let sequence = 0
    for (const { key, value } of this.#records.getRange({
      reverse: true,
      ...(end === undefined ? {} : { start: end }),
    })) {
      sequence ||= key
      const header = openRecord(value)
      if (typeof header !== 'string') return { ...header.counters, sequence }
    }
    return { sequence, entries: sequence, observations: 0, bytes: 0 }
  }

  #trimmedBytes(): number {
    return this.#state.get(TRIMMED_KEY)?.readDoubleLE(0) ?? 0
  }

  async #trimAll(): Promise<void> {
    let upTo = 0
    try {
      while (upTo < this.#trimTarget) {
        upTo = this.#trimTarget
        while ((await this.#trimSome(upTo)) === TRIM_AT_ONCE);
      }
      this.#trimFailure = undefined
    } catch (error) {
      const { commitError } = error as { commitError?: Promise<never> }
      const cause = commitError ? await commitError.catch((reason: Error) => reason) : (error as Error)
      this.#trimFailure = cause.message
    }
  }

  /** Removes up to TRIM_AT_ONCE of the oldest records and says how many. */
  async #trimSome(upTo: number): Promise<number> {
    this.#refresh()
    const end = Math.min(upTo + 1, this.#newestKey())
    const keys = Array.from(this.#records.getKeys({ end, limit: TRIM_AT_ONCE }))
    const last = keys.at(-1)
    if (last === undefined) return 0
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(this.#bytesBefore(last + 1), 0)
    await this.#records.batch(() => {
      for (const key of keys) this.#records.remove(key)
      this.#state.put(TRIMMED_KEY, bytes)
    })
    return keys.length
  }

  /** Cumulative bytes of all records before the sequence `start`. */
  #bytesBefore(start: number): number {
    for (const { value } of this.#records.getRange({ start })) {
      const header = openRecord(value)
      if (typeof header !== 'string') return header.counters.bytes - storedBytes(header.size)
    }
    return this.#trimmedBytes()
  }
}
