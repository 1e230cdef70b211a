import { severityOf } from '../stations/severity.ts'
import { NO_LEVEL, type StationStore } from '../stations/station-store.ts'
import { box, overlaps } from './boxes.ts'
import { CanvasLayer, type Viewport } from './canvas-layer.ts'
import { type ClusterIndex, type Mark, SEPARATE_ZOOM } from './cluster-index.ts'
import { clusterRadius, paintCluster } from './cluster-painter.ts'
import { clusterState } from './cluster-state.ts'
import { SpriteSheet, type StationLook } from './sprites.ts'
import type { ThemeColours } from './theme-colours.ts'

/** Values are written beside the stations from this zoom on, when no more than this many are in view. */
const LABEL_ZOOM = SEPARATE_ZOOM
const MOST_LABELS = 160
const LABEL_HEIGHT = 12

interface DrawnMark {
  mark: Mark
  x: number
  y: number
  radius: number
  urgency: number
}

/** Clusters lie above single stations: they stand for several. */
const CLUSTER_URGENCY = 100

/** Draws every station and cluster in view and knows what lies under a point. */
export class StationLayer extends CanvasLayer {
  /** Text written beside a station, or null for none. */
  label: (row: number) => string | null = () => null
  selected: number | null = null
  highlighted: number | null = null
  private sprites: SpriteSheet | undefined
  private spriteRatio = 0
  private drawn: DrawnMark[] = []
  /** World pixels of the canvas' corner. */
  private origin = { x: 0, y: 0 }
  private colours: ThemeColours
  private readonly look: StationLook = { medium: 0, level: NO_LEVEL, status: 0, exceeding: false, firing: 0 }

  constructor(
    private readonly store: StationStore,
    private readonly index: ClusterIndex,
    colours: ThemeColours,
  ) {
    super('stations')
    this.colours = colours
    this.canvas.dataset['testid'] = 'station-canvas'
  }

  setColours(colours: ThemeColours): void {
    this.colours = colours
    this.sprites = undefined
    this.request()
  }

  /** The topmost mark under a point of the map container, or undefined. */
  markAt(x: number, y: number): Mark | undefined {
    const corner = this._map.containerPointToLayerPoint([0, 0]).add(this._map.getPixelOrigin())
    const atX = x + corner.x - this.origin.x
    const atY = y + corner.y - this.origin.y
    for (let at = this.drawn.length - 1; at >= 0; at--) {
      const { mark, x: markX, y: markY, radius } = this.drawn[at] as DrawnMark
      // At least 12 px around the middle, so that every target is 24 px wide (WCAG 2.2, 2.5.8).
      if (Math.hypot(markX - atX, markY - atY) <= Math.max(12, radius)) return mark
    }
    return undefined
  }

  protected override paint(view: Viewport): void {
    const sprites = this.spriteSheet()
    this.place(view)
    const { context } = view
    const size = glyphSize(view.zoom)
    const font = getComputedStyle(this.canvas).fontFamily
    const numberFont = `600 12px ${font}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const { mark, x, y } of this.drawn) {
      if (mark.row >= 0) sprites.draw(context, x, y, size, this.lookOf(mark.row))
      else {
        const state = clusterState(this.store, this.index.membersOf(mark.cluster))
        paintCluster(context, x, y, state, this.colours, numberFont)
      }
    }
    this.styleLabels(context)
    if (view.zoom >= LABEL_ZOOM) this.paintLabels(context, size)
    this.paintChosen(view, sprites, size)
  }

  private spriteSheet(): SpriteSheet {
    const ratio = window.devicePixelRatio || 1
    if (this.sprites === undefined || this.spriteRatio !== ratio) {
      this.sprites = new SpriteSheet(this.colours, ratio)
      this.spriteRatio = ratio
    }
    return this.sprites
  }

  /** Marks in view with their pixels, the most urgent last, hence on top. */
  private place(view: Viewport): void {
    const size = glyphSize(view.zoom)
    this.drawn = this.index.marks(view.bounds, view.zoom).map((mark) => ({
      mark,
      x: mark.x * view.world - view.originX,
      y: mark.y * view.world - view.originY,
      radius: mark.row >= 0 ? size / 2 : clusterRadius(mark.count),
      urgency: mark.row >= 0 ? severityOf(this.store, mark.row) : CLUSTER_URGENCY,
    }))
    this.drawn.sort((a, b) => a.urgency - b.urgency)
    this.origin = { x: view.originX, y: view.originY }
  }

  private lookOf(row: number): StationLook {
    this.look.medium = this.store.medium[row] as number
    this.look.level = this.store.level[row] as number
    this.look.status = this.store.status[row] as number
    this.look.exceeding = this.store.exceeding[row] === 1
    this.look.firing = this.store.firing[row] as number
    return this.look
  }

  private paintLabels(context: CanvasRenderingContext2D, size: number): void {
    const singles = this.drawn.filter(({ mark }) => mark.row >= 0)
    if (singles.length > MOST_LABELS) return
    const taken = this.drawn.map(({ x, y, radius }) => box(x - radius, y - radius, 2 * radius, 2 * radius))
    // The most urgent first: where two would overlap, it is the one that is written.
    for (const { mark, x, y } of singles.reverse()) {
      const text = this.label(mark.row)
      if (text === null || mark.row === this.selected || mark.row === this.highlighted) continue
      const left = x + size / 2 + 5
      const place = box(left, y - LABEL_HEIGHT / 2, context.measureText(text).width, LABEL_HEIGHT)
      if (taken.some((other) => overlaps(place, other))) continue
      taken.push(place)
      this.writeLabel(context, text, left, y)
    }
  }

  private styleLabels(context: CanvasRenderingContext2D): void {
    context.font = `600 11px ${getComputedStyle(this.canvas).fontFamily}`
    context.textAlign = 'left'
    context.lineJoin = 'round'
  }

  private writeLabel(context: CanvasRenderingContext2D, text: string, left: number, y: number): void {
    context.lineWidth = 3
    context.strokeStyle = this.colours['map-label-halo']
    context.fillStyle = this.colours.text
    context.strokeText(text, left, y)
    context.fillText(text, left, y)
  }

  /** The selected station is always shown itself, even when its cluster is not. */
  private paintChosen(view: Viewport, sprites: SpriteSheet, size: number): void {
    const chosen = new Set([this.highlighted, this.selected])
    for (const row of chosen) {
      if (row === null || row >= this.store.size) continue
      const x = (this.store.x[row] as number) * view.world - view.originX
      const y = (this.store.y[row] as number) * view.world - view.originY
      const radius = size / 2 + 9
      const { context } = view
      context.beginPath()
      context.arc(x, y, radius, 0, 2 * Math.PI)
      context.fillStyle = this.colours['map-label-halo']
      context.globalAlpha = 0.85
      context.fill()
      context.globalAlpha = 1
      context.lineWidth = row === this.selected ? 3 : 2
      context.strokeStyle = this.colours.accent
      context.stroke()
      sprites.draw(context, x, y, size, this.lookOf(row))
      const text = view.zoom >= LABEL_ZOOM ? this.label(row) : null
      if (text !== null) this.writeLabel(context, text, x + radius + 5, y)
    }
  }
}

/** Side of a station's glyph in CSS pixels: small enough for an overview, large enough to tell shapes apart. */
function glyphSize(zoom: number): number {
  if (zoom < 9) return 12
  return zoom < SEPARATE_ZOOM ? 14 : 16
}
