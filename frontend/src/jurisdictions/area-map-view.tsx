import { useEffect } from 'react'
import { useText } from '../i18n/use-text.ts'
import { useSmallMap } from '../map/use-small-map.ts'
import { AreaMap } from './area-map.ts'
import type { AreaGeometry } from './read-geometry.ts'

/** Hosts the small map of a jurisdiction. */
export function AreaMapView({ name, geometry }: { name: string; geometry: AreaGeometry }) {
  const { t } = useText()
  const { element, map } = useSmallMap(AreaMap)
  useEffect(() => map?.setArea(geometry), [map, geometry])
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
