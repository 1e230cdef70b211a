import { MEDIA } from '@osprey/core/properties'
import L from 'leaflet'
import type { Viewport } from '../map/canvas-layer.ts'
import { SmallMap } from '../map/small-map.ts'
import { SpriteSheet } from '../map/sprites.ts'
import { StationDots } from '../map/station-dots.ts'
import type { ThemeColours } from '../map/theme-colours.ts'
import type { StationStore } from '../stations/station-store.ts'

const PANE = 420
const ZOOM = 13
const GLYPH = 16
const LOOK = { colour: 'map-label', radius: 2 } as const

/** A small map of the stations an alert is about, among the others, over the territory's layers. */
export class AlertMap extends SmallMap {
  protected override readonly dots: StationMarks
  private shown: readonly string[] = []
  private placed = false

  constructor(container: HTMLElement, stations: StationStore) {
    super(container, stations, { zoomControl: true })
    this.addPane('alert-stations', PANE)
    this.dots = new StationMarks('alert-stations', stations, this.colours, LOOK)
    this.dots.addTo(this.map)
  }

  setStations(ids: readonly string[]): void {
    this.shown = ids
    this.placed = false
    this.dots.show(ids)
    this.fit()
  }

  protected override stationsChanged(): void {
    super.stationsChanged()
    if (!this.placed) this.fit()
  }

  /** Once: later the person may have moved it. */
  protected override fit(): void {
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
class StationMarks extends StationDots {
  private sprites: SpriteSheet | undefined
  private shown: readonly string[] = []

  show(ids: readonly string[]): void {
    this.shown = ids
    this.request()
  }

  override setColours(colours: ThemeColours): void {
    this.sprites = undefined
    super.setColours(colours)
  }

  protected override paint(view: Viewport): void {
    super.paint(view)
    const { context, world, originX, originY } = view
    const { x, y } = this.stations
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
