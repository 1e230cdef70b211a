import type { SentenceNames } from '@osprey/core/alerting/sentence/words'
import type { ObservedProperty } from '@osprey/core/properties'
import { useMemo } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useObservable } from '../ui/observable.ts'
import type { Places } from './places.ts'

/** The names by which a sentence calls what a definition refers to. */
export function useNames(places: Places): SentenceNames {
  const { stations, catalogue } = useWorkspace()
  const properties = useObservable(catalogue)
  return useMemo(() => {
    const sites = new Map(places.sites.map(({ id, name }) => [id, name]))
    const areas = new Map(places.jurisdictions.map(({ id, name }) => [id, name]))
    return {
      // What the catalogue may leave out over HTTP is left out in the browser as well.
      property: (id) => properties.get(id) as ObservedProperty | undefined,
      station: (id) => stations.recordOf(id)?.name,
      site: (id) => sites.get(id),
      jurisdiction: (id) => areas.get(id),
    }
  }, [places, stations, properties])
}
