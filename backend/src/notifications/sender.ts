import { and, count, eq, gt, inArray, lte, min, sql } from 'drizzle-orm'
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
  /** What is older is given up, once its receiver was tried for so long since the start. */
  giveUpMs: number
  triedMs: number
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
  triedMs: 3_600_000,
  lookMs: 1000,
  drainMs: 5000,
}
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
  /** First and last failure since it last took something, in this process. */
  failingSince: number | null
  failedAt: number
  backoff: Backoff
  /** Grows when the channel is set right: what an attempt begun before finds out is old. */
  settings: number
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
  #beganAt: number | undefined
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
    await this.idle()
    clearTimeout(late)
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  /** There may be something to send. */
  wake(): void {
    this.#wakeup.wake()
  }

  /** A channel was set right: what waits for it is tried at once. */
  async forgetTroubles(channel: string): Promise<void> {
    const { database, now } = this.#options
    const lane = this.#lanes.get(channel)
    if (lane) {
      lane.awayUntil = 0
      lane.failingSince = null
      lane.settings++
      lane.backoff.reset()
    }
    const at = new Date(now())
    await database.queries
      .update(deliveries)
      .set({ nextAttemptAt: at })
      .where(
        and(
          eq(deliveries.state, 'waiting'),
          eq(deliveries.channel, channel),
          gt(deliveries.nextAttemptAt, at),
        ),
      )
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
    this.#beganAt ??= at
    if (at - this.#lookedAfterAt >= this.#limits.lookMs) {
      this.#lookedAfterAt = at
      await this.#giveUp()
      await this.#measure(at)
    }
    const closed = [...this.#lanes]
      .filter(([, lane]) => lane.busy || lane.awayUntil > at)
      .map(([name]) => name)
    let free = this.#limits.lanes - this.#working.size
    if (free <= 0) return
    const due = await this.#due(at, closed)
    if (due.size === 0) return
    const rows = await database.queries
      .select()
      .from(deliveries)
      .where(
        and(eq(deliveries.state, 'waiting'), inArray(deliveries.id, [...due.values()].slice(0, free).flat())),
      )
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const [name, ids] of due) {
      if (free-- <= 0) break
      const queue = ids.flatMap((id) => byId.get(id) ?? [])
      const work = this.#drain(name, queue).finally(() => {
        this.#working.delete(work)
        this.wake()
      })
      this.#working.add(work)
    }
  }

  /**
   * The next of each lane that is free, the longest due lane first. Steps from lane to lane along the index: what
   * piles up behind a receiver that is away costs nothing.
   */
  async #due(at: number, closed: readonly string[]): Promise<Map<string, string[]>> {
    const time = new Date(at).toISOString()
    const { rows } = await this.#options.database.queries.execute<{ lane: string; ids: string[] }>(sql`
      with recursive lanes (lane) as (
        (select lane from deliveries where state = 'waiting' order by lane limit 1)
        union all
        select (select next.lane from deliveries next
          where next.state = 'waiting' and next.lane > lanes.lane order by next.lane limit 1)
        from lanes where lanes.lane is not null)
      select lanes.lane, array_agg(due.id order by due.next_attempt_at, due.created_at, due.id) as ids
      from lanes cross join lateral (
        select id, next_attempt_at, created_at from deliveries
        where state = 'waiting' and lane = lanes.lane and next_attempt_at <= ${time}::timestamptz
        order by next_attempt_at, created_at, id limit ${ROWS_PER_TURN}) due
      where lanes.lane <> all(${sql.param([...closed])}::text[])
      group by lanes.lane
      order by min(due.next_attempt_at), lanes.lane`)
    return new Map(rows.map(({ lane, ids }) => [lane, ids]))
  }

  #laneOf(name: string): Lane {
    const { firstPause, longestPause } = this.#limits
    const lane = this.#lanes.get(name) ?? {
      busy: false,
      awayUntil: 0,
      failingSince: null,
      failedAt: 0,
      settings: 0,
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
        const { settings } = lane
        const outcome = await this.#attempt(row)
        if (outcome === undefined) return
        await this.#settle(row, outcome, lane, settings)
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

  async #settle(row: DeliveryRow, outcome: Outcome, lane: Lane, settings: number): Promise<void> {
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
      lane.failingSince = null
      const deliveredAt = new Date(at)
      await database.queries.transaction(async (transaction) => {
        await transaction
          .update(deliveries)
          .set({
            state: 'delivered',
            content: {},
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
    const old = lane.settings !== settings
    const pause = old
      ? 0
      : Math.max(
          this.#pauseOf(row, outcome, lane),
          Math.min(outcome.retryAfterMs ?? 0, this.#limits.longestPause),
        )
    if (outcome.verdict === 'away' && !old) {
      lane.awayUntil = at + pause
      lane.failingSince ??= at
      lane.failedAt = at
    }
    const given = outcome.verdict === 'refused' || this.#isGivenUp(row, outcome, lane, at)
    if (given) this.#stats.failed++
    await database.queries.transaction(async (transaction) => {
      await transaction
        .update(deliveries)
        .set({
          state: given ? 'failed' : 'waiting',
          ...(given && { content: {} }),
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

  /**
   * Not after the first attempt that follows a day of downtime: the receiver may be starting too. So what is old is
   * given up only when its receiver was away for a while, or this row could be tried for a while, in this process.
   */
  #isGivenUp({ createdAt }: DeliveryRow, { verdict }: { verdict: string }, lane: Lane, at: number): boolean {
    const { giveUpMs, triedMs } = this.#limits
    const since = verdict === 'away' ? lane.failingSince : this.#beganAt
    return createdAt.getTime() + giveUpMs <= at && (since ?? at) + triedMs <= at
  }

  /** What waited for a day behind a receiver that was tried, and was away, is shown as failed. */
  async #giveUp(): Promise<void> {
    const { database, log } = this.#options
    const { giveUpMs, triedMs } = this.#limits
    for (const [name, { failingSince, failedAt }] of this.#lanes) {
      if (failingSince === null || failingSince + triedMs > failedAt) continue
      const rows = await database.queries
        .update(deliveries)
        .set({
          state: 'failed',
          content: {},
          nextAttemptAt: null,
          lastError: sql`coalesce(${deliveries.lastError}, 'not sent within a day')`,
        })
        .where(
          and(
            eq(deliveries.state, 'waiting'),
            eq(deliveries.lane, name),
            lte(deliveries.createdAt, new Date(failedAt - giveUpMs)),
          ),
        )
        .returning({ id: deliveries.id })
      if (rows.length === 0) continue
      this.#stats.failed += rows.length
      log.error(
        { event: 'notification_failed', lane: name, deliveries: rows.length },
        'notifications given up after a day',
      )
    }
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
