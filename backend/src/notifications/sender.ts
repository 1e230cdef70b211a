import { and, asc, count, eq, gt, inArray, isNotNull, lt, lte, min, notInArray, or, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { channels, deliveries, users } from '../database/schema.ts'
import { Backoff, Wakeup } from '../pipeline/retry.ts'
import type { Content } from './content.ts'
import { type DeliveryRow, PEOPLE_BY_MAIL } from './deliveries.ts'
import type { Egress } from './egress.ts'
import { type ChannelSecrets, type Outcome, type SendMail, sendByMail, sendByPost } from './receivers.ts'

type ChannelRow = typeof channels.$inferSelect

export interface SenderOptions {
  database: Pick<Database, 'queries'>
  egress: Pick<Egress, 'post'>
  /** Undefined without a mail server. */
  sendMail: SendMail | undefined
  /** Address and secret of a channel; undefined when they cannot be opened. */
  open: (channel: Pick<ChannelRow, 'id' | 'sealed'>) => ChannelSecrets | undefined
  now: () => number
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  limits?: Partial<SenderLimits>
}

export interface SenderLimits {
  /** Channels sent to at the same time. */
  lanes: number
  /** First and longest pause after a failure, ms. */
  firstPause: number
  longestPause: number
  /** What is older is given up. */
  giveUpMs: number
  /** How often the table is looked at without being woken. */
  lookMs: number
  /** On stop, what is under way gets so long. */
  drainMs: number
}

const LIMITS: SenderLimits = {
  lanes: 8,
  firstPause: 1000,
  longestPause: 15 * 60_000,
  giveUpMs: 24 * 3_600_000,
  lookMs: 1000,
  drainMs: 5000,
}
/** All mail goes to one server. */
const MAIL_LANE = ' mail'
const LANE = sql<string>`case when content->>'kind' = 'mail' then '${sql.raw(MAIL_LANE)}' else channel end`
const ROWS_PER_LOOK = 200
const ROWS_PER_TURN = 20

export interface SenderStats {
  waiting: number
  oldestWaitingSeconds: number
  delivered: number
  failed: number
  attemptsFailed: number
}

/** Where deliveries queue up behind each other, and how it went last. */
interface Lane {
  busy: boolean
  awayUntil: number
  problem: string | null
  backoff: Backoff
}

/**
 * Sends what waits in `deliveries`, one at a time per channel and some channels at a time. A row stays waiting until
 * its receiver took it, so it may be sent again after the process was killed; the receiver knows it by its key.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #limits: SenderLimits
  readonly #lanes = new Map<string, Lane>()
  readonly #wakeup = new Wakeup()
  readonly #ending = new AbortController()
  readonly #working = new Set<Promise<void>>()
  #running: Promise<void> | undefined
  #stopped = false
  #lookedAfterAt = Number.NEGATIVE_INFINITY
  #stats: SenderStats = { waiting: 0, oldestWaitingSeconds: 0, delivered: 0, failed: 0, attemptsFailed: 0 }

  constructor(options: SenderOptions) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Lets what is under way end, for a while. What waits is sent by the next process. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    const late = setTimeout(() => this.#ending.abort(), this.#limits.drainMs)
    await this.#running
    await Promise.all(this.#working)
    clearTimeout(late)
  }

  /** There may be something to send. */
  wake(): void {
    this.#wakeup.wake()
  }

  /** A channel was set right: what waits for it is tried at once. */
  forgetTroubles(channel: string): void {
    this.#lanes.delete(channel)
    this.wake()
  }

  stats(): SenderStats {
    return { ...this.#stats }
  }

  async #run(): Promise<void> {
    const { log } = this.#options
    while (!this.#stopped) {
      try {
        await this.look()
      } catch (error) {
        log.error({ err: error, event: 'deliveries_unreadable' }, 'deliveries cannot be looked at')
      }
      const timer = setTimeout(() => this.wake(), this.#limits.lookMs)
      await this.#wakeup.wait()
      clearTimeout(timer)
    }
  }

  /** Begins to send whatever is due on lanes that are free. */
  async look(): Promise<void> {
    const { database, now } = this.#options
    const at = now()
    if (at - this.#lookedAfterAt >= this.#limits.lookMs) {
      this.#lookedAfterAt = at
      await this.#giveUp(at)
      await this.#measure(at)
    }
    const closed = [...this.#lanes]
      .filter(([, lane]) => lane.busy || lane.awayUntil > at)
      .map(([name]) => name)
    let free = this.#limits.lanes - this.#working.size
    if (free <= 0) return
    const rows = await database.queries
      .select({ row: deliveries, lane: LANE })
      .from(deliveries)
      .where(
        and(
          eq(deliveries.state, 'waiting'),
          lte(deliveries.nextAttemptAt, new Date(at)),
          closed.length > 0 ? notInArray(LANE, closed) : undefined,
        ),
      )
      .orderBy(asc(deliveries.nextAttemptAt), asc(deliveries.createdAt), asc(deliveries.id))
      .limit(ROWS_PER_LOOK)
    for (const [name, queue] of Map.groupBy(rows, (one) => one.lane)) {
      if (free-- <= 0) break
      const work = this.#drain(
        name,
        queue.slice(0, ROWS_PER_TURN).map(({ row }) => row),
      ).finally(() => {
        this.#working.delete(work)
        this.wake()
      })
      this.#working.add(work)
    }
  }

  #laneOf(name: string): Lane {
    const { firstPause, longestPause } = this.#limits
    const lane = this.#lanes.get(name) ?? {
      busy: false,
      awayUntil: 0,
      problem: null,
      backoff: new Backoff(firstPause, longestPause),
    }
    this.#lanes.set(name, lane)
    return lane
  }

  /** Sends one after the other, until one shows that the receiver is away. */
  async #drain(name: string, rows: readonly DeliveryRow[]): Promise<void> {
    const lane = this.#laneOf(name)
    lane.busy = true
    try {
      for (const row of rows) {
        if (this.#stopped) return
        const outcome = await this.#attempt(row)
        if (outcome === undefined) return
        await this.#settle(row, outcome, lane)
        if (!outcome.delivered && outcome.verdict === 'away') return
      }
    } catch (error) {
      // The database is away: the rows still wait.
      lane.awayUntil = this.#options.now() + this.#limits.firstPause
      this.#options.log.error(
        { err: error, event: 'delivery_unsettled' },
        'the outcome of a delivery is not on record',
      )
    } finally {
      lane.busy = false
    }
  }

  /** Undefined when it was broken off because the process stops. */
  async #attempt(row: DeliveryRow): Promise<Outcome | undefined> {
    const { database, egress, sendMail, open, now } = this.#options
    const content = row.content as unknown as Content
    const { signal } = this.#ending
    const [channel] = await database.queries.select().from(channels).where(eq(channels.id, row.channel))
    let outcome: Outcome
    if (content.kind === 'mail') {
      const to = await this.#mailAddress(row, channel)
      outcome = 'verdict' in to ? to : await sendByMail(sendMail, to, content, row.key, signal)
    } else if (!channel) outcome = { delivered: false, verdict: 'refused', detail: 'the channel was removed' }
    else if (!channel.enabled)
      outcome = { delivered: false, verdict: 'away', detail: 'the channel is switched off' }
    else {
      const secrets = open(channel)
      if (!secrets || channel.kind === 'email' || channel.kind === 'in_app') {
        outcome = {
          delivered: false,
          verdict: 'away',
          detail: 'the address of the channel cannot be opened: set it again',
        }
      } else {
        outcome = await sendByPost(
          egress,
          { kind: channel.kind, secrets },
          content.body,
          row.key,
          now(),
          signal,
        )
      }
    }
    return !outcome.delivered && signal.aborted ? undefined : outcome
  }

  async #mailAddress(
    row: DeliveryRow,
    channel: ChannelRow | undefined,
  ): Promise<{ name: string; address: string } | Extract<Outcome, { delivered: false }>> {
    if (row.channel !== PEOPLE_BY_MAIL) {
      if (!channel) return { delivered: false, verdict: 'refused', detail: 'the channel was removed' }
      if (!channel.enabled)
        return { delivered: false, verdict: 'later', detail: 'the channel is switched off' }
      return { name: '', address: row.recipient ?? '' }
    }
    const [person] = await this.#options.database.queries
      .select()
      .from(users)
      .where(and(eq(users.username, row.recipient ?? ''), eq(users.disabled, false)))
    if (person?.email) return { name: person.displayName, address: person.email }
    return {
      delivered: false,
      verdict: 'refused',
      detail: 'the person has no address or no account any more',
    }
  }

  async #settle(row: DeliveryRow, outcome: Outcome, lane: Lane): Promise<void> {
    const { database, log, now } = this.#options
    const at = now()
    const about = {
      delivery: row.id,
      channel: row.channel,
      attempts: row.attempts + 1,
      detail: outcome.detail,
    }
    if (outcome.delivered) {
      lane.backoff.reset()
      lane.awayUntil = 0
      lane.problem = null
      const deliveredAt = new Date(at)
      await database.queries.transaction(async (transaction) => {
        await transaction
          .update(deliveries)
          .set({
            state: 'delivered',
            attempts: row.attempts + 1,
            deliveredAt,
            nextAttemptAt: null,
            lastError: null,
          })
          .where(eq(deliveries.id, row.id))
        await transaction
          .update(channels)
          .set({ lastDeliveredAt: deliveredAt, lastError: null })
          .where(eq(channels.id, row.channel))
      })
      this.#stats.delivered++
      log.info({ event: 'notification_delivered', ...about }, 'notification delivered')
      return
    }
    this.#stats.attemptsFailed++
    const pause = Math.max(
      this.#pauseOf(row, outcome, lane),
      Math.min(outcome.retryAfterMs ?? 0, this.#limits.longestPause),
    )
    if (outcome.verdict === 'away') {
      lane.awayUntil = at + pause
      lane.problem = outcome.detail
    }
    const given = outcome.verdict === 'refused' || row.createdAt.getTime() + this.#limits.giveUpMs <= at
    if (given) this.#stats.failed++
    await database.queries.transaction(async (transaction) => {
      await transaction
        .update(deliveries)
        .set({
          state: given ? 'failed' : 'waiting',
          attempts: row.attempts + 1,
          nextAttemptAt: given ? null : new Date(at + pause),
          lastError: outcome.detail,
        })
        .where(eq(deliveries.id, row.id))
      await transaction
        .update(channels)
        .set({ lastError: outcome.detail })
        .where(eq(channels.id, row.channel))
    })
    if (given) log.error({ event: 'notification_failed', ...about }, 'notification given up')
    else log.warn({ event: 'notification_deferred', ...about }, 'notification not delivered yet')
  }

  /** What concerns this row alone is counted by its own attempts, what concerns the receiver by the lane. */
  #pauseOf(row: DeliveryRow, outcome: Extract<Outcome, { delivered: false }>, lane: Lane): number {
    if (outcome.verdict === 'away') return lane.backoff.next()
    const { firstPause, longestPause } = this.#limits
    return Math.min(longestPause, firstPause * 2 ** Math.min(row.attempts, 30)) * (0.5 + Math.random() / 2)
  }

  /** What waited for a day is shown as failed, if it was tried or its receiver is known to be away. */
  async #giveUp(at: number): Promise<void> {
    const { database, log } = this.#options
    const away = [...this.#lanes].filter(([, lane]) => lane.awayUntil > at).map(([name]) => name)
    const rows = await database.queries
      .update(deliveries)
      .set({
        state: 'failed',
        nextAttemptAt: null,
        lastError: sql`coalesce(${deliveries.lastError}, 'not sent within a day')`,
      })
      .where(
        and(
          eq(deliveries.state, 'waiting'),
          isNotNull(deliveries.nextAttemptAt),
          lt(deliveries.createdAt, new Date(at - this.#limits.giveUpMs)),
          or(gt(deliveries.attempts, 0), away.length > 0 ? inArray(LANE, away) : undefined),
        ),
      )
      .returning({ id: deliveries.id })
    if (rows.length === 0) return
    this.#stats.failed += rows.length
    log.error({ event: 'notification_failed', deliveries: rows.length }, 'notifications given up after a day')
  }

  async #measure(at: number): Promise<void> {
    const [found] = await this.#options.database.queries
      .select({ waiting: count(), oldest: min(deliveries.createdAt) })
      .from(deliveries)
      .where(eq(deliveries.state, 'waiting'))
    this.#stats.waiting = found?.waiting ?? 0
    this.#stats.oldestWaitingSeconds = found?.oldest ? Math.max(0, (at - found.oldest.getTime()) / 1000) : 0
  }
}
