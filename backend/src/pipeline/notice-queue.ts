import type { ChannelStats, Notice, Sink } from './notices.ts'
import type { Outbox, TableName, Write } from './outbox.ts'
import { Backoff, type Log, pause, Wakeup } from './retry.ts'

/** Notices taken for a transaction; hand them back to `committed` once it has succeeded. */
export interface Sealed {
  writes: Write[]
  records: readonly Item[]
}

/** A record of the table: some notices that are delivered together. */
interface Item {
  key: number
  notices: number
  bytes: number
}

/** What to do about notices that the listener can never take. */
export interface SetAside<T> {
  /** Whether an error is the fault of the notices, and would be the same again. */
  isRefused: (error: Error) => boolean
  /** Told of each notice that is kept aside. */
  told: (notice: T) => void
}

const RETRY_FIRST = 200
const RETRY_LONGEST = 30_000
const NOTHING: Sealed = { writes: [], records: [] }
/** Notices of one record, and of one delivery: a transaction may have made any number. */
const RECORD = 500
/** Attempts after which refused notices are tried one by one. */
const REFUSED_OFTEN = 3

/** A durable first-in-first-out queue of one kind of notice, bounded by bytes. */
export class NoticeQueue<T extends Notice> {
  readonly #table: TableName
  readonly #maxBytes: number
  readonly #sink: Sink<T>
  readonly #outbox: Outbox
  readonly #log: Log
  readonly #backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST)
  readonly #wakeup = new Wakeup()
  readonly #items: Item[] = []
  readonly #aside: SetAside<T> | undefined
  #buffer: T[] = []
  #nextId = 1
  #nextKey = 1
  #waiting = 0
  #bytes = 0
  #delivered = 0
  #shed = 0
  #setAside = 0
  /** Attempts at the record in hand that were refused. */
  #refused = 0
  #lastError: string | undefined
  #abort = new AbortController()
  #task: Promise<void> | undefined

  constructor(
    table: Exclude<TableName, 'presence' | 'set_aside'>,
    options: { outbox: Outbox; maxBytes: number; sink: Sink<T>; log: Log; setAside?: SetAside<T> },
  ) {
    this.#table = table
    this.#outbox = options.outbox
    this.#maxBytes = options.maxBytes
    this.#sink = options.sink
    this.#log = options.log
    this.#aside = options.setAside
  }

  /** Takes up what an earlier run left undelivered. `now` (epoch milliseconds) keeps ids growing over restarts. */
  load(now: number): void {
    this.#nextId = Math.floor(now) * 1000
    for (const { key, value } of this.#outbox.entries(this.#table)) {
      const notices = JSON.parse(value.toString('utf8')) as T[]
      // The clock may have been set back since they were offered.
      this.#nextId = Math.max(this.#nextId, (notices.at(-1)?.id ?? 0) + 1)
      this.#enqueue({ key: key as number, notices: notices.length, bytes: value.length })
      this.#nextKey = (key as number) + 1
    }
    const aside = this.#outbox
      .entries('set_aside')
      .filter(({ key }) => String(key).startsWith(`${this.#table} `))
    this.#setAside = aside.length
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
    const records: Item[] = []
    for (let at = 0; at < this.#buffer.length; at += RECORD) {
      const some = this.#buffer.slice(at, at + RECORD)
      const value = Buffer.from(JSON.stringify(some))
      const key = this.#nextKey++
      writes.push({ table: this.#table, key, value })
      records.push({ key, notices: some.length, bytes: value.length })
    }
    this.#buffer = []
    return { writes, records }
  }

  /** The transaction of `sealed` has succeeded: its notices may be delivered. */
  committed(sealed: Sealed): void {
    if (sealed.records.length === 0) return
    for (const record of sealed.records) this.#enqueue(record)
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
      setAside: this.#setAside,
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

  async #deliver(item: Item, signal: AbortSignal): Promise<void> {
    let aside: readonly T[] = []
    try {
      const stored = this.#outbox.get(this.#table, item.key)
      const notices = stored === undefined ? [] : (JSON.parse(stored.toString('utf8')) as T[])
      if (this.#refused >= REFUSED_OFTEN) aside = await this.#oneByOne(notices)
      else {
        for (let at = 0; at < notices.length; at += RECORD) await this.#sink(notices.slice(at, at + RECORD))
      }
      await this.#outbox.write([
        ...aside.map((notice) => this.#keptAside(notice)),
        { table: this.#table, key: item.key, value: null },
      ])
    } catch (error) {
      await this.#failed(error as Error, signal)
      return
    }
    this.#items.shift()
    this.#waiting -= item.notices
    this.#bytes -= item.bytes
    this.#delivered += item.notices - aside.length
    this.#setAside += aside.length
    this.#refused = 0
    this.#lastError = undefined
    this.#backoff.reset()
  }

  /** Answers those that are refused even by themselves. */
  async #oneByOne(notices: readonly T[]): Promise<T[]> {
    const refused: T[] = []
    for (const notice of notices) {
      try {
        await this.#sink([notice])
      } catch (error) {
        if (this.#aside?.isRefused(error as Error) !== true) throw error
        refused.push(notice)
        this.#aside.told(notice)
        this.#log.error(
          { notices: this.#table, notice, error: (error as Error).message },
          'a notice is set aside',
        )
      }
    }
    return refused
  }

  #keptAside(notice: T): Write {
    return {
      table: 'set_aside',
      key: `${this.#table} ${notice.id}`,
      value: Buffer.from(JSON.stringify(notice)),
    }
  }

  async #failed(error: Error, signal: AbortSignal): Promise<void> {
    this.#refused = this.#aside?.isRefused(error) ? this.#refused + 1 : 0
    if (this.#lastError !== error.message) {
      this.#log.warn({ notices: this.#table, waiting: this.#waiting, error: error.message }, 'notices wait')
    }
    this.#lastError = error.message
    await pause(this.#backoff.next(), signal)
  }

  #enqueue(item: Item): void {
    this.#items.push({ key: item.key, notices: item.notices, bytes: item.bytes })
    this.#waiting += item.notices
    this.#bytes += item.bytes
  }
}
