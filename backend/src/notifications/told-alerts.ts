import type { RuleDefinition } from '@osprey/core/api/rules'
import type { ObservedProperty } from '@osprey/core/properties'
import { and, eq, inArray } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
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
  previousFlapping: boolean
}

const MOST_PER_STATEMENT = 5000

export async function loadAlerts(
  queries: Queries | Transaction,
  ids: readonly string[],
): Promise<Map<string, LoadedAlert>> {
  const previous = alias(alerts, 'previous')
  const found = new Map<string, LoadedAlert>()
  for (let at = 0; at < ids.length; at += MOST_PER_STATEMENT) {
    const rows = await queries
      .select({ row: alerts, definition: ruleVersions.definition, previousFlapping: previous.flapping })
      .from(alerts)
      .leftJoin(
        ruleVersions,
        and(eq(ruleVersions.rule, alerts.rule), eq(ruleVersions.version, alerts.ruleVersion)),
      )
      .leftJoin(previous, eq(previous.id, alerts.previous))
      .where(inArray(alerts.id, ids.slice(at, at + MOST_PER_STATEMENT)))
    for (const { row, definition, previousFlapping } of rows) {
      found.set(row.id, {
        row,
        definition: definition ?? undefined,
        previousFlapping: previousFlapping ?? false,
      })
    }
  }
  return found
}

export function factsOf({ row, previousFlapping }: LoadedAlert): AlertFacts {
  const { id, state, severity, muted, silencedBy, inhibitedBy, flapping } = row
  return {
    id,
    state,
    severity,
    recordedAt: row.recordedAt.getTime(),
    resolvedAt: row.resolvedAt?.getTime() ?? null,
    acknowledged: row.acknowledgedAt !== null,
    snoozedUntil: row.snoozedUntil?.getTime() ?? null,
    muted,
    silencedBy,
    inhibitedBy,
    flapping,
    previousFlapping,
  }
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

/** The page of an alert in the web app. */
export function linkTo(alert: string, publicUrl: string | undefined): string | null {
  return publicUrl === undefined ? null : `${publicUrl}/#/alerts?alert=${encodeURIComponent(alert)}`
}
