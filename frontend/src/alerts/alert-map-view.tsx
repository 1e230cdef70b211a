import { useEffect, useRef, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useObservable } from '../ui/observable.ts'
import { AlertMap } from './alert-map.ts'

/** Hosts the small map: creates it, hands it what to show, destroys it. `stations`: ids separated by spaces. */
export function AlertMapView({ place, stations: wanted }: { place: string; stations: string }) {
  const { t } = useText()
  const { theme } = useApp()
  const { stations, layers } = useWorkspace()
  const element = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<AlertMap | null>(null)
  const shownLayers = useObservable(layers.layers)
  const effectiveTheme = useObservable(theme.effective)
  useEffect(() => {
    const created = new AlertMap(element.current as HTMLDivElement, stations)
    setMap(created)
    return () => {
      setMap(null)
      created.destroy()
    }
  }, [stations])
  useEffect(() => map?.setTerritory(shownLayers), [map, shownLayers])
  useEffect(() => map?.setStations(wanted.split(' ')), [map, wanted])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the style sheet answers
  useEffect(() => map?.refreshColours(), [map, effectiveTheme])
  return (
    <div
      ref={element}
      className="alert-map"
      role="application"
      aria-label={t('alerts.mapOf', { place })}
      data-testid="alert-map"
    />
  )
}
