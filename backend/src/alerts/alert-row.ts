import type { ALERT_EVENT_KINDS, AlertView, Evidence } from '@osprey/core/api/alerts'
import type { Transaction } from '../database/database.ts'
import type { alertEvents, alerts } from '../database/schema.ts'
import type { Territory } from '../territory/territory.ts'

/** An alert as the database has it. */
export type AlertRow = typeof alerts.$inferSelect
export type AlertEventRow = typeof alertEvents.$inferInsert
export type AlertEventKind = (typeof ALERT_EVENT_KINDS)[number]

/** One thing that happened to an alert, as the hooks are told of it. */
export interface AlertChange {
  /**
   * As it is when all changes of the transaction are made. A hook that changes it further writes that to the
   * database and into this object, so that the hooks after it and the watchers see it.
   */
  alert: AlertRow
  kind: AlertEventKind
  /** User name; empty for the platform. */
  actor: string
  /** As in the event: `text` and `mentions` of a comment, `assignee`, `until`, … */
  detail: Record<string, unknown>
}

/** Runs in the transaction of the changes, after them: what it throws undoes them. */
export type AlertHook = (transaction: Transaction, changes: readonly AlertChange[]) => Promise<void>

/** Where an alert lies. */
export type AlertPlace = Pick<AlertRow, 'station' | 'other' | 'site'>

/** Whether a territory holds an alert: its station, the other station of its pair, or the site it is of. */
export function holds(territory: Territory, { station, other, site }: AlertPlace): boolean {
  if (territory.whole) return true
  if (station === null) return site !== null && territory.hasSite(site)
  return territory.hasStation(station) || (other !== null && territory.hasStation(other))
}

/** An alert over HTTP and on the WebSocket, for whoever reaches everything; see `within`. */
export function alertView(row: AlertRow, ruleName: string): AlertView {
  return {
    id: row.id,
    rule: row.rule,
    ruleName,
    ruleVersion: row.ruleVersion,
    station: row.station,
    other: row.other,
    site: row.site,
    property: row.property,
    trigger: row.trigger,
    state: row.state,
    severity: row.severity,
    startedAt: row.startedAt.toISOString(),
    firedAt: row.firedAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    resolution: row.resolution,
    value: row.value,
    unit: row.unit,
    comparison: comparisonOf(row.evidence),
    peak: row.peak,
    peakAt: row.peakAt?.toISOString() ?? null,
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: row.acknowledgedBy,
    assignee: row.assignee,
    snoozedUntil: row.snoozedUntil?.toISOString() ?? null,
    muted: row.muted,
    silencedBy: row.silencedBy,
    inhibitedBy: row.inhibitedBy,
    flapping: row.flapping,
    falseAlarm: row.falseAlarm,
    previous: row.previous,
    comments: row.comments,
    updatedAt: row.updatedAt.toISOString(),
  }
}

function comparisonOf({ items }: Evidence): AlertView['comparison'] {
  const [first] = items
  if (!first) return null
  const { property, statistic, windowSeconds, operator, threshold, thresholdHigh, limit } = first
  return { property, statistic, windowSeconds, operator, threshold, thresholdHigh, limit }
}

/** The view without what lies outside: of a pair of stations one may belong to others, and so do its values. */
export function within(territory: Territory, view: AlertView): AlertView {
  if (territory.whole) return view
  const { station, other, site } = view
  const inside = {
    ...view,
    other: other !== null && territory.hasStation(other) ? other : null,
    site: site !== null && territory.hasSite(site) ? site : null,
  }
  if (station === null || territory.hasStation(station)) return inside
  return { ...inside, station: null, value: null, comparison: null, peak: null, peakAt: null }
}

/** The evidence likewise. */
export function evidenceWithin(territory: Territory, { items, readings }: Evidence): Evidence {
  const inside = ({ station }: { station: string }) => territory.hasStation(station)
  return { items: items.filter(inside), readings: readings.filter(inside) }
}
