import type { SiteView } from '@osprey/core/api'
import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { StationSearch } from '../stations/search.ts'
import type { StationStore } from '../stations/station-store.ts'
import type { Candidate } from './search-picker.tsx'

const MOST_RESULTS = 8

/** Sites and jurisdictions that a rule may name. */
export interface Places {
  sites: readonly SiteView[]
  jurisdictions: readonly JurisdictionView[]
  /** They could not be read; ids must do. */
  failed: boolean
}

/** Read once for the whole editor. */
export function usePlaces(): Places {
  const { request } = useWorkspace()
  const [places, setPlaces] = useState<Places>({ sites: [], jurisdictions: [], failed: false })
  useEffect(() => {
    const abort = new AbortController()
    Promise.all([
      request<SiteView[]>('/api/sites', { signal: abort.signal }),
      request<JurisdictionView[]>('/api/jurisdictions', { signal: abort.signal }),
    ]).then(
      ([sites, jurisdictions]) => setPlaces({ sites, jurisdictions, failed: false }),
      () => {
        if (!abort.signal.aborted) setPlaces((before) => ({ ...before, failed: true }))
      },
    )
    return () => abort.abort()
  }, [request])
  return places
}

/** Candidates of a short list by part of their name or id; all of them before anything is typed. */
export function useFind(all: readonly Candidate[]): (text: string) => readonly Candidate[] {
  return useCallback(
    (text) => {
      const wanted = text.trim().toLowerCase()
      return all
        .filter(({ id, name }) => `${name}\n${id}`.toLowerCase().includes(wanted))
        .slice(0, MOST_RESULTS)
    },
    [all],
  )
}

export function useFindStation(stations: StationStore): (text: string) => readonly Candidate[] {
  const search = useMemo(() => new StationSearch(stations), [stations])
  return useCallback(
    (text) =>
      search.find(text, 3 * MOST_RESULTS).map((row) => ({
        id: stations.ids[row] as string,
        name: stations.records[row]?.name ?? (stations.ids[row] as string),
      })),
    [search, stations],
  )
}
