import L from 'leaflet'

/** What Leaflet's own image layers use to follow a zoom animation; not in its type declarations. */
interface AnimatedMap extends L.Map {
  _latLngToNewLayerPoint(position: L.LatLng, zoom: number, center: L.LatLng): L.Point
}

/** Drawn around the visible part, pixels: a drag moves what is drawn, and only beyond this much is it painted anew. */
const PADDING = 128
/** Painted this much before the padding is used up, so that no bare ground shows. */
const RESERVE = 40

export interface Viewport {
  context: CanvasRenderingContext2D
  /** CSS pixels, padding included. */
  width: number
  height: number
  /** How far the canvas reaches beyond what is in sight, each way. */
  padding: number
  zoom: number
  /** Pixels of the whole world at this zoom; canvas x = square x · world − originX. */
  world: number
  originX: number
  originY: number
  /** West, south, east, north of the canvas, degrees. */
  bounds: [number, number, number, number]
}

/**
 * A canvas over the map that is painted at most once per animation frame, however often a painting is asked for,
 * and stretched by the style sheet while Leaflet animates a zoom.
 */
export abstract class CanvasLayer extends L.Layer {
  framesDrawn = 0
  lastFrameMs = 0
  protected readonly canvas = document.createElement('canvas')
  private frame = 0
  private animating = false
  private corner: L.LatLng | undefined
  private drawnZoom = 0
  /** Layer point of the canvas' corner. */
  private drawnAt: L.Point | undefined

  constructor(private readonly paneName: string) {
    super({ pane: paneName })
    this.canvas.className = 'leaflet-zoom-animated map-canvas'
    this.canvas.setAttribute('aria-hidden', 'true')
  }

  protected abstract paint(view: Viewport): void

  override onAdd(map: L.Map): this {
    map.getPane(this.paneName)?.append(this.canvas)
    this.request()
    return this
  }

  override onRemove(): this {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    this.canvas.remove()
    return this
  }

  override getEvents(): { [name: string]: L.LeafletEventHandlerFn } {
    return {
      viewreset: this.request,
      move: this.moved,
      moveend: this.request,
      resize: this.request,
      zoomanim: this.followZoom as L.LeafletEventHandlerFn,
      zoomend: () => {
        this.animating = false
        this.request()
      },
    }
  }

  /** Asks for a painting in the next frame. */
  readonly request = (): void => {
    if (this.frame === 0 && this._map) this.frame = requestAnimationFrame(this.draw)
  }

  /** A canvas moves with the map: nothing needs painting while what is in sight is on it. */
  private readonly moved = (): void => {
    if (this.drawnAt === undefined || this._map.getZoom() !== this.drawnZoom) {
      this.request()
      return
    }
    const offset = this._map.containerPointToLayerPoint([-PADDING, -PADDING]).subtract(this.drawnAt)
    if (Math.max(Math.abs(offset.x), Math.abs(offset.y)) > PADDING - RESERVE) this.request()
  }

  private readonly draw = (): void => {
    this.frame = 0
    if (this.animating || !this._map) return
    const started = performance.now()
    this.paint(this.prepare(this._map))
    this.framesDrawn++
    this.lastFrameMs = performance.now() - started
  }

  private prepare(map: L.Map): Viewport {
    const size = map.getSize()
    const width = size.x + 2 * PADDING
    const height = size.y + 2 * PADDING
    const ratio = window.devicePixelRatio || 1
    const context = this.canvas.getContext('2d') as CanvasRenderingContext2D
    const [deviceWidth, deviceHeight] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (this.canvas.width !== deviceWidth || this.canvas.height !== deviceHeight) {
      this.canvas.width = deviceWidth
      this.canvas.height = deviceHeight
      this.canvas.style.width = `${width}px`
      this.canvas.style.height = `${height}px`
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)

    const topLeft = map.containerPointToLayerPoint([-PADDING, -PADDING]).round()
    L.DomUtil.setPosition(this.canvas, topLeft)
    const origin = map.getPixelOrigin().add(topLeft)
    const zoom = map.getZoom()
    this.drawnZoom = zoom
    this.drawnAt = topLeft
    this.corner = map.layerPointToLatLng(topLeft)
    const opposite = map.layerPointToLatLng(topLeft.add([width, height]))
    return {
      context,
      width,
      height,
      padding: PADDING,
      zoom,
      world: 256 * 2 ** zoom,
      originX: origin.x,
      originY: origin.y,
      bounds: [this.corner.lng, opposite.lat, opposite.lng, this.corner.lat],
    }
  }

  private readonly followZoom = (event: L.ZoomAnimEvent): void => {
    if (!this._map || this.corner === undefined) return
    this.animating = true
    const scale = this._map.getZoomScale(event.zoom, this.drawnZoom)
    const map = this._map as AnimatedMap
    const offset = map._latLngToNewLayerPoint(this.corner, event.zoom, event.center)
    L.DomUtil.setTransform(this.canvas, offset, scale)
  }
}
