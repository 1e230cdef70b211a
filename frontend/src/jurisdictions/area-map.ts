import type { Geometry } from 'geojson'
import L from 'leaflet'
import { SmallMap } from '../map/small-map.ts'
import { StationDots } from '../map/station-dots.ts'
import type { StationStore } from '../stations/station-store.ts'
import type { AreaGeometry } from './read-geometry.ts'

const AREA_PANE = 270
const LOOK = { colour: 'glyph-edge', radius: 2.5 } as const

/** A small map of one jurisdiction: its polygon over the territory's layers, the stations as dots. */
export class AreaMap extends SmallMap {
  protected override readonly dots: StationDots
  private area: L.GeoJSON | undefined

  constructor(container: HTMLElement, stations: StationStore) {
    super(container, stations, { zoomControl: false })
    this.addPane('area', AREA_PANE)
    this.addPane('dots', AREA_PANE + 10)
    this.dots = new StationDots('dots', stations, this.colours, LOOK)
    this.dots.addTo(this.map)
  }

  /** Shows the jurisdiction and brings all of it into sight. */
  setArea(geometry: AreaGeometry): void {
    this.area?.remove()
    this.area = L.geoJSON(geometry as unknown as Geometry, {
      style: { ...this.areaStyle(), renderer: L.canvas({ pane: 'area', padding: 0.3 }) },
      interactive: false,
    }).addTo(this.map)
    this.fit()
  }

  override refreshColours(): void {
    super.refreshColours()
    this.area?.setStyle(this.areaStyle())
  }

  protected override fit(): void {
    const bounds = this.area?.getBounds()
    if (bounds?.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], animate: false })
  }

  private areaStyle(): L.PathOptions {
    const { accent } = this.colours
    return { color: accent, weight: 2.5, opacity: 1, fillColor: accent, fillOpacity: 0.14 }
  }
}
