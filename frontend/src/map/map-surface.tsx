import { type RefObject, useEffect, useRef, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { countFrames } from '../diagnostics.ts'
import { type Text, useText } from '../i18n/use-text.ts'
import type { MapState } from '../routing/route.ts'
import { describeCluster, describeStation } from '../stations/describe.ts'
import type { StationFilter } from '../stations/filter.ts'
import { resultText } from '../stations/reading-text.ts'
import { useObservable } from '../ui/observable.ts'
import type { Workspace } from '../workspace.ts'
import { MapController, type MapView, type StationPile } from './map-controller.ts'

interface MapSurfaceProps {
  filter: StationFilter
  selected: string | null
  start: MapState['view']
  onReady: (controller: MapController | null) => void
  onView: (view: MapView) => void
  onSelect: (station: string | null) => void
  onPile: (pile: StationPile | null) => void
}

/** Hosts the map controller: creates it, hands it state, destroys it. */
export function MapSurface(props: MapSurfaceProps) {
  const text = useText()
  const { theme } = useApp()
  const workspace = useWorkspace()
  const element = useRef<HTMLDivElement>(null)
  const controller = useController(element, props, text)
  const layers = useObservable(workspace.layers.layers)
  const hidden = useObservable(workspace.layers.hidden)
  const effectiveTheme = useObservable(theme.effective)
  const { language, t } = text

  useEffect(() => controller?.setFilter(props.filter), [controller, props.filter])
  useEffect(() => controller?.select(props.selected), [controller, props.selected])
  useEffect(() => {
    controller?.setTerritory(
      layers.filter(({ id }) => !hidden.has(id)),
      language,
    )
  }, [controller, layers, hidden, language])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the style sheet answers
  useEffect(() => controller?.refreshColours(), [controller, effectiveTheme])

  return (
    <div
      ref={element}
      className="map-surface"
      role="application"
      aria-label={t('map.label')}
      data-testid="map"
    />
  )
}

function useController(
  element: RefObject<HTMLDivElement | null>,
  props: MapSurfaceProps,
  text: Text,
): MapController | null {
  const workspace = useWorkspace()
  const [controller, setController] = useState<MapController | null>(null)
  // The controller lives longer than one rendering: its callbacks read what is current.
  const current = useRef({ props, text })
  current.current = { props, text }

  useEffect(() => {
    const host = element.current
    if (host === null) return
    const created = new MapController(
      host,
      workspace.stations,
      {
        viewChanged: (view) => current.current.props.onView(view),
        selected: (station) => current.current.props.onSelect(station),
        piled: (pile) => current.current.props.onPile(pile),
        describeStation: (row) =>
          describeStation(
            workspace.stations,
            row,
            workspace.catalogue.get(),
            current.current.text,
            Date.now(),
          ),
        describeCluster: (state) => describeCluster(state, current.current.text),
        labelStation: (row) => labelOf(workspace, row, current.current),
      },
      workspace.config.get()?.tiles ?? null,
    )
    const { start, filter, selected } = current.current.props
    created.start(start, filter, selected)
    countFrames(created.stations)
    const observer = new ResizeObserver(() => created.resized())
    observer.observe(host)
    setController(created)
    current.current.props.onReady(created)
    return () => {
      observer.disconnect()
      current.current.props.onReady(null)
      created.destroy()
      setController(null)
    }
  }, [element, workspace])
  return controller
}

/** Values stand beside the stations when one property is shown: of different ones they could not be compared. */
function labelOf(
  { stations, catalogue }: Workspace,
  row: number,
  { props, text }: { props: MapSurfaceProps; text: Text },
): string | null {
  const value = stations.value[row] ?? null
  const property = stations.property[row] ?? null
  if (props.filter.property === null || property !== props.filter.property || value === null) return null
  return resultText(catalogue.get().get(property), value, text)
}
