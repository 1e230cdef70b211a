import { useCallback, useEffect, useMemo, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { isStale } from '../live/connection.ts'
import { ConnectionBanner } from '../live/connection-banner.tsx'
import type { MapState } from '../routing/route.ts'
import type { StationFilter } from '../stations/filter.ts'
import { StationPanel } from '../stations/station-panel.tsx'
import { StationRail } from '../stations/station-rail.tsx'
import { IconButton } from '../ui/button.tsx'
import { useObservable } from '../ui/observable.ts'
import { useWide } from '../ui/use-media.ts'
import { useTitle } from '../ui/use-title.ts'
import { Legend } from './legend.tsx'
import type { MapController, MapView, StationPile } from './map-controller.ts'
import { MapControls } from './map-controls.tsx'
import { MapSurface } from './map-surface.tsx'
import { PileList } from './pile-list.tsx'
import './map.css'

export function MapPage({ map }: { map: MapState }) {
  const { t } = useText()
  useTitle(t('nav.map'))
  const workspace = useWorkspace()
  const { routes } = useApp()
  const disconnected = isStale(useObservable(workspace.live.connection))
  const stale = useObservable(workspace.live.delayedSince) !== null || disconnected
  const wide = useWide()
  const [railOpen, setRailOpen] = useState(wide)
  const [controller, setController] = useState<MapController | null>(null)
  const [view, setView] = useState<MapView | null>(null)
  const [pile, setPile] = useState<StationPile | null>(null)
  const { media, conditions, property, station } = map
  const filter = useMemo<StationFilter>(
    () => ({ media, conditions, property }),
    [media, conditions, property],
  )

  const select = useCallback((id: string | null) => routes.changeMap({ station: id }, true), [routes])
  const viewChanged = useCallback(
    (next: MapView) => {
      setView(next)
      workspace.watch({ view: next.bounds })
      const { latitude, longitude, zoom } = next
      routes.changeMap({ view: { latitude, longitude, zoom } }, false)
    },
    [workspace, routes],
  )

  useEffect(() => workspace.watch({ property, station }), [workspace, property, station])
  useEffect(() => setRailOpen(wide), [wide])
  useEffect(() => {
    if (station !== null) controller?.reveal(station, coveredByPanel())
  }, [controller, station])
  useFlights(controller)
  useArrivals(controller, map)

  return (
    <main id="content" tabIndex={-1} className="map-page" data-stale={stale} data-panel={station !== null}>
      <h1 className="visually-hidden">{t('nav.map')}</h1>
      {railOpen && (
        <StationRail
          filter={filter}
          controller={controller}
          view={view}
          selected={station}
          onFilter={(change) => routes.changeMap(change, true)}
          onClose={() => setRailOpen(false)}
        />
      )}
      <div className="map-area">
        <MapSurface
          filter={filter}
          selected={station}
          start={map.view}
          onReady={setController}
          onView={viewChanged}
          onSelect={select}
          onPile={setPile}
        />
        <ConnectionBanner live={workspace.live} />
        {!railOpen && (
          <IconButton
            icon="filter"
            className="rail-opener floating"
            label={t('rail.open')}
            onClick={() => setRailOpen(true)}
            data-testid="open-rail"
          />
        )}
        <MapControls controller={controller} />
        <Legend property={property} shapes={!railOpen} />
        {pile && <PileList pile={pile} onSelect={select} onClose={() => setPile(null)} />}
      </div>
      {station !== null && (
        <StationPanel
          key={station}
          id={station}
          preferred={property}
          onClose={() => select(null)}
          onLocate={() => controller?.flyTo(station)}
        />
      )}
    </main>
  )
}

/** Pixels of the map under the station panel, which lies above the map where there is no room beside it. */
function coveredByPanel(): { right: number; bottom: number } {
  const [panel, map, legend] = ['.panel', '.map-area', '.legend'].map((part) =>
    document.querySelector(part)?.getBoundingClientRect(),
  )
  if (!panel || !map || panel.left >= map.right) return { right: 0, bottom: 0 }
  if (panel.width < map.width) return { right: map.right - panel.left, bottom: 0 }
  // The sheet of a phone carries the legend on top of it.
  return { right: 0, bottom: map.bottom - Math.min(panel.top, legend?.top ?? panel.top) }
}

/** Follows requests to fly to a station, also those made while another page was open. */
function useFlights(controller: MapController | null): void {
  const { routes } = useApp()
  const flight = useObservable(routes.flight)
  useEffect(() => {
    if (controller === null || flight === null) return
    controller.flyTo(flight.station)
    routes.flight.set(null)
  }, [controller, flight, routes])
}

/** Moves the map when the address was changed from outside. */
function useArrivals(controller: MapController | null, map: MapState): void {
  const { routes } = useApp()
  const arrivals = useObservable(routes.arrivals)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only an arrival moves the map, not its own moves
  useEffect(() => {
    if (arrivals > 0 && map.view !== null) controller?.show(map.view)
  }, [arrivals])
}
