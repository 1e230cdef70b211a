import { FLAPPING_TIME } from '@osprey/core/alerting/noise'
import type { RuleDefinition } from '@osprey/core/api/rules'
import type { ObservedProperty } from '@osprey/core/properties'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { targetKey } from '../alerts/alerts-fold.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { alerts, ruleVersions } from '../database/schema.ts'
import type { ToldAlert } from './message.ts'
import { placeOf, type Surroundings } from './places.ts'
import type { AlertFacts, ToldAs } from './telling.ts'

/** Reads alerts with what is said of them: the rule as it was when they fired. */

export interface LoadedAlert {
  row: typeof alerts.$inferSelect
  /** Undefined for an alert of a rule version that is not on record. */
  definition: RuleDefinition | undefined
}

const MOST_PER_STATEMENT = 5000

export async function loadAlerts(
  queries: Queries | Transaction,
  ids: readonly string[],
): Promise<Map<string, LoadedAlert>> {
  const found = new Map<string, LoadedAlert>()
  for (let at = 0; at < ids.length; at += MOST_PER_STATEMENT) {
    const rows = await queries
      .select({ row: alerts, definition: ruleVersions.definition })
      .from(alerts)
      .leftJoin(
        ruleVersions,
        and(eq(ruleVersions.rule, alerts.rule), eq(ruleVersions.version, alerts.ruleVersion)),
      )
      .where(inArray(alerts.id, ids.slice(at, at + MOST_PER_STATEMENT)))
    for (const { row, definition } of rows) {
      found.set(row.id, {
        row,
        definition: definition ?? undefined,
      })
    }
  }
  return found
}

/** `calmAt`: see `calmTimes`. */
export function factsOf(
  { row }: LoadedAlert,
  { routed = true, calmAt = calmTime(row) }: { routed?: boolean; calmAt?: number | undefined } = {},
): AlertFacts {
  const { id, state, severity, muted, silencedBy, inhibitedBy, flapping } = row
  return {
    id,
    state,
    severity,
    recordedAt: row.recordedAt.getTime(),
    acknowledged: row.acknowledgedAt !== null,
    snoozedUntil: row.snoozedUntil?.getTime() ?? null,
    muted,
    silencedBy,
    inhibitedBy,
    flapping,
    target: targetKey(row),
    calmAt,
    routed,
  }
}

type NewestOfTarget = Pick<typeof alerts.$inferSelect, 'state' | 'flapping' | 'recordedAt' | 'resolvedAt'>

/** When a target has been calm for long enough, by its newest alert; infinite while that fires. */
function calmTime({ state, flapping, recordedAt, resolvedAt }: NewestOfTarget): number {
  if (state === 'firing') return Number.POSITIVE_INFINITY
  const last = Math.max(recordedAt.getTime(), resolvedAt?.getTime() ?? 0)
  return flapping ? last + FLAPPING_TIME : last
}

/** The same for the targets of these alerts, of which there may be newer ones by now; by `targetKey`. */
export async function calmTimes(
  transaction: Transaction,
  rows: readonly Pick<typeof alerts.$inferSelect, 'rule' | 'target'>[],
): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map()
  const targets = [...new Map(rows.map((row) => [targetKey(row), row])).values()]
  const newest = sql`select ${alerts.id} as id from ${alerts}
    where ${alerts.rule} = wanted.rule and ${alerts.target} = wanted.target
    order by ${alerts.firedAt} desc, ${alerts.id} desc limit 1`
  const found = await transaction
    .select()
    .from(alerts)
    .where(
      sql`${alerts.id} in (
        select newest.id from unnest(
          ${sql.param(targets.map(({ rule }) => rule))}::text[],
          ${sql.param(targets.map(({ target }) => target))}::text[]) as wanted (rule, target)
        cross join lateral (${newest}) newest)`,
    )
  return new Map(found.map((row) => [targetKey(row), calmTime(row)]))
}

/** What texts are made with. */
export interface Wording {
  around: Surroundings
  property(id: string): ObservedProperty | undefined
  publicUrl: string | undefined
}

export function toldAlert({ row, definition }: LoadedAlert, as: ToldAs, words: Wording): ToldAlert {
  const place = placeOf(row, words.around)
  const judged = row.property ?? row.evidence.items[0]?.property ?? null
  const property = judged === null ? undefined : words.property(judged)
  return {
    id: row.id,
    as,
    rule: row.rule,
    ruleName: definition?.name ?? row.rule,
    severity: row.severity,
    trigger: row.trigger,
    station: row.station,
    placeName: place.name,
    site: place.site,
    siteName: place.siteName,
    property: judged,
    propertyName: property?.name ?? null,
    value: row.value,
    category: row.value === null ? null : (property?.categories?.[row.value] ?? null),
    unit: row.unit,
    symbol: symbolOf(row.unit, property),
    peak: row.peak,
    flapping: row.flapping,
    startedAt: row.startedAt.getTime(),
    firedAt: row.firedAt.getTime(),
    resolvedAt: row.resolvedAt?.getTime() ?? null,
    timeZone: definition?.timeZone ?? 'UTC',
    instruction: definition?.instruction ?? '',
    link: linkTo(row.id, words.publicUrl),
  }
}

/** The unit of a measure as people write it; the code where the property no longer has it. */
export function symbolOf(unit: string, property: ObservedProperty | undefined): string {
  if (unit === '1') return ''
  if (unit === property?.unit) return property.symbol
  if (property !== undefined && property.symbol !== '' && unit === `${property.unit}/h`)
    return `${property.symbol}/h`
  return unit
}

/** The page of an alert in the web app. */
export function linkTo(alert: string, publicUrl: string | undefined): string | null {
  return publicUrl === undefined ? null : `${publicUrl}/#/alerts?alert=${encodeURIComponent(alert)}`
}
