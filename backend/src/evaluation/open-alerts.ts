import { eq } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { alerts } from '../database/schema.ts'
import type { StoredAlert } from './reconcile.ts'

/** The alerts that are open in the database. */
export async function openAlerts(database: Database): Promise<StoredAlert[]> {
  const rows = await database.queries
    .select({
      id: alerts.id,
      rule: alerts.rule,
      ruleVersion: alerts.ruleVersion,
      target: alerts.target,
      station: alerts.station,
      other: alerts.other,
      site: alerts.site,
      property: alerts.property,
      trigger: alerts.trigger,
      severity: alerts.severity,
      startedAt: alerts.startedAt,
      firedAt: alerts.firedAt,
    })
    .from(alerts)
    .where(eq(alerts.state, 'firing'))
  return rows.map(({ startedAt, firedAt, ...row }) => ({
    ...row,
    since: startedAt.getTime(),
    firedAt: firedAt.getTime(),
  }))
}
