import { useEffect, useRef, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useObservable } from '../ui/observable.ts'
import { AreaMap } from './area-map.ts'
import type { AreaGeometry } from './read-geometry.ts'

/** Hosts the small map: creates it, hands it what to show, destroys it. */
export function AreaMapView({ name, geometry }: { name: string; geometry: AreaGeometry }) {
  const { t } = useText()
  const { theme } = useApp()
  const { stations, layers } = useWorkspace()
  const element = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<AreaMap | null>(null)
  const shownLayers = useObservable(layers.layers)
  const effectiveTheme = useObservable(theme.effective)
  useEffect(() => {
    const created = new AreaMap(element.current as HTMLDivElement, stations)
    setMap(created)
    return () => {
      setMap(null)
      created.destroy()
    }
  }, [stations])
  useEffect(() => map?.setTerritory(shownLayers), [map, shownLayers])
  useEffect(() => map?.setArea(geometry), [map, geometry])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the style sheet answers
  useEffect(() => map?.refreshColours(), [map, effectiveTheme])
  return (
    <div
      ref={element}
      className="area-map"
      role="application"
      aria-label={t('jurisdictions.mapOf', { name })}
      data-testid="area-map"
    />
  )
}
