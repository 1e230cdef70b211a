import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import type { Geometry } from 'geojson'
import type { TerritoryLayer } from '../layers/layer-store.ts'
import { CanvasLayer, type Viewport } from '../map/canvas-layer.ts'
import { Territory } from '../map/territory.ts'
import { type ThemeColours, themeColours } from '../map/theme-colours.ts'
import type { StationStore } from '../stations/station-store.ts'
import type { AreaGeometry } from './read-geometry.ts'

const AREA_PANE = 270
const DOT = 2.5

/** A small map of one jurisdiction: its polygon over the territory's layers, the stations as dots. */
export class AreaMap {
  private readonly map: L.Map
  private readonly territory: Territory
  private readonly dots: StationDots
  private readonly unsubscribe: () => void
  private readonly sized: ResizeObserver
  private colours = themeColours()
  private area: L.GeoJSON | undefined

  constructor(container: HTMLElement, stations: StationStore) {
    this.map = L.map(container, {
      zoomControl: false,
      attributionControl: false,
      maxZoom: 18,
      zoomSnap: 0.25,
    })
    this.territory = new Territory(this.map, this.colours, false)
    for (const [name, level] of [
      ['area', AREA_PANE],
      ['dots', AREA_PANE + 10],
    ] as const) {
      const pane = this.map.createPane(name)
      pane.style.zIndex = String(level)
      pane.style.pointerEvents = 'none'
    }
    this.dots = new StationDots(stations, this.colours)
    this.unsubscribe = stations.subscribe(this.dots.request)
    this.map.setView([0, 0], 1)
    this.dots.addTo(this.map)
    this.sized = new ResizeObserver(() => {
      this.map.invalidateSize()
      this.fit()
    })
    this.sized.observe(container)
  }

  setTerritory(layers: readonly TerritoryLayer[]): void {
    this.territory.show(layers)
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

  refreshColours(): void {
    this.colours = themeColours()
    this.territory.setColours(this.colours)
    this.dots.setColours(this.colours)
    this.area?.setStyle(this.areaStyle())
  }

  destroy(): void {
    this.unsubscribe()
    this.sized.disconnect()
    this.map.remove()
  }

  private fit(): void {
    const bounds = this.area?.getBounds()
    if (bounds?.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], animate: false })
  }

  private areaStyle(): L.PathOptions {
    const { accent } = this.colours
    return { color: accent, weight: 2.5, opacity: 1, fillColor: accent, fillOpacity: 0.14 }
  }
}

/** Every station as a dot; ten thousand of them are one pass over the columns. */
class StationDots extends CanvasLayer {
  constructor(
    private readonly stations: StationStore,
    private colours: ThemeColours,
  ) {
    super('dots')
  }

  setColours(colours: ThemeColours): void {
    this.colours = colours
    this.request()
  }

  protected override paint({ context, world, originX, originY, width, height }: Viewport): void {
    const { x, y } = this.stations
    context.fillStyle = this.colours['glyph-edge']
    context.beginPath()
    for (let row = 0; row < x.length; row++) {
      const left = (x[row] as number) * world - originX
      const top = (y[row] as number) * world - originY
      if (left < 0 || top < 0 || left > width || top > height) continue
      context.moveTo(left + DOT, top)
      context.arc(left, top, DOT, 0, 2 * Math.PI)
    }
    context.fill()
  }
}
