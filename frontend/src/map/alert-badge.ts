import { SEVERITY_BOX, SEVERITY_SHAPES, severityAt } from '../alerts/severity-shapes.ts'
import type { ThemeColours } from './theme-colours.ts'

const SIZE = 10

/** A small mark in shape and colour of the severity, centred at x, y (CSS pixels); nothing for rank 0. */
export function paintAlertBadge(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  rank: number,
  colours: ThemeColours,
): void {
  const severity = severityAt(rank)
  if (severity === null) return
  const outline = new Path2D(SEVERITY_SHAPES[severity])
  const scale = SIZE / SEVERITY_BOX
  context.save()
  context.translate(x - SIZE / 2, y - SIZE / 2)
  context.scale(scale, scale)
  context.lineJoin = 'round'
  context.lineWidth = 3 / scale
  context.strokeStyle = colours['map-label-halo']
  context.stroke(outline)
  context.fillStyle = colours[`severity-${severity}`]
  context.fill(outline)
  context.restore()
}
