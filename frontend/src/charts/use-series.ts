import type { PropertyView } from '@osprey/core/api'
import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { RequestError } from '../session/request.ts'
import { type ChartRange, chartPlan, EVERY_MS } from './plan.ts'
import { appended, loadSeries, type Series } from './series.ts'

export type SeriesState =
  | { phase: 'loading' }
  | { phase: 'failed'; status: number }
  | { phase: 'ready'; series: Series }

/** A condensed day is read again this often, milliseconds: its windows cannot be continued from single readings. */
const CONDENSED_INTERVAL = 60_000

/** The history of one property at one station; for the last 24 hours it grows with every reading. */
export function useSeries(
  station: string,
  property: PropertyView,
  range: ChartRange,
): { state: SeriesState; retry: () => void } {
  const { request, stations } = useWorkspace()
  const [state, setState] = useState<SeriesState>({ phase: 'loading' })
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((count) => count + 1), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = (): void => {
      loadSeries(request, {
        station,
        property: property.id,
        plan: chartPlan(range, property),
        categories: property.categories ?? [],
        now: Date.now(),
        signal: abort.signal,
      }).then(
        (series) => {
          setState({ phase: 'ready', series })
          if (range === '24h' && series.plan.every !== null) timer = setTimeout(load, CONDENSED_INTERVAL)
        },
        (error: unknown) => {
          if (abort.signal.aborted) return
          setState({ phase: 'failed', status: error instanceof RequestError ? error.status : 0 })
        },
      )
    }
    setState({ phase: 'loading' })
    load()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [request, station, property, range, attempt])

  useEffect(() => {
    if (range !== '24h') return
    return stations.subscribe(() => {
      const latest = stations.latestOf(station)[property.id]
      if (latest === undefined) return
      setState((before) => {
        if (before.phase !== 'ready') return before
        const [value, time, quality] = latest
        const series = appended(before.series, value, time, quality, Date.now())
        return series === before.series ? before : { phase: 'ready', series }
      })
    })
  }, [stations, station, property, range])

  return { state, retry }
}

/** The window of an aggregate in minutes, for naming it. */
export function windowMinutes(series: Series): number {
  return series.plan.every === null ? 0 : EVERY_MS[series.plan.every] / 60_000
}
