import type { AlertNotice } from '../alerts/alert-notice.ts'
import { isRefusedData } from '../database/retrying.ts'
import { NoticeQueue, type Sealed } from '../pipeline/notice-queue.ts'
import type { ChannelStats, Sink } from '../pipeline/notices.ts'
import type { Outbox } from '../pipeline/outbox.ts'
import type { Log } from '../pipeline/retry.ts'

/** Bytes of notices after which the pipeline stops reading: no alert is shed, the journal keeps what comes. */
export const MOST_BYTES = 64 * 1024 * 1024

/** What the evaluation has to tell the alerts, durable and in order. */
export class AlertQueue {
  readonly #queue: NoticeQueue<AlertNotice>
  readonly #outbox: Pick<Outbox, 'entries'>
  readonly #maxBytes: number
  /** Notices not told yet, by alert. */
  readonly #untold = new Map<string, number>()
  readonly #tracking = new Set<Set<string>>()
  /** A delivery that failed in the middle is repeated from its beginning. */
  #lastTold = 0
  #offered = 0

  constructor(options: { outbox: Outbox; sink: Sink<AlertNotice>; log: Log; maxBytes?: number }) {
    const { outbox, sink, log, maxBytes = MOST_BYTES } = options
    this.#outbox = outbox
    this.#maxBytes = maxBytes
    this.#queue = new NoticeQueue<AlertNotice>('alerts', {
      outbox,
      log,
      maxBytes: Number.POSITIVE_INFINITY,
      sink: async (notices) => {
        await sink(notices)
        for (const notice of notices) this.#told(notice)
      },
      setAside: { isRefused: isRefusedData, told: (notice) => this.#told(notice) },
    })
  }

  get full(): boolean {
    return this.#queue.stats().bytes >= this.#maxBytes
  }

  /** Notices offered and not sealed yet. */
  get offered(): number {
    return this.#offered
  }

  /** Answers a function that names the alerts with notices on their way at any time between the two calls. */
  track(): () => Set<string> {
    const seen = new Set(this.#untold.keys())
    this.#tracking.add(seen)
    return () => {
      this.#tracking.delete(seen)
      return seen
    }
  }

  start(now: number): void {
    this.#queue.load(now)
    for (const { value } of this.#outbox.entries('alerts')) {
      for (const { alert } of JSON.parse(value.toString('utf8')) as AlertNotice[]) this.#count(alert)
    }
    this.#queue.start()
  }

  async stop(): Promise<void> {
    await this.#queue.stop()
  }

  offer(notice: Omit<AlertNotice, 'id'>): void {
    this.#offered++
    this.#count(notice.alert)
    this.#queue.offer(notice)
  }

  seal(): Sealed {
    this.#offered = 0
    return this.#queue.seal()
  }

  committed(sealed: Sealed): void {
    this.#queue.committed(sealed)
  }

  stats(): ChannelStats {
    return this.#queue.stats()
  }

  #count(alert: string): void {
    for (const seen of this.#tracking) seen.add(alert)
    this.#untold.set(alert, (this.#untold.get(alert) ?? 0) + 1)
  }

  #told({ id, alert }: AlertNotice): void {
    if (id <= this.#lastTold) return
    this.#lastTold = id
    const left = (this.#untold.get(alert) ?? 1) - 1
    if (left === 0) this.#untold.delete(alert)
    else this.#untold.set(alert, left)
  }
}
