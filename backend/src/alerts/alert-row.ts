import type { ALERT_EVENT_KINDS, AlertView, Evidence, EvidenceItem } from '@osprey/core/api/alerts'
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

/** The part of a row and of a view that tells what was done with the alert: with a new one nothing yet. */
export function untouched() {
  return {
    acknowledgedAt: null,
    acknowledgedBy: null,
    assignee: null,
    snoozedUntil: null,
    muted: false,
    silencedBy: [],
    inhibitedBy: null,
    flapping: false,
    falseAlarm: null,
    previous: null,
    comments: 0,
  }
}

export function comparisonOf({ items }: Evidence): AlertView['comparison'] {
  const [first] = items
  if (!first) return null
  const { station, thresholdStation, property, statistic, windowSeconds } = first
  const { operator, threshold, thresholdHigh, limit } = first
  return {
    station,
    thresholdStation,
    property,
    statistic,
    windowSeconds,
    operator,
    threshold,
    thresholdHigh,
    limit,
  }
}

/** The view without what lies outside: of a pair of stations one may belong to others, and so do its values. */
export function within(territory: Territory, view: AlertView): AlertView {
  if (territory.whole) return view
  const { station, other, site } = view
  const inside = {
    ...view,
    station: station !== null && territory.hasStation(station) ? station : null,
    other: other !== null && territory.hasStation(other) ? other : null,
    site: site !== null && territory.hasSite(site) ? site : null,
  }
  if (showsValues(territory, view)) return inside
  return { ...inside, value: null, comparison: null, peak: null, peakAt: null }
}

/**
 * Whether the values of an alert (its first comparison, what was found, its peak) may be told: each side of the
 * comparison may be measured at either station of a pair.
 */
export function showsValues(
  territory: Territory,
  { comparison, ...place }: Pick<AlertView, 'comparison'> & AlertPlace,
): boolean {
  if (comparison !== null) return isInside(territory, comparison) && hasThreshold(territory, comparison)
  // Not known which station they are of.
  const stations = [place.station, place.other].filter((id) => id !== null)
  return stations.every((id) => territory.hasStation(id))
}

/** The evidence likewise. */
export function evidenceWithin(territory: Territory, { items, readings }: Evidence): Evidence {
  if (territory.whole) return { items, readings }
  return {
    items: items
      .filter((item) => isInside(territory, item))
      .map((item) =>
        hasThreshold(territory, item)
          ? item
          : // Whether it holds would tell on which side of the value it lies.
            { ...item, thresholdStation: null, threshold: null, thresholdHigh: null, holds: null },
      ),
    readings: readings.filter(({ station }) => territory.hasStation(station)),
  }
}

type Sides = Pick<EvidenceItem, 'station' | 'thresholdStation' | 'statistic'>

function isInside(
  territory: Territory,
  { station, statistic }: Pick<Sides, 'station' | 'statistic'>,
): boolean {
  return territory.hasStation(station) || (statistic === 'silence' && territory.hasSite(station))
}

function hasThreshold(territory: Territory, { thresholdStation }: Pick<Sides, 'thresholdStation'>): boolean {
  return thresholdStation === null || territory.hasStation(thresholdStation)
}

/** Parts of the events of an alert that are measured values, or counts of them. */
const MEASURED: ReadonlySet<string> = new Set(['value', 'peak', 'observations', 'flagged'])

/** What an event says, for somebody who may not know the values of the alert. */
export function withoutValues(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(detail).filter(([name]) => !MEASURED.has(name)))
}
