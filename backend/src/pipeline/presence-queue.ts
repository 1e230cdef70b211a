import type { ChannelStats, PresenceNotice, Sink } from './notices.ts'
import type { Outbox, Write } from './outbox.ts'
import { Backoff, type Log, pause, Wakeup } from './retry.ts'

const RETRY_FIRST = 200
const RETRY_LONGEST = 30_000
/** Notices of one delivery. */
const DELIVERY = 500

/** The newest presence event of each device, connection and status apart, until it is delivered. */
export class PresenceQueue {
  readonly #sink: Sink<PresenceNotice>
  readonly #outbox: Outbox
  readonly #log: Log
  readonly #backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST)
  readonly #wakeup = new Wakeup()
  /** Durable events, by key, in order of their ids. */
  readonly #waiting = new Map<string, PresenceNotice>()
  #buffer = new Map<string, PresenceNotice>()
  /** Events of a transaction that has not ended yet. */
  #sealed: Map<string, PresenceNotice> = new Map()
  #nextId = 1
  #delivered = 0
  #coalesced = 0
  #lastError: string | undefined
  #abort = new AbortController()
  #task: Promise<void> | undefined

  constructor(options: { outbox: Outbox; sink: Sink<PresenceNotice>; log: Log }) {
    this.#outbox = options.outbox
    this.#sink = options.sink
    this.#log = options.log
  }

  load(now: number): void {
    this.#nextId = Math.floor(now) * 1000
    const events = this.#outbox
      .entries('presence')
      .map(({ value }) => JSON.parse(value.toString('utf8')) as PresenceNotice)
    for (const event of events.sort((a, b) => a.id - b.id)) this.#waiting.set(keyOf(event), event)
  }

  offer(notice: Omit<PresenceNotice, 'id'>): void {
    const event = { id: this.#nextId++, ...notice }
    this.#buffer.set(keyOf(event), event)
  }

  /** Takes the events offered since the last call, with the writes of a transaction. */
  seal(): { writes: Write[]; events: Map<string, PresenceNotice> } {
    const events = this.#buffer
    if (events.size > 0) this.#buffer = new Map()
    this.#sealed = events
    const writes: Write[] = []
    for (const [key, event] of events) {
      writes.push({ table: 'presence', key, value: Buffer.from(JSON.stringify(event)) })
    }
    return { writes, events }
  }

  committed(events: Map<string, PresenceNotice>): void {
    this.#sealed = new Map()
    if (events.size === 0) return
    for (const [key, event] of events) {
      if (this.#waiting.delete(key)) this.#coalesced++
      this.#waiting.set(key, event)
    }
    this.#wakeup.wake()
  }

  start(): void {
    this.#abort = new AbortController()
    this.#task = this.#run(this.#abort.signal)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#wakeup.wake()
    await this.#task
  }

  stats(): ChannelStats & { coalesced: number } {
    return {
      waiting: this.#waiting.size,
      bytes: 0,
      delivered: this.#delivered,
      shed: 0,
      setAside: 0,
      coalesced: this.#coalesced,
      lastError: this.#lastError,
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#waiting.size === 0) await this.#wakeup.wait()
      else await this.#deliver(signal)
    }
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    const events = this.#oldest(DELIVERY)
    try {
      await this.#sink(events)
      await this.#outbox.write(this.#removals(events))
    } catch (error) {
      const { message } = error as Error
      if (this.#lastError !== message) {
        this.#log.warn({ notices: 'presence', waiting: this.#waiting.size, error: message }, 'notices wait')
      }
      this.#lastError = message
      await pause(this.#backoff.next(), signal)
      return
    }
    this.#delivered += events.length
    this.#lastError = undefined
    this.#backoff.reset()
  }

  #oldest(count: number): PresenceNotice[] {
    const events: PresenceNotice[] = []
    for (const event of this.#waiting.values()) if (events.push(event) === count) break
    return events
  }

  /** A newer event, waiting or about to be written, has taken the delivered one's place and stays. */
  #removals(events: readonly PresenceNotice[]): Write[] {
    const writes: Write[] = []
    for (const event of events) {
      const key = keyOf(event)
      if (this.#waiting.get(key) !== event) continue
      this.#waiting.delete(key)
      if (!this.#sealed.has(key)) writes.push({ table: 'presence', key, value: null })
    }
    return writes
  }
}

function keyOf(event: PresenceNotice): string {
  return event.kind === 'status' ? `${event.device}/status` : event.device
}
