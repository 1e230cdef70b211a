import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import { MEDIA } from '@osprey/core/properties'
import type { TerritoryLayer } from '../layers/layer-store.ts'
import { CanvasLayer, type Viewport } from '../map/canvas-layer.ts'
import { SpriteSheet } from '../map/sprites.ts'
import { Territory } from '../map/territory.ts'
import { type ThemeColours, themeColours } from '../map/theme-colours.ts'
import type { StationStore } from '../stations/station-store.ts'

const PANE = 420
const ZOOM = 13
const GLYPH = 16
const DOT = 2

/** A small map of the stations an alert is about, among the others, over the territory's layers. */
export class AlertMap {
  private readonly map: L.Map
  private readonly territory: Territory
  private readonly marks: StationMarks
  private readonly unsubscribe: () => void
  private readonly sized: ResizeObserver
  private shown: readonly string[] = []
  private placed = false

  constructor(
    container: HTMLElement,
    private readonly stations: StationStore,
  ) {
    this.map = L.map(container, { zoomControl: true, attributionControl: false, maxZoom: 18, zoomSnap: 0.25 })
    const colours = themeColours()
    this.territory = new Territory(this.map, colours, false)
    const pane = this.map.createPane('alert-stations')
    pane.style.zIndex = String(PANE)
    pane.style.pointerEvents = 'none'
    this.marks = new StationMarks(stations, colours)
    this.unsubscribe = stations.subscribe(this.changed)
    this.map.setView([0, 0], 1)
    this.marks.addTo(this.map)
    this.sized = new ResizeObserver(() => {
      this.map.invalidateSize()
      this.fit()
    })
    this.sized.observe(container)
  }

  setTerritory(layers: readonly TerritoryLayer[]): void {
    this.territory.show(layers)
  }

  setStations(ids: readonly string[]): void {
    this.shown = ids
    this.placed = false
    this.marks.show(ids)
    this.fit()
  }

  refreshColours(): void {
    const colours = themeColours()
    this.territory.setColours(colours)
    this.marks.setColours(colours)
  }

  destroy(): void {
    this.unsubscribe()
    this.sized.disconnect()
    this.map.remove()
  }

  private readonly changed = (): void => {
    this.marks.request()
    if (!this.placed) this.fit()
  }

  /** Once: later the person may have moved it. */
  private fit(): void {
    if (this.placed) return
    const places = this.shown.flatMap((id) => {
      const record = this.stations.recordOf(id)
      return record === undefined ? [] : [L.latLng(record.latitude, record.longitude)]
    })
    if (places.length === 0) return
    this.placed = places.length === this.shown.length
    this.map.fitBounds(L.latLngBounds(places), { maxZoom: ZOOM, padding: [36, 36], animate: false })
  }
}

/** The stations of the alert as the large map draws them, the others as dots. */
class StationMarks extends CanvasLayer {
  private sprites: SpriteSheet | undefined
  private shown: readonly string[] = []

  constructor(
    private readonly stations: StationStore,
    private colours: ThemeColours,
  ) {
    super('alert-stations')
  }

  show(ids: readonly string[]): void {
    this.shown = ids
    this.request()
  }

  setColours(colours: ThemeColours): void {
    this.colours = colours
    this.sprites = undefined
    this.request()
  }

  protected override paint({ context, world, originX, originY, width, height }: Viewport): void {
    const { x, y } = this.stations
    context.fillStyle = this.colours['map-label']
    context.beginPath()
    for (let row = 0; row < x.length; row++) {
      const left = (x[row] as number) * world - originX
      const top = (y[row] as number) * world - originY
      if (left < 0 || top < 0 || left > width || top > height) continue
      context.moveTo(left + DOT, top)
      context.arc(left, top, DOT, 0, 2 * Math.PI)
    }
    context.fill()
    this.sprites ??= new SpriteSheet(this.colours, window.devicePixelRatio || 1)
    for (const id of this.shown) {
      const row = this.stations.row(id)
      if (row === undefined) continue
      const left = (x[row] as number) * world - originX
      const top = (y[row] as number) * world - originY
      context.beginPath()
      context.arc(left, top, GLYPH / 2 + 9, 0, 2 * Math.PI)
      context.globalAlpha = 0.85
      context.fillStyle = this.colours['map-label-halo']
      context.fill()
      context.globalAlpha = 1
      context.lineWidth = 2.5
      context.strokeStyle = this.colours.accent
      context.stroke()
      this.sprites.draw(context, left, top, GLYPH, {
        medium: MEDIA.indexOf(this.stations.mediumOf(row)),
        level: this.stations.level[row] as number,
        status: this.stations.status[row] as number,
        exceeding: this.stations.exceeding[row] === 1,
        firing: this.stations.firing[row] as number,
      })
    }
  }
}
