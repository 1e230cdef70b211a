import type { ObservationsView } from '@osprey/core/api'
import { QUALITY } from '@osprey/core/quality'
import type { Request } from '../session/request.ts'
import { type ChartPlan, condensed, EVERY_MS, MOST_OBSERVATIONS } from './plan.ts'

type Observation = ObservationsView['observations'][number]

/** One property at one station over a stretch of time, in columns of equal length, times ascending. */
export interface Series {
  plan: ChartPlan
  /** Epoch milliseconds. */
  from: number
  to: number
  time: number[]
  /** Null where there is no usable result. Categories are indices into `categories`. */
  value: (number | null)[]
  /** Extremes within each window of an aggregate; null for single observations. */
  low: (number | null)[] | null
  high: (number | null)[] | null
  /** QARTOD flags. */
  quality: number[]
  categories: readonly string[]
  /** The oldest part is missing because there was too much of it. */
  cut: boolean
}

export interface SeriesQuery {
  station: string
  property: string
  plan: ChartPlan
  categories: readonly string[]
  /** Epoch milliseconds. */
  now: number
  signal: AbortSignal
}

/** Reads what the plan says. A day with too many observations is read again as means of a minute. */
export async function loadSeries(request: Request, query: SeriesQuery): Promise<Series> {
  const { plan } = query
  if (plan.every !== null)
    return plan.statistic === 'band' ? loadBand(request, query) : loadOne(request, query)
  const view = await fetchObservations(request, query, { limit: String(MOST_OBSERVATIONS) })
  if (view.next === null) return toSeries(query, view.observations)
  if (plan.shape === 'steps') return { ...toSeries(query, view.observations), cut: true }
  return loadSeries(request, { ...query, plan: condensed(plan) })
}

async function loadOne(request: Request, query: SeriesQuery): Promise<Series> {
  const view = await fetchObservations(request, query, {
    every: query.plan.every as string,
    statistic: query.plan.statistic as string,
  })
  return toSeries(query, view.observations)
}

async function loadBand(request: Request, query: SeriesQuery): Promise<Series> {
  const every = query.plan.every as string
  const [mean, low, high] = await Promise.all(
    ['mean', 'min', 'max'].map((statistic) => fetchObservations(request, query, { every, statistic })),
  )
  const series = toSeries(query, mean?.observations ?? [])
  return { ...series, low: aligned(series.time, low), high: aligned(series.time, high) }
}

/** Values of another statistic at the given times: readings that came between two requests may add a window. */
function aligned(times: readonly number[], view: ObservationsView | undefined): (number | null)[] {
  const byTime = new Map(view?.observations.map(({ time, value }) => [Date.parse(time), value]))
  return times.map((time) => {
    const value = byTime.get(time)
    return typeof value === 'number' ? value : null
  })
}

function fetchObservations(
  request: Request,
  { station, property, plan, now, signal }: SeriesQuery,
  extra: Record<string, string>,
): Promise<ObservationsView> {
  const query = new URLSearchParams({
    station,
    property,
    from: new Date(now - plan.span).toISOString(),
    // The newest reading may be a little ahead of this clock; the end is excluded.
    to: new Date(now + EVERY_MS['1m']).toISOString(),
    ...extra,
  })
  return request<ObservationsView>(`/api/observations?${query}`, { signal })
}

function toSeries({ plan, now, categories }: SeriesQuery, observations: readonly Observation[]): Series {
  return {
    plan,
    from: now - plan.span,
    to: now,
    time: observations.map(({ time }) => Date.parse(time)),
    value: observations.map(({ value }) => numeric(value, categories)),
    low: null,
    high: null,
    quality: observations.map(({ quality }) => quality),
    categories,
    cut: false,
  }
}

function numeric(value: number | string | null, categories: readonly string[]): number | null {
  if (typeof value !== 'string') return value
  const index = categories.indexOf(value)
  return index === -1 ? null : index
}

/**
 * The series with one newer reading, and the stretch of time moved along; the same series when the reading is not newer
 * or the series holds aggregates.
 */
export function appended(
  series: Series,
  value: number | string | null,
  time: number,
  quality: number,
  now: number,
): Series {
  const last = series.time.at(-1) ?? Number.NEGATIVE_INFINITY
  if (series.plan.every !== null || !(time > last)) return series
  const from = now - series.plan.span
  const drop = series.time.findIndex((old) => old >= from)
  const start = drop === -1 ? series.time.length : drop
  return {
    ...series,
    from,
    to: Math.max(now, time),
    time: [...series.time.slice(start), time],
    value: [...series.value.slice(start), numeric(value, series.categories)],
    quality: [...series.quality.slice(start), quality],
  }
}

/** A result the quality tests failed is shown apart and not counted. */
export function isUsable(quality: number): boolean {
  return quality !== QUALITY.fail && quality !== QUALITY.missing
}
