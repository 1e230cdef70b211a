import type { ObservationsView } from '@osprey/core/api'
import { useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import type { Request } from '../session/request.ts'
import type { Columns } from './preview-run.ts'

/** Together 300,000 observations of a series; beyond that only the backtest, at the server, helps. */
const PAGE = 100_000
const MOST_PAGES = 3

export interface Wanted {
  station: string
  property: string
  categories: readonly string[]
}

export type ColumnsState =
  | { phase: 'loading' }
  | { phase: 'failed'; error: unknown }
  | { phase: 'ready'; columns: readonly Columns[]; cut: boolean }

interface Kept {
  from: number
  to: number
  columns: Columns
  cut: boolean
}

/** Raw observations of several series; what was read before is kept while a rule is edited. */
export function useColumns(
  wanted: readonly Wanted[],
  from: number,
  to: number,
  attempt: number,
): ColumnsState {
  const { request } = useWorkspace()
  const kept = useRef(new Map<string, Kept>())
  const [state, setState] = useState<ColumnsState>({ phase: 'loading' })
  const key = JSON.stringify(wanted.map(({ station, property }) => [station, property]))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says which series are wanted
  useEffect(() => {
    const abort = new AbortController()
    const load = async (series: Wanted): Promise<Kept> => {
      const name = `${series.station}\n${series.property}`
      const known = kept.current.get(name)
      if (known !== undefined && known.from <= from && known.to >= to) return known
      const { columns, cut } = await readColumns(request, series, from, to, abort.signal)
      const read = { from, to, columns, cut }
      kept.current.set(name, read)
      return read
    }
    const all = wanted.map(load)
    setState((before) => (before.phase === 'ready' ? before : { phase: 'loading' }))
    Promise.all(all).then(
      (read) => {
        if (abort.signal.aborted) return
        setState({
          phase: 'ready',
          columns: read.map(({ columns }) => columns),
          cut: read.some(({ cut }) => cut),
        })
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ phase: 'failed', error })
      },
    )
    return () => abort.abort()
  }, [request, key, from, to, attempt])
  return state
}

/** Every observation of a series, page after page. */
export async function readColumns(
  request: Request,
  { station, property, categories }: Wanted,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<{ columns: Columns; cut: boolean }> {
  const times: number[] = []
  const values: number[] = []
  const qualities: number[] = []
  let after: string | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({
      station,
      property,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      limit: String(PAGE),
      ...(after !== null && { after }),
    })
    const view: ObservationsView = await request<ObservationsView>(`/api/observations?${query}`, { signal })
    for (const { time, value, quality } of view.observations) {
      const number = typeof value === 'string' ? categories.indexOf(value) : value
      if (number === null) continue
      times.push(Date.parse(time))
      values.push(number)
      qualities.push(quality)
    }
    after = view.next
    if (after === null) break
  }
  return {
    columns: {
      times: Float64Array.from(times),
      values: Float64Array.from(values),
      qualities: Uint8Array.from(qualities),
    },
    cut: after !== null,
  }
}
