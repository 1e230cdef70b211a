import type { ChannelStats, Notice, Sink } from './notices.ts'
import type { Outbox, TableName, Write } from './outbox.ts'
import { Backoff, type Log, pause, Wakeup } from './retry.ts'

/** Notices taken for a transaction; hand them back to `committed` once it has succeeded. */
export interface Sealed {
  writes: Write[]
  key: number
  notices: number
  bytes: number
}

const RETRY_FIRST = 200
const RETRY_LONGEST = 30_000
const NOTHING: Sealed = { writes: [], key: 0, notices: 0, bytes: 0 }
/** Notices of one delivery. */
const DELIVERY = 500

/** A durable first-in-first-out queue of one kind of notice, bounded by bytes. */
export class NoticeQueue<T extends Notice> {
  readonly #table: TableName
  readonly #maxBytes: number
  readonly #sink: Sink<T>
  readonly #outbox: Outbox
  readonly #log: Log
  readonly #backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST)
  readonly #wakeup = new Wakeup()
  readonly #items: { key: number; notices: number; bytes: number }[] = []
  #buffer: T[] = []
  #nextId = 1
  #nextKey = 1
  #waiting = 0
  #bytes = 0
  #delivered = 0
  #shed = 0
  #lastError: string | undefined
  #abort = new AbortController()
  #task: Promise<void> | undefined

  constructor(
    table: Exclude<TableName, 'presence'>,
    options: { outbox: Outbox; maxBytes: number; sink: Sink<T>; log: Log },
  ) {
    this.#table = table
    this.#outbox = options.outbox
    this.#maxBytes = options.maxBytes
    this.#sink = options.sink
    this.#log = options.log
  }

  /** Takes up what an earlier run left undelivered. `now` (epoch milliseconds) keeps ids growing over restarts. */
  load(now: number): void {
    this.#nextId = Math.floor(now) * 1000
    for (const { key, value } of this.#outbox.entries(this.#table)) {
      const notices = (JSON.parse(value.toString('utf8')) as T[]).length
      this.#enqueue({ key: key as number, notices, bytes: value.length })
      this.#nextKey = (key as number) + 1
    }
  }

  /** Adds a notice to the next transaction, or sheds it when the queue is full. */
  offer(notice: Omit<T, 'id'>): void {
    if (this.#bytes >= this.#maxBytes) {
      this.#shed++
      return
    }
    this.#buffer.push({ id: this.#nextId++, ...notice } as T)
  }

  /** Takes what was offered since the last call, for a transaction. */
  seal(): Sealed {
    if (this.#buffer.length === 0) return NOTHING
    const writes: Write[] = []
    const value = Buffer.from(JSON.stringify(this.#buffer))
    const key = this.#nextKey++
    writes.push({ table: this.#table, key, value })
    const sealed = { writes, key, notices: this.#buffer.length, bytes: value.length }
    this.#buffer = []
    return sealed
  }

  /** The transaction of `sealed` has succeeded: its notices may be delivered. */
  committed(sealed: Sealed): void {
    if (sealed.notices === 0) return
    this.#enqueue(sealed)
    this.#wakeup.wake()
  }

  start(): void {
    this.#abort = new AbortController()
    this.#task = this.#run(this.#abort.signal)
  }

  /** Waits for the delivery in hand; the rest is delivered after the next start. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#wakeup.wake()
    await this.#task
  }

  stats(): ChannelStats {
    return {
      waiting: this.#waiting,
      bytes: this.#bytes,
      delivered: this.#delivered,
      shed: this.#shed,
      lastError: this.#lastError,
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const item = this.#items[0]
      if (item === undefined) await this.#wakeup.wait()
      else await this.#deliver(item, signal)
    }
  }

  async #deliver(item: { key: number; notices: number; bytes: number }, signal: AbortSignal): Promise<void> {
    try {
      const stored = this.#outbox.get(this.#table, item.key)
      const notices = stored === undefined ? [] : (JSON.parse(stored.toString('utf8')) as T[])
      for (let at = 0; at < notices.length; at += DELIVERY) await this.#sink(notices.slice(at, at + DELIVERY))
      await this.#outbox.write([{ table: this.#table, key: item.key, value: null }])
    } catch (error) {
      await this.#failed(error as Error, signal)
      return
    }
    this.#items.shift()
    this.#waiting -= item.notices
    this.#bytes -= item.bytes
    this.#delivered += item.notices
    this.#lastError = undefined
    this.#backoff.reset()
  }

  async #failed(error: Error, signal: AbortSignal): Promise<void> {
    if (this.#lastError !== error.message) {
      this.#log.warn({ notices: this.#table, waiting: this.#waiting, error: error.message }, 'notices wait')
    }
    this.#lastError = error.message
    await pause(this.#backoff.next(), signal)
  }

  #enqueue(item: { key: number; notices: number; bytes: number }): void {
    this.#items.push({ key: item.key, notices: item.notices, bytes: item.bytes })
    this.#waiting += item.notices
    this.#bytes += item.bytes
  }
}
