import type { RouteInput } from '@osprey/core/api/notifications'
import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { targetKey } from '../alerts/alerts-fold.ts'
import type { Database, Transaction } from '../database/database.ts'
import { retrying } from '../database/retrying.ts'
import { alertEvents, alerts, channels, type LastTold, notificationGroups } from '../database/schema.ts'
import type { Territories } from '../territory/territories.ts'
import { addDeliveries, keyOf, type NewDelivery } from './deliveries.ts'
import { matchRoute, type RouteMatch } from './matching.ts'
import { everybody, type Person } from './people.ts'
import { type AddressedNotice, addNotices } from './personal-notices.ts'
import { placeOf } from './places.ts'
import { roundOf } from './round.ts'
import { type Telling, tellingOf } from './telling.ts'
import { calmTimes, factsOf, type LoadedAlert, loadAlerts, toldAlert, type Wording } from './told-alerts.ts'

export type AlertRow = typeof alerts.$inferSelect

type RoutedRow = Pick<AlertRow, 'id' | 'rule' | 'severity' | 'station' | 'other' | 'site'>

/** A change of an alert, as the alerts tell of it inside their transaction. */
export interface AlertChange {
  alert: RoutedRow
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

interface GroupRow {
  route: string
  key: string
  told: Record<string, LastTold | null>
}

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

  constructor(options: GroupsOptions) {
    this.#options = options
  }

  /** To be called in the transaction of the alerts, after what silences and inhibits them is decided. */
  async within(transaction: Transaction, changes: readonly AlertChange[]): Promise<void> {
    const opening = changes.filter(({ kind }) => OPENING.has(kind)).map(({ alert }) => alert)
    await this.#open(transaction, this.#rowsOf(opening, this.#options.routes.all()))
    await this.#touch(transaction, [...new Set(changes.map(({ alert }) => alert.id))])
  }

  /**
   * Has routes that are new or were changed lead from the alerts that fire already, and their groups looked at again.
   * Alerts that belong to another group of a route now take along what was told of them. To be called in a transaction
   * that no change of alerts runs beside.
   */
  async reroute(transaction: Transaction, ids: readonly string[]): Promise<void> {
    const routes = ids.flatMap((id) => this.#options.routes.get(id) ?? [])
    const enabled = routes.filter((route) => route.enabled)
    if (enabled.length === 0) return
    const { id, rule, severity, station, other, site } = alerts
    const firing = await transaction
      .select({ id, rule, severity, station, other, site })
      .from(alerts)
      .where(eq(alerts.state, 'firing'))
    const before = await this.#lock(transaction, enabled)
    const rows = this.#rowsOf(firing, enabled)
    for (const row of rows) {
      for (const alert of Object.keys(row.told)) row.told[alert] = before.get(row.route)?.get(alert) ?? null
    }
    await leave(transaction, rows)
    await this.#open(transaction, rows)
    await transaction
      .update(notificationGroups)
      .set({ dueAt: new Date(this.#options.now()) })
      .where(
        and(
          inArray(notificationGroups.route, ids as string[]),
          sql`${notificationGroups.told} <> '{}'::jsonb`,
        ),
      )
  }

  /** The groups of these routes, locked in the order of all: what was told of each alert, by route. */
  async #lock(
    transaction: Transaction,
    routes: readonly HeldRoute[],
  ): Promise<Map<string, Map<string, LastTold>>> {
    const { route, key, told } = notificationGroups
    const groups = await transaction
      .select({ route, told })
      .from(notificationGroups)
      .where(
        inArray(
          route,
          routes.map(({ id }) => id),
        ),
      )
      .orderBy(asc(route), asc(key))
      .for('update')
    const before = new Map<string, Map<string, LastTold>>()
    for (const group of groups) {
      const ofRoute = before.get(group.route) ?? new Map<string, LastTold>()
      before.set(group.route, ofRoute)
      for (const [alert, last] of Object.entries(group.told)) if (last !== null) ofRoute.set(alert, last)
    }
    return before
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
    let postponed = 0
    for (const group of due) {
      try {
        const result = await retrying(() =>
          database.queries.transaction((transaction) => this.#decide(transaction, group, now())),
        )
        worked.groups++
        worked.deliveries += result.deliveries
        worked.notices.push(...result.notices)
      } catch (error) {
        log.error({ err: error, ...group, event: 'group_undecided' }, 'notifications of a group not decided')
        await this.#postpone(group, new Date(at + LATER_MS))
        postponed++
      }
    }
    worked.more = due.length === GROUPS_PER_ROUND && worked.groups + postponed > 0
    return worked
  }

  /** In the database, so that those due after it get their turn. */
  async #postpone({ route, key }: { route: string; key: string }, dueAt: Date): Promise<void> {
    await this.#options.database.queries
      .update(notificationGroups)
      .set({ dueAt })
      .where(and(eq(notificationGroups.route, route), eq(notificationGroups.key, key)))
  }

  #rowsOf(firing: readonly RoutedRow[], routes: readonly HeldRoute[]): GroupRow[] {
    const rows = new Map<string, GroupRow>()
    for (const alert of firing) {
      for (const { route, match } of this.#matches(alert, routes)) {
        if (!match.matches) continue
        const name = `${route} ${match.key}`
        const row = rows.get(name) ?? { route, key: match.key, told: {} }
        row.told[alert.id] = null
        rows.set(name, row)
      }
    }
    return [...rows.values()]
  }

  #matches(alert: RoutedRow, routes: readonly HeldRoute[]): { route: string; match: RouteMatch }[] {
    const place = placeOf(alert, this.#options.words.around)
    const { rule, severity } = alert
    return routes.map((route) => ({
      route: route.id,
      match: matchRoute(route, { ...place, rule, severity }),
    }))
  }

  /** In one statement, which takes the groups in the order of all: nobody waits for another in a circle. */
  async #open(transaction: Transaction, rows: readonly GroupRow[]): Promise<void> {
    if (rows.length === 0) return
    const names = [...new Set(rows.map(({ route }) => route))]
    // A route that is being removed at this moment must not fail the alert.
    const { rows: standing } = await transaction.execute<{ id: string }>(
      sql`select id from routes where id = any(${sql.param(names)}::text[]) order by id for key share`,
    )
    const routes = new Set(standing.map(({ id }) => id))
    const open = rows.filter(({ route }) => routes.has(route))
    const at = new Date(this.#options.now()).toISOString()
    // What was told stays told.
    await transaction.execute(sql`
      insert into notification_groups (route, key, told, due_at, opened_at)
      select route, key, told, ${at}::timestamptz, ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(open)}::jsonb) as opening (route text, key text, told jsonb)
      order by route, key
      on conflict (route, key) do update set
        told = excluded.told || notification_groups.told, due_at = excluded.due_at,
        opened_at = excluded.opened_at`)
  }

  async #touch(transaction: Transaction, ids: readonly string[]): Promise<void> {
    const dueAt = new Date(this.#options.now()).toISOString()
    await transaction.execute(sql`
      update ${notificationGroups} set due_at = least(due_at, ${dueAt}::timestamptz)
      where (route, key) in (
        select route, key from ${notificationGroups}
        where told ?| ${sql.param([...ids])}::text[] order by route, key for update)`)
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
    const ended = [...loaded.values()].filter(({ row }) => row.flapping && row.state === 'resolved')
    const calm = await calmTimes(
      transaction,
      ended.map(({ row }) => row),
    )
    const telling = this.#tellingOf({ group, route, loaded, calm, now })
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

  #tellingOf({
    group,
    route,
    loaded,
    calm,
    now,
  }: {
    group: typeof notificationGroups.$inferSelect
    route: HeldRoute
    loaded: ReadonlyMap<string, LoadedAlert>
    calm: ReadonlyMap<string, number>
    now: number
  }): Telling {
    const { quietHours } = route
    const isQuiet = quietHours !== null && this.#options.isActive(quietHours, now)
    const facts = new Map(
      [...loaded].map(([alert, one]) => {
        const routed = this.#matches(one.row, [route]).every(({ match }) => match.matches)
        return [alert, factsOf(one, { routed, calmAt: calm.get(targetKey(one.row)) })]
      }),
    )
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
    const key = keyOf(route.id, route.createdAt, group.key, group.generation, group.round)
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

/** Takes these alerts out of the groups of their routes that are others. */
async function leave(transaction: Transaction, rows: readonly GroupRow[]): Promise<void> {
  if (rows.length === 0) return
  const staying = rows.map(({ route, key, told }) => ({ route, key, alerts: Object.keys(told) }))
  await transaction.execute(sql`
    update notification_groups set told = notification_groups.told - leaving.alerts
    from (
      select standing.route, standing.key, array_agg(alert) as alerts
      from jsonb_to_recordset(${JSON.stringify(staying)}::jsonb) as staying (route text, key text, alerts text[])
      cross join unnest(staying.alerts) as alert
      join notification_groups standing on standing.route = staying.route and standing.key <> staying.key
        and standing.told ? alert
      group by standing.route, standing.key
    ) leaving
    where notification_groups.route = leaving.route and notification_groups.key = leaving.key`)
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
