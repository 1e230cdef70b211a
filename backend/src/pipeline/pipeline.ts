import type { DeviceMessageView } from '@osprey/core/api'
import {
  type Journal,
  type JournalEntry,
  type JournalRecord,
  JournalReplacedError,
} from '@osprey/journal/journal'
import type { LatestObservation } from '../observations/store.ts'
import { BatchBuilder } from './batch.ts'
import { type CreateDatastreams, DatastreamCreation } from './creation.ts'
import { type Cursor, cursorWrite, readCursor } from './cursor.ts'
import { encodeApart, fillDatastreams, releaseHeld } from './held.ts'
import { excerpt, Intake } from './intake.ts'
import type { Judging } from './judging.ts'
import type { Latest } from './latest.ts'
import { type Ledger, NOBODY, type TotalAccount } from './ledger.ts'
import { viewMessage } from './message-view.ts'
import type { NoticeQueue } from './notice-queue.ts'
import { type NoticeSinks, type NoticeStats, Notices, type QuarantinedNotice } from './notices.ts'
import type { Outbox, Transaction, Write } from './outbox.ts'
import { RecentMessages } from './recent-messages.ts'
import { Reception } from './reception.ts'
import { recover } from './recover.ts'
import { replayForMachines } from './replay.ts'
import type { Resolver } from './resolver.ts'
import { Backoff, type Log, nextTurn, pause, untilDone } from './retry.ts'

/** What is slow or elsewhere. Sinks are called outside the way of readings, see notices.ts and creation.ts. */
export interface PipelineSinks extends NoticeSinks {
  /** Creates what is missing and answers with the ids of all asked for that exist now. */
  createDatastreams: CreateDatastreams
}

export interface PipelineOptions {
  journal: Pick<Journal, 'id' | 'read' | 'lastSequence' | 'totals' | 'trim' | 'stats' | 'listenedUntil'>
  outbox: Outbox
  resolver: Resolver
  ledger: Ledger
  latest: Latest
  /** Judges the rules; without it none is. */
  judging?: Judging
  sinks: PipelineSinks
  /** The newest stored observation per datastream; asked once after start, again until it answers. */
  storedLatest: () => Promise<LatestObservation[]>
  /** Epoch milliseconds. */
  now: () => number
  log: Log
  /** Called once when the journal's file was replaced under this process: only a new process can go on. */
  restartNeeded?: (error: Error) => void
}

/** `outbox_full`, `alerts_full` and `failing`: nothing is read, the journal keeps what comes. */
export type PipelineState = 'stopped' | 'running' | 'outbox_full' | 'alerts_full' | 'failing'

export interface PipelineStats {
  state: PipelineState
  /** Journal entries not taken yet. */
  backlog: number
  /** Epoch milliseconds of the last entry taken; 0 before the first. */
  position: number
  entries: number
  commits: number
  /** Entries on topics the platform does not read. */
  ignored: number
  damagedRecords: number
  /** Messages lost to faults of this software. */
  faults: number
  /** Rejections counted without keeping their payload. */
  rejectionsNotKept: number
  /** Results of commands that were too large, or too many from one device. */
  commandResultsRefused: number
  lastError: string | undefined
  creation: { wanted: number; created: number; lastError: string | undefined }
  notices: NoticeStats
  recentMessages: { devices: number; bytes: number; forgotten: number }
}

/** Entries asked of the journal at once. */
const READ_ENTRIES = 1024
/** Work between two yields to the event loop: a few milliseconds. */
const TURN_ENTRIES = 256
const TURN_ROWS = 4096
/**
 * A transaction costs an fsync whatever its size: it waits this long (ms) for company, or for so many rows. While
 * the one before is still being written the next grows further: a slow disk gets fewer and larger ones.
 */
const COMMIT_INTERVAL = 100
const COMMIT_ROWS = 32_768
const COMMIT_ROWS_MOST = 131_072
/**
 * Pauses (ms) between looks at a journal without a full helping, growing while it is empty. A look costs 5 µs,
 * waking up for it some 200 µs: looking every millisecond would take a fifth of a core.
 */
const REST_FIRST = 8
const REST_LONGEST = 25
const FULL_PAUSE = 50
const TRIM_INTERVAL = 1000
const SWEEP_INTERVAL = 1000
/** States of rules that changed are written so often, ms, when nothing else is. */
const STATES_INTERVAL = 1000
/** Share of the journal that may be kept for rules whose states are not saved yet. */
const KEPT_FOR_RULES = 0.5
/** The pipeline may be this far behind, ms, before its readers are told. */
const DELAY_TOLERANCE = 60_000
/** A clock goes back this far, ms, without having been set. */
const CLOCK_TOLERANCE = 60_000

/** Everything taken since the step before, ready to be written. */
interface Step {
  transaction: Transaction
  /** The last journal entry it contains. */
  sequence: number
  committed: () => void
}

/**
 * The way of every message from the journal to the outbox.
 *
 * It reads records after its cursor and takes their entries in memory; about ten times a second what was taken
 * becomes durable in one transaction with the cursor. While that transaction is written the next entries are
 * already taken. A crash loses memory only: the journal is read again from the durable cursor.
 */
export class Pipeline {
  readonly #options: PipelineOptions
  readonly #intake: Intake
  readonly #recent = new RecentMessages()
  readonly #creation: DatastreamCreation
  readonly #notices: Notices
  readonly #reception: Reception
  readonly #journalBackoff = new Backoff(50, 5000)
  #builder = new BatchBuilder()
  #spare = new BatchBuilder()
  #position: Cursor = { sequence: 0, observations: 0, receivedAt: 0, decoded: 0, undecoded: 0 }
  /** Last entry of the newest step, written or being written, and of the newest step on disk. */
  #capturedSequence = 0
  #writtenSequence = 0
  /** While above 0 nothing is taken off the journal. */
  #trimmingHeld = 0
  /** Before anything new is taken the journal is read again from after `from` up to `to`. */
  #replay: { from: number; to: number } | undefined
  #lastCommit = 0
  #lastTrim = 0
  #pause = REST_FIRST
  #turnEntries = 0
  #turnRows = 0
  #releasedVersion = -1
  #sweptAt = 0
  /** Everything received until then has been taken, epoch milliseconds. */
  #currentTo = 0
  #state: PipelineState = 'stopped'
  #outboxFailing = false
  #lastError: string | undefined
  #entries = 0
  #commits = 0
  #damagedRecords = 0
  #faults = 0
  /** The step being written; false when it was given up at stop. */
  #writing: Promise<boolean> = Promise.resolve(true)
  #inFlight = false
  #abort = new AbortController()
  #tasks: Promise<void>[] = []
  #sweeper: NodeJS.Timeout | undefined

  constructor(options: PipelineOptions) {
    const { outbox, resolver, ledger, latest, judging, sinks, log } = options
    this.#options = options
    this.#creation = new DatastreamCreation({ resolver, create: sinks.createDatastreams, log })
    this.#notices = new Notices({ outbox, sinks, log })
    this.#intake = new Intake(
      {
        resolver,
        ledger,
        latest,
        ...(judging && { judge: judging }),
        creation: this.#creation,
        rejected: (notice) => this.#notices.rejected.offer(notice),
        recent: this.#recent,
        faulted: (entry, error) => this.#faulted(entry, error),
      },
      this.#builder,
    )
    this.#reception = new Reception(this.#intake, this.#notices, this.#recent, (since, until) =>
      judging?.listensSince(since, until),
    )
  }

  /** The archive puts readings here that the store refused. */
  get quarantined(): NoticeQueue<QuarantinedNotice> {
    return this.#notices.quarantined
  }

  /** Takes up where the last run ended and starts reading. The registry must be in the resolver already. */
  async start(): Promise<void> {
    const { outbox, ledger, latest, resolver, judging, now, log } = this.#options
    const want = (series: number) => this.#creation.want(series)
    const heard = judging?.heardBefore.bind(judging)
    await recover({ outbox, ledger, latest, resolver, want, heard, log })
    const { position, replaced } = this.#firstPosition()
    this.#position = position
    const to = position.sequence
    const from = (await judging?.start({ sequence: to, replaced })) ?? to
    this.#replay = from < to ? { from, to } : undefined
    this.#capturedSequence = this.#position.sequence
    this.#writtenSequence = this.#position.sequence
    this.#intake.decoded = this.#position.decoded
    this.#intake.undecoded = this.#position.undecoded
    this.#currentTo = this.#position.receivedAt || now()
    this.#notices.start(now())
    this.#creation.start()
    this.#abort = new AbortController()
    this.#state = 'running'
    this.#tasks = [this.#run(this.#abort.signal), this.#restoreLatest(this.#abort.signal)]
    this.#sweeper = setInterval(() => this.#sweepNow(), SWEEP_INTERVAL)
    this.#sweeper.unref()
  }

  /** Ends after the record in hand, with everything taken made durable. What is not read stays in the journal. */
  async stop(): Promise<void> {
    this.#abort.abort()
    clearInterval(this.#sweeper)
    await Promise.all(this.#tasks)
    await this.#writing
    if (this.#trimmingHeld === 0) this.#options.journal.trim(this.#trimmable())
    await Promise.all([this.#creation.stop(), this.#notices.stop(), this.#options.judging?.stop()])
    this.#state = 'stopped'
  }

  /**
   * Judges which stations have fallen silent by `now` (epoch milliseconds). With a short backlog it goes by the
   * time the pipeline has reached: what waits in the journal is not silence. That time goes back with the clock
   * only, or stations would flicker when the first entry after a quiet time is not read yet. A pipeline that is
   * stuck or far behind must not keep stations live: then it goes by `now`, and readers are told of the delay.
   * Called every second.
   */
  sweep(now: number): void {
    const { latest, judging } = this.#options
    // Before the backlog: the broker journals that it listens again, and then leaves its mark.
    const listened = judging && this.#listenedUntil()
    const behind = this.#isBehind()
    this.#currentTo = behind ? Math.max(this.#currentTo, this.#position.receivedAt) : now
    if (!behind && now < this.#sweptAt - CLOCK_TOLERANCE) {
      this.#options.log.warn({ from: this.#sweptAt, to: now }, 'the clock was set back')
      this.#sweptAt = now
      latest.rewind(now)
    }
    const delayed = behind && now - this.#currentTo >= DELAY_TOLERANCE
    const waiting = behind && !delayed && this.#state === 'running'
    this.#sweptAt = Math.max(this.#sweptAt, waiting ? this.#position.receivedAt : now)
    latest.sweep(this.#sweptAt, delayed ? this.#currentTo : null)
    const heard = behind ? this.#position.receivedAt : Math.min(now, listened ?? now)
    judging?.tick(this.#state === 'stopped' || listened === undefined ? undefined : heard)
    this.#options.resolver.forgetFormer(this.#position.receivedAt)
  }

  /**
   * What was taken stays in the journal until the function answered is called: a backup copies the journal after
   * the cursor, and must find there everything that came after it.
   */
  holdTrimming(): () => void {
    this.#trimmingHeld++
    let held = true
    return () => {
      if (held) this.#trimmingHeld--
      held = false
    }
  }

  /** The last messages of a device, newest first, with what became of every reading. */
  messagesOf(device: string): DeviceMessageView[] {
    const { resolver } = this.#options
    return this.#recent.of(device).map((message) => viewMessage(device, message, resolver))
  }

  forgetMessagesOf(device: string): void {
    this.#recent.forget(device)
  }

  /** The account of everything ever journaled. */
  total(): TotalAccount {
    const journaled = this.#options.journal.totals().observations
    const pending = Math.max(0, journaled - this.#position.observations)
    const { decoded, undecoded } = this.#intake
    const received = decoded + undecoded + pending
    return this.#options.ledger.total({ received, decoded, rejected: undecoded, pending })
  }

  stats(): PipelineStats {
    return {
      state: this.#state,
      backlog: this.#backlog(),
      position: this.#position.receivedAt,
      entries: this.#entries,
      commits: this.#commits,
      ignored: this.#reception.ignored,
      damagedRecords: this.#damagedRecords,
      faults: this.#faults,
      rejectionsNotKept: this.#intake.notKept,
      commandResultsRefused: this.#reception.resultsRefused,
      lastError: this.#lastError,
      creation: this.#creation.stats(),
      recentMessages: this.#recent.stats(),
      notices: this.#notices.stats(),
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#replay === undefined) await this.#pass(signal)
        else await this.#readAgain(this.#replay, signal)
      } catch (error) {
        this.#failed(error as Error, 'the journal cannot be read')
        if (error instanceof JournalReplacedError) {
          this.#options.restartNeeded?.(error)
          break
        }
        await pause(this.#journalBackoff.next(), signal)
      }
    }
    await this.#commit(signal)
  }

  /** Brings the machines to where the readings are. Begun again after a failure, it skips what they have seen. */
  async #readAgain({ from, to }: { from: number; to: number }, signal: AbortSignal): Promise<void> {
    const { journal, resolver, judging, log } = this.#options
    if (judging && !(await replayForMachines({ journal, resolver, judging, log, signal }, from, to))) return
    this.#replay = undefined
  }

  /** Reads what the journal has, takes it, and commits when it is time. */
  async #pass(signal: AbortSignal): Promise<void> {
    if (this.#options.outbox.full || this.#options.judging?.full) {
      this.#state = this.#options.outbox.full ? 'outbox_full' : 'alerts_full'
      await this.#commit(signal)
      await pause(FULL_PAUSE, signal)
      return
    }
    const records = this.#options.journal.read(this.#position.sequence, READ_ENTRIES)
    this.#journalBackoff.reset()
    if (!this.#outboxFailing) this.#state = 'running'
    for (const record of records) {
      await this.#takeRecord(record)
      if (signal.aborted) return
    }
    if (this.#commitDue()) await this.#commit(signal)
    await this.#rest(records, signal)
  }

  async #takeRecord(record: JournalRecord): Promise<void> {
    if (record.damage !== undefined) {
      this.#damagedRecords++
      this.#options.log.error({ sequence: record.last, damage: record.damage }, 'journal record is damaged')
      this.#position.sequence = record.last
      return
    }
    const { entries } = record
    const fresh = this.#position.sequence === 0
    const { judging } = this.#options
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at] as JournalEntry
      judging?.reach(entry.receivedAt)
      if (this.#reception.take(entry)) this.#position.observations++
      this.#position.receivedAt = entry.receivedAt
      if (this.#turnIsOver()) await nextTurn()
    }
    if (!fresh) this.#countLost(record.observations - this.#position.observations)
    this.#entries += entries.length
    this.#position.sequence = record.last
    this.#position.observations = record.observations
    judging?.position(record.last)
  }

  /** Messages the journal counted and no record shows were in damaged records. */
  #countLost(messages: number): void {
    if (messages <= 0) return
    this.#intake.undecoded += messages
    this.#options.ledger.rejected(NOBODY, 'journal_damaged', messages)
  }

  #turnIsOver(): boolean {
    this.#turnEntries++
    if (this.#turnEntries < TURN_ENTRIES && this.#builder.rows - this.#turnRows < TURN_ROWS) return false
    this.#turnEntries = 0
    this.#turnRows = this.#builder.rows
    return true
  }

  #commitDue(): boolean {
    if (this.#builder.rows >= (this.#inFlight ? COMMIT_ROWS_MOST : COMMIT_ROWS)) return true
    if (this.#inFlight) return false
    const news = this.#position.sequence > this.#capturedSequence || this.#heldMayGo()
    const { judging } = this.#options
    const passed = performance.now() - this.#lastCommit
    if (news || judging?.urgent) return passed >= COMMIT_INTERVAL
    return judging?.unsaved === true && passed >= STATES_INTERVAL
  }

  #heldMayGo(): boolean {
    return this.#options.outbox.heldBatches > 0 && this.#releasedVersion !== this.#options.resolver.version
  }

  /**
   * Makes what was taken durable. The step before must be on disk, or the cursor would pass over it; this one
   * goes on in the background.
   */
  async #commit(signal: AbortSignal): Promise<void> {
    if (!(await this.#writing)) return
    await this.#releaseHeld(signal)
    this.#lastCommit = performance.now()
    const { judging } = this.#options
    const states = judging?.urgent || judging?.unsaved
    if (this.#position.sequence === this.#capturedSequence && !states) return
    const step = this.#capture(signal.aborted)
    this.#capturedSequence = step.sequence
    this.#writing = this.#write(step, signal)
  }

  /** Until no datastream came meanwhile: what stays held then has none, see held.ts. */
  async #releaseHeld(signal: AbortSignal): Promise<void> {
    const { outbox, resolver, ledger } = this.#options
    const failed = (error: Error) => this.#outboxFailed(error)
    while (this.#heldMayGo() && !signal.aborted) {
      const { version } = resolver
      await releaseHeld({ outbox, resolver, ledger, signal, failed })
      this.#releasedVersion = version
      this.#outboxFailing = false
    }
  }

  /** Takes everything changed since the last step, in one turn of the event loop. */
  #capture(isLast: boolean): Step {
    const { resolver, ledger, judging } = this.#options
    const builder = this.#builder
    fillDatastreams(builder, resolver)
    const { batch, held } = encodeApart(builder, resolver, this.#position.receivedAt)
    this.#builder = this.#spare
    this.#spare = builder
    builder.clear()
    this.#intake.use(this.#builder)
    this.#turnRows = 0

    const notices = this.#notices.seal()
    const judged = judging?.seal(this.#position.sequence, isLast)
    const writes = [...ledger.takeWrites('pipeline'), ...notices.writes, this.#cursorWrite()]
    if (judged) for (const write of judged.writes) writes.push(write)
    const transaction = this.#options.outbox.adding(batch, held, writes)
    const committed = () => {
      notices.committed()
      judged?.committed()
    }
    return { transaction, sequence: this.#position.sequence, committed }
  }

  #cursorWrite(): Write {
    const { decoded, undecoded } = this.#intake
    return cursorWrite({ ...this.#position, decoded, undecoded })
  }

  /** Tries until it succeeds: meanwhile nothing more than one further step is taken, the journal keeps the rest. */
  async #write(step: Step, signal: AbortSignal): Promise<boolean> {
    this.#inFlight = true
    const written = await untilDone(
      () => this.#options.outbox.commit(step.transaction),
      signal,
      (error) => this.#outboxFailed(error),
    )
    this.#inFlight = false
    if (!written) return false
    this.#outboxFailing = false
    this.#commits++
    this.#writtenSequence = step.sequence
    step.committed()
    this.#trim()
    return true
  }

  #trim(): void {
    const now = performance.now()
    if (this.#trimmingHeld > 0 || now - this.#lastTrim < TRIM_INTERVAL) return
    this.#lastTrim = now
    this.#options.journal.trim(this.#trimmable())
  }

  /**
   * Up to where the journal is not needed any more. What the machines of rules would read again after a crash is
   * kept, but not at the price of a full journal: then those rules would begin with what comes in.
   */
  #trimmable(): number {
    const { journal, judging } = this.#options
    const needed = judging?.neededFrom
    if (needed === undefined || needed >= this.#writtenSequence) return this.#writtenSequence
    try {
      const { bytes, maxBytes } = journal.stats()
      return bytes > maxBytes * KEPT_FOR_RULES ? this.#writtenSequence : needed
    } catch {
      return 0 // the journal was replaced: reading it says so
    }
  }

  async #rest(records: readonly JournalRecord[], signal: AbortSignal): Promise<void> {
    let entries = 0
    for (const record of records) entries += record.entries.length
    if (entries >= READ_ENTRIES) return
    this.#pause = records.length > 0 ? REST_FIRST : Math.min(REST_LONGEST, this.#pause * 2)
    await pause(this.#pause, signal)
  }

  #outboxFailed(error: Error): void {
    this.#outboxFailing = true
    this.#failed(error, 'the outbox cannot be written')
  }

  #failed(error: Error, message: string): void {
    this.#state = 'failing'
    this.#lastError = error.message
    this.#options.log.error({ error: error.message }, message)
  }

  #faulted(entry: JournalEntry, error: Error): void {
    this.#faults++
    this.#lastError = error.message
    const { deviceId: device, topic, payload } = entry
    this.#options.log.error(
      { device, topic, payload: excerpt(payload), error: error.stack },
      'a message could not be taken because of a fault',
    )
  }

  #firstPosition(): { position: Cursor; replaced: boolean } {
    const { outbox, journal, log } = this.#options
    const cursor = readCursor(outbox)
    const id = journal.id()
    if (cursor === undefined) {
      const first = { sequence: 0, observations: 0, receivedAt: 0, decoded: 0, undecoded: 0, journal: id }
      return { position: first, replaced: false }
    }
    const last = journal.lastSequence()
    const other = id !== undefined && cursor.journal !== undefined && id !== cursor.journal
    if (!other && last >= cursor.sequence) {
      return { position: { ...cursor, journal: id ?? cursor.journal }, replaced: false }
    }
    log.warn(
      { cursor: cursor.sequence, journal: last, id, former: cursor.journal },
      'the journal was replaced: it is read from its beginning',
    )
    return { position: { ...cursor, sequence: 0, observations: 0, journal: id }, replaced: true }
  }

  async #restoreLatest(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(200, 10_000)
    while (!signal.aborted) {
      try {
        const stored = await this.#options.storedLatest()
        this.#options.latest.restore(stored)
        this.#options.judging?.restore(stored)
        return
      } catch (error) {
        this.#options.log.warn({ error: (error as Error).message }, 'latest values cannot be restored yet')
        await pause(backoff.next(), signal)
      }
    }
  }

  #sweepNow(): void {
    try {
      this.sweep(this.#options.now())
      // A journal at its limit takes nothing, so no later write would ever trim what the last one left.
      this.#trim()
    } catch (error) {
      this.#failed(error as Error, 'the journal cannot be read')
    }
  }

  /** Stations are swept whether the journal can be read or not. */
  #listenedUntil(): number | undefined {
    try {
      return this.#options.journal.listenedUntil()
    } catch (error) {
      this.#failed(error as Error, 'the journal cannot be read')
      return undefined
    }
  }

  /** A journal that cannot be read may hold anything. */
  #isBehind(): boolean {
    try {
      return this.#backlog() > 0
    } catch (error) {
      this.#failed(error as Error, 'the journal cannot be read')
      return true
    }
  }

  #backlog(): number {
    return Math.max(0, this.#options.journal.lastSequence() - this.#position.sequence)
  }
}
