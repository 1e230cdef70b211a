import { type RefObject, useEffect, useRef, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import type { StationStore } from '../stations/station-store.ts'
import { useObservable } from '../ui/observable.ts'
import type { SmallMap } from './small-map.ts'

interface HostedMap<Kind extends SmallMap> {
  /** For the element that holds the map. */
  element: RefObject<HTMLDivElement | null>
  map: Kind | null
}

/** Creates a small map, keeps its layers and colours up to date, and destroys it. */
export function useSmallMap<Kind extends SmallMap>(
  Kind: new (container: HTMLElement, stations: StationStore) => Kind,
): HostedMap<Kind> {
  const { theme } = useApp()
  const { stations, layers } = useWorkspace()
  const element = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<Kind | null>(null)
  const shownLayers = useObservable(layers.layers)
  const effectiveTheme = useObservable(theme.effective)
  useEffect(() => {
    const created = new Kind(element.current as HTMLDivElement, stations)
    setMap(created)
    return () => {
      setMap(null)
      created.destroy()
    }
  }, [Kind, stations])
  useEffect(() => map?.setTerritory(shownLayers), [map, shownLayers])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the style sheet answers
  useEffect(() => map?.refreshColours(), [map, effectiveTheme])
  return { element, map }
}
