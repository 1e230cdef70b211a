import { createHash } from 'node:crypto'
import type { RouteInput } from '@osprey/core/api/notifications'
import type { RuleDefinition, Severity } from '@osprey/core/api/rules'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { eq, sql } from 'drizzle-orm'
import type { Queries, Transaction } from '../database/database.ts'
import { alertEvents, alerts, channels, routes, rules, ruleVersions } from '../database/schema.ts'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { type AlertChange, type AlertRow, Groups, type HeldRoute } from './groups.ts'
import type { Surroundings } from './places.ts'
import type { ChannelSecrets } from './receivers.ts'
import type { Wording } from './told-alerts.ts'

/** Alerts, routes and channels in a database, and the parts that tell of them. Runs in processes of its own too. */

export const AROUND: Surroundings = {
  stations: new Map([
    ['gate', { name: 'Gate', site: 'mill', longitude: 121.5, latitude: 31.25 }],
    ['weir', { name: 'Weir', site: 'mill', longitude: 121.6, latitude: 31.25 }],
  ]),
  sites: new Map([['mill', { name: 'Paper mill', longitude: 121.5, latitude: 31.2 }]]),
  areasAt: () => ['north'],
  parentOf: () => null,
}

export const WORDS: Wording = {
  around: AROUND,
  property: (id) => OBSERVED_PROPERTIES.find((property) => property.id === id),
  publicUrl: 'https://osprey.example.org',
}

export const ROUTE: RouteInput = {
  id: 'all',
  name: 'Everything',
  enabled: true,
  severity: 'minor',
  jurisdictions: null,
  rules: null,
  channels: ['hook'],
  roles: [],
  groupBy: ['site', 'rule'],
  groupWaitSeconds: 0,
  groupIntervalSeconds: 0,
  repeatSeconds: null,
  quietHours: null,
  resolved: true,
}

const CREATED = new Date('2026-11-01T00:00:00Z')

export async function addRule(
  queries: Queries,
  id: string,
  change: Partial<RuleDefinition> = {},
): Promise<void> {
  const definition = {
    name: `Rule ${id}`,
    severity: 'moderate',
    timeZone: 'Asia/Shanghai',
    instruction: '',
    escalation: [],
    public: false,
    ...change,
  } as unknown as RuleDefinition
  const by = { createdBy: 'test', createdAt: CREATED, updatedBy: 'test', updatedAt: CREATED }
  await queries.insert(rules).values({ id, active: true, version: 1, definition, ...by })
  await queries
    .insert(ruleVersions)
    .values({ rule: id, version: 1, definition, note: '', author: 'test', at: CREATED })
}

export async function addChannel(
  queries: Queries,
  id: string,
  change: Partial<typeof channels.$inferInsert> = {},
): Promise<void> {
  const values = { id, name: id, kind: 'webhook' as const, language: 'en' as const, enabled: true }
  await queries
    .insert(channels)
    .values({ ...values, sealed: '-', host: 'hooks', createdAt: CREATED, ...change })
}

/** Also what the routes part would hold in memory. */
export async function addRoute(queries: Queries, change: Partial<RouteInput> = {}): Promise<HeldRoute> {
  const { id, ...settings } = { ...ROUTE, ...change }
  await queries.insert(routes).values({ id, settings, createdAt: CREATED })
  return { id, ...settings, createdAt: CREATED.getTime() }
}

/** As the alerts part has it: row, event and hooks in one transaction. */
export async function fire(
  queries: Queries,
  groups: Pick<Groups, 'within'>,
  change: Partial<typeof alerts.$inferInsert> & { id: string; at: number },
): Promise<void> {
  await queries.transaction(async (transaction) => {
    await insertAlert(transaction, change)
    await within(transaction, groups, change.id, 'fired')
  })
}

async function insertAlert(
  transaction: Transaction,
  { at, ...change }: Partial<typeof alerts.$inferInsert> & { id: string; at: number },
): Promise<void> {
  const time = new Date(at)
  await transaction.insert(alerts).values({
    rule: 'pm',
    ruleVersion: 1,
    target: change.id,
    station: 'gate',
    trigger: 'condition',
    state: 'firing',
    severity: 'moderate' as Severity,
    startedAt: time,
    firedAt: time,
    recordedAt: time,
    value: 85,
    unit: 'µg/m³',
    evidence: { items: [], readings: [] },
    updatedAt: time,
    ...change,
  })
  const detail = { severity: change.severity ?? 'moderate' }
  const event = {
    alert: change.id,
    at: time,
    kind: 'fired' as const,
    actor: '',
    detail,
    key: `fired ${change.id}`,
  }
  await transaction.insert(alertEvents).values(event)
}

export async function change(
  queries: Queries,
  groups: Pick<Groups, 'within'>,
  id: string,
  kind: AlertChange['kind'],
  set: Partial<typeof alerts.$inferInsert>,
  at = Date.now(),
): Promise<void> {
  await queries.transaction(async (transaction) => {
    await transaction.update(alerts).set(set).where(eq(alerts.id, id))
    const detail = { ...(set.severity && { severity: set.severity }) }
    await transaction
      .insert(alertEvents)
      .values({ alert: id, at: new Date(at), kind: kind as 'fired', actor: '', detail, key: null })
    await within(transaction, groups, id, kind)
  })
}

async function within(transaction: Transaction, groups: Pick<Groups, 'within'>, id: string, kind: string) {
  const [row] = await transaction.select().from(alerts).where(eq(alerts.id, id))
  await groups.within(transaction, [{ alert: row as AlertRow, kind }])
}

/** Every process of a test holds the same routes. */
export function groupsOf(
  queries: Queries,
  held: readonly HeldRoute[],
  now: () => number,
  mailConfigured = false,
): Groups {
  return new Groups({
    database: { queries },
    routes: { all: () => held, get: (id) => held.find((route) => route.id === id) },
    words: WORDS,
    territories: { of: () => WHOLE_TERRITORY },
    isActive: () => false,
    mailConfigured,
    now,
    log: { info: () => {}, error: () => {} } as never,
  })
}

export const opening = (url: string) => (): ChannelSecrets => ({ url, secret: 'a secret of the test' })

/** What the database holds of deliveries, without what differs from run to run. */
export async function deliveriesIn(queries: Queries) {
  const { rows } = await queries.execute<{
    key: string
    channel: string
    recipient: string | null
    alerts: string[]
    subject: string
    state: string
    attempts: number
    last_error: string | null
  }>(
    sql`select key, channel, recipient, alerts, subject, state, attempts, last_error from deliveries order by created_at, key`,
  )
  return rows
}

/** A name a receiver can tell deliveries by. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
