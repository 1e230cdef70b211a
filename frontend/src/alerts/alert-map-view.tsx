import { useEffect } from 'react'
import { useText } from '../i18n/use-text.ts'
import { useSmallMap } from '../map/use-small-map.ts'
import { AlertMap } from './alert-map.ts'

/** Hosts the small map of an alert's stations. `stations`: ids separated by spaces. */
export function AlertMapView({ place, stations }: { place: string; stations: string }) {
  const { t } = useText()
  const { element, map } = useSmallMap(AlertMap)
  useEffect(() => map?.setStations(stations.split(' ')), [map, stations])
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
