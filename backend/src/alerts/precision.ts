import type { RuleView } from '@osprey/core/api/rules'
import { and, gte, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { alerts } from '../database/schema.ts'

export type Precision = RuleView['precision']

const DAYS = 90

/**
 * How often each rule was right, of its alerts of the last 90 days that somebody has judged: whoever acknowledges an
 * alert or resolves it by hand, and does not call it a false alarm, found it to be true. `within` may bound them.
 */
export async function precisionOf(
  queries: Queries,
  rules: readonly string[],
  now: number,
  /** Which alerts count; all unless given. */
  within?: SQL,
): Promise<Map<string, Precision>> {
  const found = new Map<string, Precision>(
    rules.map((rule) => [rule, { judged: 0, falseAlarms: 0, precision: null }]),
  )
  if (rules.length === 0) return found
  const isFalse = sql`${alerts.falseAlarm} is not null`
  const rows = await queries
    .select({
      rule: alerts.rule,
      judged: sql<number>`count(*)::int`,
      falseAlarms: sql<number>`(count(*) filter (where ${isFalse}))::int`,
    })
    .from(alerts)
    .where(
      and(
        inArray(alerts.rule, [...rules]),
        within,
        gte(alerts.firedAt, new Date(now - DAYS * 86_400_000)),
        within,
        or(isFalse, sql`${alerts.acknowledgedAt} is not null`, sql`${alerts.resolution} = 'by_hand'`),
      ),
    )
    .groupBy(alerts.rule)
  for (const { rule, judged, falseAlarms } of rows) {
    found.set(rule, { judged, falseAlarms, precision: (judged - falseAlarms) / judged })
  }
  return found
}
