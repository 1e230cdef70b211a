import { MEDIA } from '@osprey/core/properties'
import { paintAlertBadge } from './alert-badge.ts'
import { GLYPH_BOX, GLYPHS } from './glyphs.ts'
import { LEVEL_COLOURS } from './palette.ts'
import type { ThemeColours } from './theme-colours.ts'

const SILENT = 1
const NEVER = 2
const RING_GAP = 3
const RING_WIDTH = 2.5
/** Room around the glyph for its ring and outline. */
const MARGIN = RING_GAP + RING_WIDTH + 2

export interface StationLook {
  /** Index into MEDIA. */
  medium: number
  /** −1 for none. */
  level: number
  /** Index into STATUSES. */
  status: number
  exceeding: boolean
  /** Rank of the worst severity of an alert that fires, 0 for none. */
  firing: number
}

/** Station symbols drawn once per look and size, then copied: thousands of outlines per frame would be too slow. */
export class SpriteSheet {
  private readonly sprites = new Map<number, HTMLCanvasElement>()
  private readonly outlines = MEDIA.map((medium) => new Path2D(GLYPHS[medium]))

  constructor(
    private readonly colours: ThemeColours,
    private readonly pixelRatio: number,
  ) {}

  /** Draws a station centred at x, y (CSS pixels); `size` is the side of the glyph. */
  draw(context: CanvasRenderingContext2D, x: number, y: number, size: number, look: StationLook): void {
    const key =
      ((((look.medium * 8 + look.level + 1) * 3 + look.status) * 2 + (look.exceeding ? 1 : 0)) * 5 +
        look.firing) *
        64 +
      size
    let sprite = this.sprites.get(key)
    if (sprite === undefined) {
      sprite = this.paint(size, look)
      this.sprites.set(key, sprite)
    }
    const side = size + 2 * MARGIN
    // Whole device pixels: a sprite between two pixels is blurred.
    const left = Math.round((x - side / 2) * this.pixelRatio) / this.pixelRatio
    const top = Math.round((y - side / 2) * this.pixelRatio) / this.pixelRatio
    context.drawImage(sprite, left, top, side, side)
  }

  private paint(size: number, look: StationLook): HTMLCanvasElement {
    const side = size + 2 * MARGIN
    const canvas = document.createElement('canvas')
    canvas.width = Math.ceil(side * this.pixelRatio)
    canvas.height = canvas.width
    const context = canvas.getContext('2d') as CanvasRenderingContext2D
    context.scale(this.pixelRatio, this.pixelRatio)
    context.translate(side / 2, side / 2)
    if (look.exceeding) this.paintRing(context, size / 2 + RING_GAP)
    const scale = size / GLYPH_BOX
    context.scale(scale, scale)
    context.translate(-GLYPH_BOX / 2, -GLYPH_BOX / 2)
    this.paintGlyph(context, this.outlines[look.medium] as Path2D, look, scale)
    context.resetTransform()
    context.scale(this.pixelRatio, this.pixelRatio)
    const corner = side / 2 + size / 2 - 0.5
    paintAlertBadge(context, corner, side - corner, look.firing, this.colours)
    return canvas
  }

  private paintRing(context: CanvasRenderingContext2D, radius: number): void {
    context.beginPath()
    context.arc(0, 0, radius, 0, 2 * Math.PI)
    context.fillStyle = this.colours['map-label-halo']
    context.globalAlpha = 0.75
    context.fill()
    context.globalAlpha = 1
    context.lineWidth = RING_WIDTH
    context.strokeStyle = this.colours.alert
    context.stroke()
  }

  private paintGlyph(
    context: CanvasRenderingContext2D,
    outline: Path2D,
    look: StationLook,
    scale: number,
  ): void {
    const { level, status } = look
    context.fillStyle =
      status === NEVER
        ? this.colours['map-label-halo']
        : (LEVEL_COLOURS[level]?.fill ?? this.colours['glyph-none'])
    context.fill(outline)
    if (status === SILENT) hatch(context, outline, this.colours, scale)
    context.lineJoin = 'round'
    context.lineWidth = 1.25 / scale
    context.strokeStyle = this.colours['glyph-edge']
    if (status === NEVER) context.setLineDash([2.2 / scale, 1.8 / scale])
    context.stroke(outline)
  }
}

/** Diagonal stripes of the ground over the fill: the last level stays visible, its certainty does not. */
function hatch(
  context: CanvasRenderingContext2D,
  outline: Path2D,
  colours: ThemeColours,
  scale: number,
): void {
  context.save()
  context.clip(outline)
  context.beginPath()
  const step = 4 / scale
  for (let offset = -GLYPH_BOX; offset < GLYPH_BOX * 2; offset += step) {
    context.moveTo(offset, GLYPH_BOX)
    context.lineTo(offset + GLYPH_BOX, 0)
  }
  context.lineWidth = 1.9 / scale
  context.strokeStyle = colours['map-label-halo']
  context.stroke()
  context.restore()
}
