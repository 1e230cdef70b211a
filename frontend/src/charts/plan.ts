import type { PropertyView } from '@osprey/core/api'

export const RANGES = ['24h', '7d', '30d'] as const
export type ChartRange = (typeof RANGES)[number]

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** How one chart is read from the store and drawn. */
export interface ChartPlan {
  /** Milliseconds. */
  span: number
  /** Window of aggregates; null for every observation. */
  every: '1m' | '15m' | '1h' | null
  /** `band`: mean with minimum and maximum. `last`: what cannot be averaged, such as a direction. */
  statistic: 'band' | 'sum' | 'last' | null
  shape: 'line' | 'steps' | 'points' | 'bars'
}

export const EVERY_MS = { '1m': 60_000, '15m': 15 * 60_000, '1h': HOUR } as const

/** More observations than this in a day are read as means of a minute. */
export const MOST_OBSERVATIONS = 10_000

type Plotted = Pick<PropertyView, 'id' | 'kind' | 'unit'>

/**
 * 24 hours show every observation, 7 days quarters of an hour, 30 days hours. Switches and categories are never
 * averaged: their history is a sequence of states.
 */
export function chartPlan(range: ChartRange, property: Plotted): ChartPlan {
  const span = range === '24h' ? DAY : range === '7d' ? 7 * DAY : 30 * DAY
  const every = range === '24h' ? null : range === '7d' ? '15m' : '1h'
  if (property.kind !== 'number') return { span, every: null, statistic: null, shape: 'steps' }
  if (property.id === 'rainfall') {
    return { span, every: every ?? '15m', statistic: 'sum', shape: 'bars' }
  }
  if (property.unit === 'deg') return { span, every, statistic: every && 'last', shape: 'points' }
  return { span, every, statistic: every && 'band', shape: 'line' }
}

/** What to read instead when a day holds too many observations for a chart. */
export function condensed(plan: ChartPlan): ChartPlan {
  return { ...plan, every: '1m', statistic: plan.shape === 'line' ? 'band' : 'last' }
}
