import type { RouteInput, TestResult } from '@osprey/core/api/notifications'
import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Principal } from '../access/principal.ts'
import type { AlertChange } from '../alerts/alert-row.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { Database, Transaction } from '../database/database.ts'
import { deliveries, notificationGroups } from '../database/schema.ts'
import type { LiveHub } from '../live/live.ts'
import type { Mail } from '../mail/mail.ts'
import { Wakeup } from '../pipeline/retry.ts'
import type { Territories } from '../territory/territories.ts'
import { tellPersonally } from './acts.ts'
import type { Channels } from './channels.ts'
import type { Egress } from './egress.ts'
import { Escalation } from './escalation.ts'
import { Groups } from './groups.ts'
import { type AddressedNotice, noticeMessage } from './personal-notices.ts'
import type { Routes } from './routes.ts'
import { Sender, type SenderLimits, type SenderStats } from './sender.ts'
import { testChannel } from './test-channel.ts'
import type { Wording } from './told-alerts.ts'

export interface NotificationsOptions {
  database: Database
  alerts: Alerts
  channels: Channels
  routes: Routes
  mail: Pick<Mail, 'configured' | 'deliver'>
  egress: Pick<Egress, 'post'>
  words: Wording
  territories: Pick<Territories, 'of'>
  isActive: (hours: NonNullable<RouteInput['quietHours']>, time: number) => boolean
  now: () => number
  log: Logger
  limits?: Partial<SenderLimits>
}

/** How long the log of deliveries is kept, and the groups that tell nothing any more a little longer. */
const KEPT_DELIVERIES_MS = 90 * 24 * 3_600_000
const KEPT_GROUPS_MS = KEPT_DELIVERIES_MS + 2 * 24 * 3_600_000
/** Newest deliveries kept, however many a storm makes in the meantime. */
const MOST_DELIVERIES = 500_000
const LOOK_MS = 1000
const ESCALATION_MS = 5000
const SWEEP_MS = 3_600_000

/**
 * Tells people of alerts. In the transaction of the alerts their groups become due; then groups become deliveries,
 * and deliveries are sent. Each step begins with what the one before has left in the database.
 */
export class Notifications {
  readonly groups: Groups
  readonly #options: NotificationsOptions
  readonly #sender: Sender
  readonly #escalation: Escalation
  readonly #wakeup = new Wakeup()
  /** Of the transaction under way; shown when it is committed. */
  #pending: AddressedNotice[] = []
  #live: Pick<LiveHub, 'tell'> | undefined
  /** Routes that do not lead yet from what fires already. */
  readonly #rerouted = new Set<string>()
  #escalatedAt = 0
  #sweptAt = 0
  #running: Promise<void> | undefined
  #stopped = false

  constructor(options: NotificationsOptions) {
    const { database, channels, mail, egress, now, log, limits = {} } = options
    const common = { ...options, mailConfigured: mail.configured }
    this.#options = options
    this.groups = new Groups(common)
    this.#escalation = new Escalation(common)
    this.#sender = new Sender({
      database,
      egress,
      sendMail: mail.configured ? (letter, signal) => mail.deliver(letter, signal) : undefined,
      open: (channel) => channels.open(channel),
      now,
      log,
      limits,
    })
  }

  /** Before anything tells of alerts: what is stored without the hook would be told to nobody. */
  async start(): Promise<void> {
    await this.#options.routes.load()
    // The last process may have ended between the change of a route and what comes of it.
    for (const { id } of this.#options.routes.all()) this.#rerouted.add(id)
    this.#options.alerts.within((transaction, changes) => this.#within(transaction, changes))
    this.#options.alerts.onChanged(() => {
      this.#show(this.#pending.splice(0))
      this.wake()
    })
    this.#sender.start()
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#running
    await this.#sender.stop()
  }

  /** Notices are shown to whoever watches, from now on. */
  showOn(live: Pick<LiveHub, 'tell'>): void {
    this.#live = live
  }

  /** Something may be due. */
  wake(): void {
    this.#wakeup.wake()
  }

  /** A route is new or was changed, and applies now: it leads also from what fires already. */
  routeChanged(id: string): void {
    this.#rerouted.add(id)
    this.wake()
  }

  /** A channel was changed: what waits for it is tried at once. */
  channelChanged(id: string): Promise<void> {
    return this.#sender.forgetTroubles(id)
  }

  stats(): SenderStats {
    return this.#sender.stats()
  }

  /** Sends a message that says it is a test, and answers what the receiver said. */
  async test(id: string, principal: Principal): Promise<TestResult> {
    const { channels, now } = this.#options
    const channel = await channels.row(id)
    const { mail, egress, database } = this.#options
    const { result, notices } = await testChannel(channel, principal, {
      database,
      egress,
      sendMail: mail.configured ? (letter, signal) => mail.deliver(letter, signal) : undefined,
      secrets: channels.open(channel),
      publicUrl: this.#options.words.publicUrl,
      now: now(),
    })
    this.#show(notices)
    await channels.tested(id, result.delivered)
    return result
  }

  /** Forgets what is old. */
  async sweep(): Promise<void> {
    const { database, now } = this.#options
    const before = (age: number) => new Date(now() - age)
    await database.queries.delete(deliveries).where(sql`${deliveries.state} <> 'waiting' and
      ${deliveries.createdAt} < ${before(KEPT_DELIVERIES_MS).toISOString()}::timestamptz`)
    await database.queries.execute(sql`delete from ${deliveries} where state <> 'waiting' and created_at < (
      select created_at from ${deliveries} order by created_at desc, id desc offset ${MOST_DELIVERIES} limit 1)`)
    await database.queries.delete(notificationGroups).where(
      sql`${notificationGroups.told} = '{}'::jsonb and greatest(${notificationGroups.toldAt}, ${notificationGroups.openedAt}) <
          ${before(KEPT_GROUPS_MS).toISOString()}::timestamptz`,
    )
  }

  async #within(transaction: Transaction, changes: readonly AlertChange[]): Promise<void> {
    // One transaction of alerts at a time: what an undone one left is not shown.
    this.#pending = []
    await this.groups.within(transaction, changes)
    const { mail } = this.#options
    this.#pending = await tellPersonally(transaction, changes, {
      ...this.#options,
      mailConfigured: mail.configured,
    })
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const more = await this.#work()
      if (more) continue
      const timer = setTimeout(() => this.wake(), LOOK_MS)
      await this.#wakeup.wait()
      clearTimeout(timer)
    }
  }

  async #work(): Promise<boolean> {
    const { log, now } = this.#options
    try {
      await this.#reroute()
      const { deliveries, notices, more } = await this.groups.work()
      this.#show(notices)
      if (deliveries > 0) this.#sender.wake()
      if (now() - this.#escalatedAt >= ESCALATION_MS) {
        this.#escalatedAt = now()
        this.#show(await this.#escalation.work())
        this.#sender.wake()
      }
      if (now() - this.#sweptAt >= SWEEP_MS) {
        this.#sweptAt = now()
        await this.sweep()
      }
      return more
    } catch (error) {
      log.error({ err: error, event: 'notifications_undecided' }, 'notifications cannot be decided now')
      return false
    }
  }

  /** As a change of alerts, one at a time: none that fires meanwhile goes by the route as it was before. */
  async #reroute(): Promise<void> {
    if (this.#rerouted.size === 0) return
    const ids = [...this.#rerouted]
    this.#rerouted.clear()
    try {
      await this.#options.alerts.change(async (transaction) => {
        await this.groups.reroute(transaction, ids)
        return []
      })
    } catch (error) {
      for (const id of ids) this.#rerouted.add(id)
      throw error
    }
  }

  #show(notices: readonly AddressedNotice[]): void {
    const { now } = this.#options
    for (const notice of notices) {
      this.#live?.tell(({ username }) => username === notice.username, noticeMessage(notice, now()))
    }
  }
}
