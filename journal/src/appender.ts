import type { Database } from 'lmdb'
import {
  JournalFencedError,
  JournalFullError,
  JournalTimeoutError,
  JournalWriteError,
  noRoomLeft,
} from './errors.ts'
import {
  type Counters,
  carriesObservations,
  entryBytes,
  HEADER_BYTES,
  type JournalEntry,
  sealRecord,
  storedBytes,
  writeEntry,
} from './record.ts'

export type AppendDone = (error: Error | null) => void

export interface AppenderSource {
  records: Database<Buffer, number>
  writers: Database<Buffer, string>
  /** Counters of the newest record on disk. */
  counters(): Counters
  /** Cumulative bytes of the records already trimmed away. */
  trimmedBytes(): number
  /** Why there is no room on the disk, if so. */
  lackOfRoom(bytes: number): string | undefined
  /** Throws when the file was replaced under this process. */
  checkInPlace(): void
  /** Remembers the counters outside LMDB. */
  checkpoint(counters: Counters): void
  maxBytes: number
  /** Milliseconds an append may wait for the disk. */
  timeout: number
}

/** Consecutive entries in one buffer that become one record; they get their sequence when it is sealed. */
interface Chunk {
  slab: Buffer
  start: number
  end: number
  count: number
  observations: number
}

/** Entries that share one transaction and one fsync. */
interface Group {
  chunks: Chunk[]
  dones: AppendDone[]
  bytes: number
  queuedAt: number
}

const RECORD_LIMIT = 256 * 1024
const SLAB_BYTES = 1024 * 1024
/** Bytes that may wait for a stalled disk: about 4 s of 16 MB/s. */
const PENDING_LIMIT = 64 * 1024 * 1024
/** Milliseconds between looks at the free space, and between attempts after a failed write. */
const WATCH_INTERVAL = 250
/** Bytes stored after which another look is due: fast devices must not outrun the room kept for trimming. */
const LOOK_BYTES = 256 * 1024
const WRITER_KEY = 'writer'
const EIO = 5

/**
 * The write side of the journal.
 *
 * One transaction is in flight at a time; what arrives meanwhile is packed into the next. So a record gets its
 * sequence only when nothing before it can fail any more, and the counters never run ahead of the disk.
 */
export class Appender {
  readonly #source: AppenderSource
  #claiming = false
  /** 0 until this process has become the writer. */
  #epoch = 0
  #counters: Counters = { sequence: 0, entries: 0, observations: 0, bytes: 0 }
  #checkpointed = 0
  #slab: Buffer = Buffer.alloc(0)
  #slabEnd = 0
  #waiting: Group | undefined
  #inFlight: Group | undefined
  #commitScheduled = false
  #pendingBytes = 0
  #pendingEntries = 0
  /** Why the last write failed, until one succeeds again. */
  #failure: Error | undefined
  #tryAgainAt = 0
  /** Why this process may never append again. */
  #ended: Error | undefined
  #lackOfRoom: string | undefined
  #bytesAtLook = 0
  /** Size of the last entry the limit left no room for: while one like it does not fit, the journal is full. */
  #refusedBytes = 0
  #watch: NodeJS.Timeout | undefined
  #closed = false
  readonly #onIdle: (() => void)[] = []

  constructor(source: AppenderSource) {
    this.#source = source
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  get pendingEntries(): number {
    return this.#pendingEntries
  }

  /** Why appends are refused at the moment. */
  get refusal(): string | undefined {
    const cause = (this.#ended ?? this.#failure)?.message ?? this.#lackOfRoom
    return cause ?? this.#limitReached(this.#refusedBytes)
  }

  append(entry: JournalEntry, done: AppendDone): void {
    const size = entryBytes(entry)
    const refusal = this.#refuse(size)
    if (refusal) {
      setImmediate(done, refusal) // not a microtask: a caller that tries again at once must not starve the event loop
      return
    }
    this.#waiting ??= this.#newGroup()
    const group = this.#waiting
    const chunk = this.#chunkFor(group, size)
    const end = writeEntry(chunk.slab, chunk.end, entry)
    group.bytes += end - chunk.end
    this.#pendingBytes += end - chunk.end
    this.#pendingEntries++
    chunk.end = end
    this.#slabEnd = end
    chunk.count++
    if (carriesObservations(entry)) chunk.observations++
    group.dones.push(done)
  }

  get ended(): Error | undefined {
    return this.#ended
  }

  /** Resolves when nothing waits for the disk. */
  async settled(): Promise<void> {
    if (this.#waiting || this.#inFlight) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  /** Resolves when nothing waits for the disk any more; later appends are refused. */
  async close(): Promise<void> {
    this.#closed = true
    await this.settled()
    clearInterval(this.#watch)
    if (this.#epoch > 0) this.#source.checkpoint(this.#counters)
  }

  #refuse(size: number): Error | undefined {
    if (this.#closed) return new JournalWriteError('the journal is closed')
    if (this.#ended) return this.#ended
    if (!this.#claiming) this.#claim()
    if (this.#failure && (this.#inFlight || this.#waiting || performance.now() < this.#tryAgainAt))
      return this.#failure
    if (this.#lackOfRoom) return new JournalFullError(this.#lackOfRoom)
    if (this.#pendingBytes + size > PENDING_LIMIT)
      return new JournalTimeoutError(`${this.#pendingBytes} bytes already wait for the disk`)
    const limit = this.#limitReached(size)
    if (limit === undefined) return undefined
    this.#refusedBytes = size
    return new JournalFullError(limit)
  }

  #limitReached(size: number): string | undefined {
    const { maxBytes } = this.#source
    const bytes = this.#counters.bytes + this.#pendingBytes + size
    if (bytes <= maxBytes || bytes - this.#source.trimmedBytes() <= maxBytes) return undefined
    return `the journal holds its limit of ${maxBytes} bytes`
  }

  /**
   * Becomes the only writer: transactions of an earlier writer that still runs no longer match the epoch. Appends
   * wait meanwhile; a disk that hangs must not block the event loop here.
   */
  #claim(): void {
    const { writers } = this.#source
    this.#claiming = true
    this.#watch ??= setInterval(() => this.#look(), WATCH_INTERVAL).unref()
    const claim = writers.transaction(() => {
      const epoch = (writers.getEntry(WRITER_KEY)?.version ?? 0) + 1
      writers.put(WRITER_KEY, Buffer.alloc(0), epoch)
      return epoch
    })
    claim.then(
      (epoch) => {
        this.#counters = this.#source.counters()
        this.#lackOfRoom = this.#source.lackOfRoom(this.#counters.bytes)
        this.#epoch = epoch
        this.#commit()
      },
      async (error: Error) => {
        this.#claiming = false
        this.#failed(undefined, await this.#explain(error))
      },
    )
  }

  #newGroup(): Group {
    if (!this.#inFlight && !this.#commitScheduled) {
      this.#commitScheduled = true
      setImmediate(() => {
        this.#commitScheduled = false
        this.#commit()
      })
    }
    return { chunks: [], dones: [], bytes: 0, queuedAt: performance.now() }
  }

  #chunkFor(group: Group, size: number): Chunk {
    const last = group.chunks[group.chunks.length - 1]
    if (last && last.end + size <= last.slab.length && last.end - last.start + size <= RECORD_LIMIT)
      return last
    if (this.#slabEnd + HEADER_BYTES + size > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, HEADER_BYTES + size))
      this.#slabEnd = 0
    }
    const start = this.#slabEnd
    const chunk = { slab: this.#slab, start, end: start + HEADER_BYTES, count: 0, observations: 0 }
    group.chunks.push(chunk)
    return chunk
  }

  #commit(): void {
    const group = this.#waiting
    if (!group || this.#inFlight || this.#epoch === 0) return
    this.#waiting = undefined
    this.#inFlight = group
    const { records, writers } = this.#source
    const counters = { ...this.#counters }
    writers
      .ifVersion(WRITER_KEY, this.#epoch, () => {
        for (const chunk of group.chunks) records.put(...seal(chunk, counters))
      })
      .then(
        (stillWriter) => {
          if (stillWriter) this.#stored(group, counters)
          else this.#failed(group, new JournalFencedError('another process appends to this journal'))
        },
        async (error: Error) => this.#failed(group, await this.#explain(error)),
      )
  }

  #stored(group: Group, counters: Counters): void {
    this.#counters = counters
    this.#failure = undefined
    this.#inFlight = undefined
    if (counters.bytes - this.#bytesAtLook > LOOK_BYTES) this.#lookForRoom()
    this.#commit()
    this.#settle(group, null)
    this.#tellIdle()
  }

  /** What was waiting behind the failed group fails with it; a later append tries again. */
  #failed(group: Group | undefined, error: Error): void {
    if (error instanceof JournalFencedError) this.#ended = error
    this.#tryAgainAt = performance.now() + WATCH_INTERVAL
    this.#failure = error
    this.#inFlight = undefined
    const behind = this.#waiting
    this.#waiting = undefined
    if (group) this.#settle(group, error)
    if (behind) this.#settle(behind, error)
    this.#tellIdle()
  }

  #settle(group: Group, error: Error | null): void {
    this.#pendingBytes -= group.bytes
    this.#pendingEntries -= group.dones.length
    const { dones } = group
    group.bytes = 0
    group.dones = []
    for (const done of dones) done(error)
  }

  #tellIdle(): void {
    if (this.#waiting || this.#inFlight) return
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  #look(): void {
    try {
      this.#source.checkInPlace()
    } catch (error) {
      this.#ended = error as Error
      return
    }
    this.#lookForRoom()
    const oldest = this.#inFlight ?? this.#waiting
    if (oldest && performance.now() - oldest.queuedAt > this.#source.timeout) this.#giveUpWaiting()
    if (this.#counters.sequence !== this.#checkpointed) {
      this.#checkpointed = this.#counters.sequence
      this.#source.checkpoint(this.#counters)
    }
  }

  #lookForRoom(): void {
    this.#bytesAtLook = this.#counters.bytes
    this.#lackOfRoom = this.#source.lackOfRoom(this.#counters.bytes)
  }

  /** lmdb-js rejects with a wrapper; the cause follows in its `commitError`. LMDB reports a short write as EIO. */
  async #explain(error: Error & { commitError?: Promise<never> }): Promise<Error> {
    const cause: Error & { code?: unknown } = error.commitError
      ? await error.commitError.catch((reason) => reason)
      : error
    const lack = cause.code === EIO ? this.#source.lackOfRoom(this.#counters.bytes) : undefined
    return lack || noRoomLeft(cause)
      ? new JournalFullError(`no room left on the disk: ${lack ?? cause.message}`)
      : new JournalWriteError(cause.message, { cause })
  }

  /** Tells the waiting that the disk is too slow. The transaction in flight may still be stored; the rest is not. */
  #giveUpWaiting(): void {
    const error = new JournalTimeoutError(`the disk did not confirm within ${this.#source.timeout} ms`)
    this.#failure = error
    const behind = this.#waiting
    this.#waiting = undefined
    if (this.#inFlight) this.#settle(this.#inFlight, error)
    if (behind) this.#settle(behind, error)
  }
}

/** Gives the chunk its sequence, advances the counters past it and returns its key and record. */
function seal(chunk: Chunk, counters: Counters): [number, Buffer] {
  const record = chunk.slab.subarray(chunk.start, chunk.end)
  counters.sequence += chunk.count
  counters.entries += chunk.count
  counters.observations += chunk.observations
  counters.bytes += storedBytes(record.length)
  sealRecord(record, chunk.count, counters)
  return [counters.sequence, record]
}
