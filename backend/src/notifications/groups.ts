import type { RouteInput } from '@osprey/core/api/notifications'
import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database, Transaction } from '../database/database.ts'
import { alertEvents, type alerts as alertsTable, channels, notificationGroups } from '../database/schema.ts'
import type { Territories } from '../territory/territories.ts'
import { addDeliveries, keyOf, type NewDelivery } from './deliveries.ts'
import { matchRoute } from './matching.ts'
import { everybody, type Person } from './people.ts'
import { type AddressedNotice, addNotices } from './personal-notices.ts'
import { placeOf } from './places.ts'
import { roundOf } from './round.ts'
import { type Telling, tellingOf } from './telling.ts'
import { factsOf, type LoadedAlert, loadAlerts, toldAlert, type Wording } from './told-alerts.ts'

export type AlertRow = typeof alertsTable.$inferSelect

/** A change of an alert, as the alerts tell of it inside their transaction. */
export interface AlertChange {
  alert: Pick<AlertRow, 'id' | 'rule' | 'severity' | 'station' | 'other' | 'site'>
  kind: string
}

export interface HeldRoute extends RouteInput {
  createdAt: number
}

export interface GroupsOptions {
  database: Pick<Database, 'queries'>
  routes: { all(): readonly HeldRoute[]; get(id: string): HeldRoute | undefined }
  words: Wording
  territories: Pick<Territories, 'of'>
  /** Whether a schedule holds at that time. */
  isActive: (hours: NonNullable<RouteInput['quietHours']>, time: number) => boolean
  mailConfigured: boolean
  now: () => number
  log: Pick<Logger, 'error' | 'info'>
}

/** These make an alert one that has to be told; other changes only concern those that are known already. */
const OPENING = new Set(['fired', 'raised'])
const ROWS_PER_STATEMENT = 500
const GROUPS_PER_ROUND = 200
/** A group that cannot be decided is left alone for so long. */
const LATER_MS = 60_000

/** What a piece of work did. */
export interface Worked {
  groups: number
  deliveries: number
  notices: AddressedNotice[]
  /** There may be more to do at once. */
  more: boolean
}

/**
 * The groups of alerts that routes tell of. Alerts are put into their groups in the transaction that stores them;
 * what is told, of which, and when, is decided later by `work`, group by group.
 */
export class Groups {
  readonly #options: GroupsOptions
  /** Not to be tried before. */
  readonly #troubled = new Map<string, number>()

  constructor(options: GroupsOptions) {
    this.#options = options
  }

  /** To be called in the transaction of the alerts, after what silences and inhibits them is decided. */
  async within(transaction: Transaction, changes: readonly AlertChange[]): Promise<void> {
    const rows = this.#rowsOf(changes.filter(({ kind }) => OPENING.has(kind)))
    if (rows.length > 0) await this.#open(transaction, rows)
    await this.#touch(transaction, [...new Set(changes.map(({ alert }) => alert.id))])
  }

  /** Has the groups of these alerts looked at again. */
  async touch(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.#options.database.queries.transaction((transaction) => this.#touch(transaction, ids))
  }

  /** Has all groups of a route looked at again, after it changed. */
  async touchRoute(transaction: Transaction, route: string): Promise<void> {
    await transaction
      .update(notificationGroups)
      .set({ dueAt: new Date(this.#options.now()) })
      .where(and(eq(notificationGroups.route, route), sql`${notificationGroups.told} <> '{}'::jsonb`))
  }

  /** Decides about the groups that are due: deliveries, notices and what was told, one transaction per group. */
  async work(): Promise<Worked> {
    const { database, now, log } = this.#options
    const at = now()
    const due = await database.queries
      .select({ route: notificationGroups.route, key: notificationGroups.key })
      .from(notificationGroups)
      .where(lte(notificationGroups.dueAt, new Date(at)))
      .orderBy(notificationGroups.dueAt)
      .limit(GROUPS_PER_ROUND)
    const worked: Worked = { groups: 0, deliveries: 0, notices: [], more: false }
    for (const group of due) {
      const name = JSON.stringify(group)
      if ((this.#troubled.get(name) ?? 0) > at) continue
      try {
        const result = await database.queries.transaction((transaction) =>
          this.#decide(transaction, group, now()),
        )
        this.#troubled.delete(name)
        worked.groups++
        worked.deliveries += result.deliveries
        worked.notices.push(...result.notices)
      } catch (error) {
        this.#troubled.set(name, at + LATER_MS)
        log.error({ err: error, ...group, event: 'group_undecided' }, 'notifications of a group not decided')
      }
    }
    worked.more = due.length === GROUPS_PER_ROUND && worked.groups > 0
    return worked
  }

  #rowsOf(changes: readonly AlertChange[]): { route: string; key: string; told: Record<string, string> }[] {
    const { routes, words } = this.#options
    const rows = new Map<string, { route: string; key: string; told: Record<string, string> }>()
    for (const { alert } of changes) {
      const place = placeOf(alert, words.around)
      for (const route of routes.all()) {
        const match = matchRoute(route, { ...place, rule: alert.rule, severity: alert.severity })
        if (!match.matches) continue
        const name = `${route.id} ${match.key}`
        const row = rows.get(name) ?? { route: route.id, key: match.key, told: {} }
        row.told[alert.id] = ''
        rows.set(name, row)
      }
    }
    // One order for everybody: transactions that wait for each other's rows never do so in a circle.
    return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
  }

  async #open(transaction: Transaction, rows: { route: string; key: string; told: object }[]): Promise<void> {
    const dueAt = new Date(this.#options.now())
    const names = [...new Set(rows.map(({ route }) => route))]
    // A route that is being removed at this moment must not fail the alert.
    const { rows: standing } = await transaction.execute<{ id: string }>(
      sql`select id from routes where id = any(${sql.param(names)}::text[]) order by id for key share`,
    )
    const routes = new Set(standing.map(({ id }) => id))
    const open = rows.filter(({ route }) => routes.has(route))
    for (let at = 0; at < open.length; at += ROWS_PER_STATEMENT) {
      const values = open
        .slice(at, at + ROWS_PER_STATEMENT)
        .map((row) => ({ ...row, told: { ...row.told }, dueAt }))
      await transaction
        .insert(notificationGroups)
        .values(values)
        .onConflictDoUpdate({
          target: [notificationGroups.route, notificationGroups.key],
          // What was told stays told.
          set: { told: sql`excluded.told || ${notificationGroups.told}`, dueAt: sql`excluded.due_at` },
        })
    }
  }

  async #touch(transaction: Transaction, ids: readonly string[]): Promise<void> {
    const dueAt = new Date(this.#options.now())
    for (let at = 0; at < ids.length; at += ROWS_PER_STATEMENT) {
      const part = sql.param(ids.slice(at, at + ROWS_PER_STATEMENT))
      await transaction.execute(sql`
        update ${notificationGroups} set due_at = least(due_at, ${dueAt.toISOString()}::timestamptz)
        where (route, key) in (
          select route, key from ${notificationGroups} where told ?| ${part}::text[] order by route, key for update)`)
    }
  }

  async #decide(transaction: Transaction, { route: id, key }: { route: string; key: string }, now: number) {
    const nothing = { deliveries: 0, notices: [] as AddressedNotice[] }
    const which = and(eq(notificationGroups.route, id), eq(notificationGroups.key, key))
    const [group] = await transaction
      .select()
      .from(notificationGroups)
      .where(and(which, lte(notificationGroups.dueAt, new Date(now))))
      .for('update', { skipLocked: true })
    if (!group) return nothing
    const route = this.#options.routes.get(id)
    if (!route?.enabled) {
      // Looked at again when the route is switched on.
      await transaction.update(notificationGroups).set({ dueAt: null }).where(which)
      return nothing
    }
    const loaded = await loadAlerts(transaction, Object.keys(group.told))
    const telling = this.#tellingOf(group, route, loaded, now)
    const told = telling.tell.length > 0
    const result = told ? await this.#tell(transaction, { route, group, telling, loaded, now }) : nothing
    await transaction
      .update(notificationGroups)
      .set({
        told: telling.told,
        dueAt: telling.dueAt === null ? null : new Date(telling.dueAt),
        ...(told && { toldAt: new Date(now), round: group.round + 1 }),
      })
      .where(which)
    return result
  }

  #tellingOf(
    group: typeof notificationGroups.$inferSelect,
    route: HeldRoute,
    loaded: ReadonlyMap<string, LoadedAlert>,
    now: number,
  ): Telling {
    const { quietHours } = route
    const isQuiet = quietHours !== null && this.#options.isActive(quietHours, now)
    const facts = new Map([...loaded].map(([alert, one]) => [alert, factsOf(one)]))
    return tellingOf(
      { told: group.told, toldAt: group.toldAt?.getTime() ?? null },
      facts,
      { ...route, quiet: isQuiet ? { except: quietHours.except } : null },
      now,
    )
  }

  async #tell(
    transaction: Transaction,
    {
      route,
      group,
      telling,
      loaded,
      now,
    }: {
      route: HeldRoute
      group: typeof notificationGroups.$inferSelect
      telling: Telling
      loaded: ReadonlyMap<string, LoadedAlert>
      now: number
    },
  ): Promise<{ deliveries: number; notices: AddressedNotice[] }> {
    const { words, territories, mailConfigured } = this.#options
    const told = telling.tell.flatMap(({ alert, as }) => {
      const one = loaded.get(alert)
      return one ? [{ row: one.row, told: toldAlert(one, as, words) }] : []
    })
    const named =
      route.channels.length === 0
        ? []
        : await transaction.select().from(channels).where(inArray(channels.id, route.channels))
    const needsPeople = route.roles.length > 0 || named.some(({ kind }) => kind === 'in_app')
    const people: Person[] = needsPeople ? await everybody(transaction, territories) : []
    const key = keyOf(route.id, route.createdAt, group.key, group.round)
    const { deliveries, notices } = roundOf({
      key,
      route,
      told,
      channels: named,
      people,
      mailConfigured,
      now,
    })
    await addDeliveries(transaction, deliveries)
    await addEvents(transaction, { key, route, telling, deliveries, now })
    return { deliveries: deliveries.length, notices: await addNotices(transaction, notices) }
  }
}

/** The timeline of each alert says by which route and over what it was told. */
async function addEvents(
  transaction: Transaction,
  {
    key,
    route,
    telling,
    deliveries,
    now,
  }: {
    key: string
    route: HeldRoute
    telling: Telling
    deliveries: readonly NewDelivery[]
    now: number
  },
): Promise<void> {
  const over = new Map<string, Set<string>>()
  for (const delivery of deliveries) {
    for (const alert of delivery.alerts) over.set(alert, (over.get(alert) ?? new Set()).add(delivery.channel))
  }
  const rows = telling.tell.map(({ alert, as }) => ({
    alert,
    at: new Date(now),
    kind: 'notified' as const,
    actor: '',
    detail: { route: route.id, as, channels: [...(over.get(alert) ?? [])].sort() },
    key: `notified ${key} ${alert}`,
  }))
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
    await transaction
      .insert(alertEvents)
      .values(rows.slice(at, at + ROWS_PER_STATEMENT))
      .onConflictDoNothing({ target: alertEvents.key })
  }
}
