import type { AppendResult, ObservationStore } from '../observations/store.ts'
import { StoreUnavailableError } from '../observations/store.ts'
import { type BatchView, decodeBatch, MergedBatch } from './batch.ts'
import { type Ledger, NOBODY } from './ledger.ts'
import type { NoticeQueue } from './notice-queue.ts'
import type { QuarantinedNotice } from './notices.ts'
import type { Outbox, Write } from './outbox.ts'
import { Backoff, type Log, pause, untilDone, Wakeup } from './retry.ts'

export interface ArchiveOptions {
  outbox: Outbox
  store: Pick<ObservationStore, 'append'>
  ledger: Ledger
  /** Where refused readings go; delivered by the pipeline. */
  quarantined: NoticeQueue<QuarantinedNotice>
  log: Log
  /** Rows handed to the store at once; a single batch may have more. */
  maxRows?: number
  /** Milliseconds to wait for more rows when there are few. */
  linger?: number
}

export interface ArchiveStats {
  state: 'stopped' | 'running' | 'store_unavailable' | 'outbox_failing'
  appends: number
  storedRows: number
  refusedRows: number
  damagedBatches: number
  /** Attempts that failed, ever. */
  failures: number
  lastError: string | undefined
  /** Receive time of the oldest batch not stored, epoch milliseconds; null when all is stored. */
  oldestPending: number | null
}

interface DamagedBatch {
  sequence: number
  rows: number
  damage: string
}

/** A batch taken from the outbox: damage is counted with what is stored, so that an attempt counts nothing twice. */
type MergedView = BatchView | DamagedBatch

/** A store commits each append: larger ones cost less per row, up to memory. 128 Ki rows are about 4 MB. */
const MAX_ROWS = 131_072
const LINGER = 50
const RETRY_FIRST = 200
const RETRY_LONGEST = 15_000

/**
 * Carries batches from the outbox to the store, in order. A batch leaves the outbox only after the store has
 * it: a crash in between appends it again, which the store takes as the same rows.
 */
export class Archive {
  readonly #options: ArchiveOptions
  readonly #maxRows: number
  readonly #linger: number
  readonly #wakeup = new Wakeup()
  readonly #backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST)
  readonly #merged = new MergedBatch()
  #state: ArchiveStats['state'] = 'stopped'
  #appends = 0
  #storedRows = 0
  #refusedRows = 0
  #damagedBatches = 0
  #failures = 0
  #lastError: string | undefined
  #abort = new AbortController()
  #task: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined

  constructor(options: ArchiveOptions) {
    this.#options = options
    this.#maxRows = options.maxRows ?? MAX_ROWS
    this.#linger = options.linger ?? LINGER
  }

  /** Starts after the pipeline, which loads the outbox. */
  start(): void {
    this.#abort = new AbortController()
    this.#state = 'running'
    this.#unsubscribe = this.#options.outbox.onChange(() => this.#wakeup.wake())
    this.#task = this.#run(this.#abort.signal)
  }

  /** Waits for the append in hand. What is not stored stays in the outbox. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#wakeup.wake()
    this.#unsubscribe?.()
    await this.#task
    this.#state = 'stopped'
  }

  stats(): ArchiveStats {
    return {
      state: this.#state,
      appends: this.#appends,
      storedRows: this.#storedRows,
      refusedRows: this.#refusedRows,
      damagedBatches: this.#damagedBatches,
      failures: this.#failures,
      lastError: this.#lastError,
      oldestPending: this.#options.outbox.pending(0)?.receivedAt ?? null,
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { outbox } = this.#options
    while (!signal.aborted) {
      if (outbox.pendingBatches === 0) {
        await this.#wakeup.wait()
        continue
      }
      if (outbox.stats().rows < this.#maxRows) await pause(this.#linger, signal)
      if (signal.aborted) break
      try {
        await this.#store(signal)
      } catch (error) {
        this.#outboxFailed(error as Error, 'outbox cannot be read')
        await pause(this.#backoff.next(), signal)
      }
    }
  }

  /** Stores the oldest batches and takes them off the outbox. */
  async #store(signal: AbortSignal): Promise<void> {
    const views = this.#merge()
    const result = this.#merged.length === 0 ? NOTHING : await this.#append(signal)
    if (result === undefined) return
    const writes = this.#account(views, result)
    await this.#settle(views.length, writes, signal)
  }

  /** Merges the oldest batches, at least one, into one for the store. */
  #merge(): MergedView[] {
    const { outbox } = this.#options
    const views: MergedView[] = []
    this.#merged.clear()
    for (let at = 0; at < outbox.pendingBatches; at++) {
      const pending = outbox.pending(at)
      if (pending === undefined) break
      if (at > 0 && this.#merged.length + pending.rows > this.#maxRows) break
      const bytes = outbox.get('batches', pending.sequence)
      const view = bytes === undefined ? 'it is missing' : decodeBatch(bytes)
      if (typeof view === 'string') {
        views.push({ sequence: pending.sequence, rows: pending.rows, damage: view })
      } else {
        this.#merged.append(pending.sequence, view)
        views.push(view)
      }
    }
    return views
  }

  /** Appends until the store takes it; undefined when stopped before that. */
  async #append(signal: AbortSignal): Promise<AppendResult | undefined> {
    for (;;) {
      try {
        const result = await this.#options.store.append(this.#merged)
        this.#state = 'running'
        this.#lastError = undefined
        this.#backoff.reset()
        this.#appends++
        return result
      } catch (error) {
        this.#storeFailed(error as Error)
        const retryAfter = error instanceof StoreUnavailableError ? (error.retryAfter ?? 0) : 0
        await pause(Math.max(retryAfter, this.#backoff.next()), signal)
        if (signal.aborted) return undefined
      }
    }
  }

  /** Any failure is retried: readings are not given up because of an error nobody foresaw. */
  #storeFailed(error: Error): void {
    this.#failures++
    if (this.#lastError !== error.message) {
      const expected = error instanceof StoreUnavailableError
      const fields = { error: expected ? error.message : error.stack, rows: this.#merged.length }
      this.#options.log.error(fields, 'store does not take readings, they wait in the outbox')
    }
    this.#state = 'store_unavailable'
    this.#lastError = error.message
  }

  /** Settles the accounts of stored and refused rows and answers with what to write. */
  #account(views: readonly MergedView[], result: AppendResult): Write[] {
    const { ledger } = this.#options
    const refused = new Map(result.refused.map(({ row, reason }) => [row, reason]))
    let start = 0
    for (const view of views) {
      if ('damage' in view) {
        this.#damaged(view)
        continue
      }
      this.#accountBatch(view, start, refused)
      start += view.rows
    }
    this.#storedRows += this.#merged.length - refused.size
    this.#refusedRows += refused.size
    return ledger.takeWrites('archive')
  }

  #accountBatch(view: BatchView, start: number, refused: ReadonlyMap<number, string>): void {
    const { ledger } = this.#options
    let row = 0
    for (let run = 0; run < view.runs; run++) {
      const device = view.runDevice[run] as number
      const end = view.runEnd[run] as number
      let stored = end - row
      for (; refused.size > 0 && row < end; row++) {
        const reason = refused.get(start + row)
        if (reason === undefined) continue
        stored--
        ledger.dropped(device, 'store_refused', 1)
        this.#quarantine(device, start + row, reason)
      }
      row = end
      if (stored > 0) ledger.stored(device, stored)
    }
  }

  #quarantine(device: number, row: number, reason: string): void {
    const batch = this.#merged
    const value = batch.value[row] as number
    this.#options.quarantined.offer({
      device: this.#options.ledger.deviceOf(device),
      datastream: batch.datastream[row] as number,
      phenomenonTime: batch.phenomenonTime[row] as number,
      resultTime: batch.resultTime[row] as number,
      value: Number.isNaN(value) ? (batch.text.get(row) ?? null) : value,
      quality: batch.quality[row] as number,
      reason,
    })
  }

  /** Whose readings they were can no longer be told; the next start counts them to their devices. */
  #damaged(batch: DamagedBatch): void {
    this.#damagedBatches++
    this.#options.log.error(batch, 'outbox batch is damaged')
    this.#options.ledger.dropped(NOBODY, 'outbox_damaged', batch.rows)
  }

  async #settle(batches: number, writes: Write[], signal: AbortSignal): Promise<void> {
    const { outbox, quarantined } = this.#options
    const sealed = quarantined.seal()
    const settling = outbox.settling(batches, [...writes, ...sealed.writes])
    const settled = await untilDone(
      () => outbox.commit(settling),
      signal,
      (error) => this.#outboxFailed(error, 'outbox cannot be written'),
    )
    if (!settled) return
    quarantined.committed(sealed)
    this.#state = 'running'
    this.#backoff.reset()
  }

  #outboxFailed(error: Error, message: string): void {
    this.#state = 'outbox_failing'
    this.#failures++
    this.#lastError = error.message
    this.#options.log.error({ error: error.message }, message)
  }
}

const NOTHING: AppendResult = { stored: 0, refused: [] }
