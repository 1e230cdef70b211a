import { type Box, box, overlaps } from './boxes.ts'
import { CanvasLayer, type Viewport } from './canvas-layer.ts'
import { degreeLabel, graticuleLines, graticuleStep } from './graticule.ts'
import { mercatorX, mercatorY } from './mercator.ts'
import type { PlaceName } from './place-names.ts'
import type { ThemeColours } from './theme-colours.ts'

const LINE_SPACING = 130
const NAME_SIZE: Readonly<Record<PlaceName['kind'], number>> = {
  jurisdictions: 12.5,
  rivers: 11,
  sites: 11,
  other: 11,
}
/** Points are named from here on; earlier their names would cover the map. */
const POINT_NAME_ZOOM = 12

/** Between territory and stations: the graticule, where there are no tiles, and the names of places. */
export class BackdropLayer extends CanvasLayer {
  names: readonly PlaceName[] = []

  constructor(
    private colours: ThemeColours,
    private readonly graticule: boolean,
  ) {
    super('backdrop')
  }

  setColours(colours: ThemeColours): void {
    this.colours = colours
    this.request()
  }

  setNames(names: readonly PlaceName[]): void {
    this.names = names
    this.request()
  }

  protected override paint(view: Viewport): void {
    const font = getComputedStyle(this.canvas).fontFamily
    if (this.graticule) this.paintGraticule(view, font)
    this.paintNames(view, font)
  }

  private paintGraticule(view: Viewport, font: string): void {
    const { context, width, height } = view
    const [west, south, east, north] = view.bounds
    const step = graticuleStep(view.world, LINE_SPACING)
    context.strokeStyle = this.colours['map-graticule']
    context.fillStyle = this.colours['map-label']
    context.lineWidth = 1
    context.font = `10px ${font}`
    context.textBaseline = 'top'
    context.textAlign = 'left'
    context.beginPath()
    const edge = view.padding + 4
    for (const longitude of graticuleLines(west, east, step)) {
      const x = Math.round(mercatorX(longitude) * view.world - view.originX) + 0.5
      context.moveTo(x, 0)
      context.lineTo(x, height)
      context.fillText(degreeLabel(longitude, step, ['E', 'W']), x + 4, edge)
    }
    for (const latitude of graticuleLines(south, north, step)) {
      const y = Math.round(mercatorY(latitude) * view.world - view.originY) + 0.5
      context.moveTo(0, y)
      context.lineTo(width, y)
      context.fillText(degreeLabel(latitude, step, ['N', 'S']), edge, y + 4)
    }
    context.stroke()
  }

  private paintNames(view: Viewport, font: string): void {
    const { context, width, height } = view
    const taken: Box[] = []
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.lineJoin = 'round'
    context.lineWidth = 3
    context.strokeStyle = this.colours['map-label-halo']
    context.fillStyle = this.colours['map-label']
    for (const name of this.names) {
      const x = name.x * view.world - view.originX
      const y = name.y * view.world - view.originY
      if (x < 0 || y < 0 || x > width || y > height) continue
      if (name.extent === 0 && view.zoom < POINT_NAME_ZOOM) continue
      const size = NAME_SIZE[name.kind]
      context.font = `${name.kind === 'rivers' ? 'italic ' : name.kind === 'jurisdictions' ? '600 ' : ''}${size}px ${font}`
      const half = context.measureText(name.text).width / 2
      if (name.extent > 0 && name.extent * view.world < 2 * half) continue
      const below = name.extent === 0 ? y + 12 : y
      const place = box(x - half - 6, below - size, 2 * half + 12, 2 * size)
      if (taken.some((other) => overlaps(place, other))) continue
      taken.push(place)
      context.strokeText(name.text, x, below)
      context.fillText(name.text, x, below)
    }
  }
}
