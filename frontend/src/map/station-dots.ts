import type { StationStore } from '../stations/station-store.ts'
import { CanvasLayer, type Viewport } from './canvas-layer.ts'
import type { ThemeColours } from './theme-colours.ts'

interface DotLook {
  colour: keyof ThemeColours
  /** Pixels. */
  radius: number
}

/** Every station as a dot; ten thousand of them are one pass over the columns. */
export class StationDots extends CanvasLayer {
  constructor(
    pane: string,
    protected readonly stations: StationStore,
    protected colours: ThemeColours,
    private readonly look: DotLook,
  ) {
    super(pane)
  }

  setColours(colours: ThemeColours): void {
    this.colours = colours
    this.request()
  }

  protected override paint({ context, world, originX, originY, width, height }: Viewport): void {
    const { x, y } = this.stations
    const { colour, radius } = this.look
    context.fillStyle = this.colours[colour]
    context.beginPath()
    for (let row = 0; row < x.length; row++) {
      const left = (x[row] as number) * world - originX
      const top = (y[row] as number) * world - originY
      if (left < 0 || top < 0 || left > width || top > height) continue
      context.moveTo(left + radius, top)
      context.arc(left, top, radius, 0, 2 * Math.PI)
    }
    context.fill()
  }
}
