import type { PropertyView } from '@osprey/core/api'
import type { AlertDetailView } from '@osprey/core/api/alerts'
import type { Comparison, Condition, RuleDefinition } from '@osprey/core/api/rules'
import { type ChartPlan, chartPlan } from '../charts/plan.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Air before and after the alert, as a share of its length. */
const AIR = 0.6
const LEAST_AIR = 30 * MINUTE
const LONGEST = 120 * DAY

type Lasted = Pick<AlertDetailView, 'startedAt' | 'resolvedAt' | 'evidence'>

/** The stretch of time around an alert that is shown, epoch milliseconds: what led to it, it, and what followed. */
export function eventWindow(alert: Lasted, now: number): { from: number; to: number } {
  const start = Date.parse(alert.startedAt)
  const end = alert.resolvedAt === null ? now : Date.parse(alert.resolvedAt)
  const window = Math.max(0, ...alert.evidence.items.map(({ windowSeconds }) => windowSeconds * 1000))
  const air = Math.max(LEAST_AIR, AIR * (end - start))
  const to = Math.min(now, end + air)
  return { from: Math.max(start - Math.max(air, window), to - LONGEST), to }
}

/** How the stretch is read: single observations for days, quarters of an hour for weeks, then hours. */
export function eventPlan(span: number, property: PropertyView): ChartPlan {
  const range = span <= 2 * DAY ? '24h' : span <= 14 * DAY ? '7d' : '30d'
  return { ...chartPlan(range, property), span }
}

export interface EventSeries {
  station: string
  property: string
}

/** The series that the alert was judged by, those of the evidence first; of missing data, the series itself. */
export function eventSeries(alert: AlertDetailView, measured: readonly string[]): EventSeries[] {
  const found: EventSeries[] = []
  const add = (station: string, property: string): void => {
    if (!found.some((known) => known.station === station && known.property === property)) {
      found.push({ station, property })
    }
  }
  for (const { station, property } of alert.evidence.items) add(station, property)
  for (const { station, property } of alert.evidence.readings) add(station, property)
  if (found.length === 0 && alert.station !== null) {
    for (const property of alert.property === null ? measured : [alert.property]) add(alert.station, property)
  }
  return found
}

/** The thresholds beyond which an alert of this definition clears, for a property. */
export function clearThresholds(definition: RuleDefinition, property: string): number[] {
  if (definition.trigger.kind !== 'condition') return []
  const found: number[] = []
  for (const { measure, clear } of comparisonsOf(definition.trigger.condition)) {
    if (measure.property !== property || clear === null) continue
    if (clear.kind === 'number') found.push(clear.value)
    else if (clear.kind === 'range') found.push(clear.low, clear.high)
  }
  return [...new Set(found)]
}

function comparisonsOf(condition: Condition): Comparison[] {
  if (condition.kind === 'comparison') return [condition]
  if (condition.kind === 'not') return comparisonsOf(condition.condition)
  return condition.conditions.flatMap(comparisonsOf)
}
