import { QUALITY } from '@osprey/core/quality'
import type uPlot from 'uplot'
import type { ThemeColours } from '../map/theme-colours.ts'
import type { Series } from './series.ts'

/** A horizontal line with its name. */
export interface OverlayLine {
  value: number
  text: string
  /** `threshold`: crossing it matters; `clear`: it is over beyond this one. */
  kind: 'threshold' | 'clear'
}

/** A stretch of time that stands out, epoch milliseconds. */
export interface OverlaySpan {
  from: number
  to: number
  /** Where within the span something was decided, marked by a line; null for none. */
  mark: number | null
}

/** What is drawn over a chart: thresholds, stretches of time, and rings around suspect results. */
export interface ChartOverlay {
  lines: readonly OverlayLine[]
  spans: readonly OverlaySpan[]
}

/** The values that the value axis should reach. */
export function overlayValues(overlay: ChartOverlay | null): number[] {
  return overlay === null ? [] : overlay.lines.map(({ value }) => value)
}

/** Positions of results that passed with doubt: drawn in the line, but marked. */
export function suspectPositions(series: Series): number[] {
  const found: number[] = []
  for (let at = 0; at < series.time.length; at++) {
    if (series.quality[at] === QUALITY.suspect && series.value[at] != null) found.push(at)
  }
  return found
}

/** Results that are not good, failed or suspect. */
export function suspectCount(series: Series): number {
  return suspectPositions(series).length
}

interface OverlayLook {
  colours: ThemeColours
  font: string
}

/** The stretches behind everything else. */
export function drawSpans(chart: uPlot, { spans }: ChartOverlay, { colours }: OverlayLook): void {
  const { ctx, bbox } = chart
  const ratio = devicePixelRatio || 1
  ctx.save()
  clip(chart)
  for (const { from, to, mark } of spans) {
    const left = chart.valToPos(from / 1000, 'x', true)
    const right = chart.valToPos(to / 1000, 'x', true)
    ctx.globalAlpha = 0.12
    ctx.fillStyle = colours.alert
    ctx.fillRect(left, bbox.top, Math.max(2 * ratio, right - left), bbox.height)
    ctx.globalAlpha = 0.8
    ctx.fillRect(left, bbox.top, Math.max(2 * ratio, right - left), 3 * ratio)
    ctx.globalAlpha = 1
    if (mark !== null) vertical(chart, chart.valToPos(mark / 1000, 'x', true), colours.alert, ratio)
  }
  ctx.restore()
}

function vertical(chart: uPlot, x: number, colour: string, ratio: number): void {
  const { ctx, bbox } = chart
  ctx.beginPath()
  ctx.setLineDash([2 * ratio, 3 * ratio])
  ctx.moveTo(Math.round(x), bbox.top)
  ctx.lineTo(Math.round(x), bbox.top + bbox.height)
  ctx.lineWidth = 1.25 * ratio
  ctx.strokeStyle = colour
  ctx.stroke()
  ctx.setLineDash([])
}

/** Thresholds with their names and rings around suspect results, over the line. */
export function drawOverlay(chart: uPlot, overlay: ChartOverlay, series: Series, look: OverlayLook): void {
  const ratio = devicePixelRatio || 1
  const { ctx } = chart
  ctx.save()
  clip(chart)
  drawLines(chart, overlay, look, ratio)
  ctx.lineWidth = 1.5 * ratio
  ctx.strokeStyle = look.colours['severity-moderate']
  for (const at of suspectPositions(series)) {
    const x = chart.valToPos((series.time[at] as number) / 1000, 'x', true)
    const y = chart.valToPos(series.value[at] as number, 'y', true)
    ctx.beginPath()
    ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI)
    ctx.stroke()
  }
  ctx.restore()
}

function drawLines(
  chart: uPlot,
  { lines }: ChartOverlay,
  { colours, font }: OverlayLook,
  ratio: number,
): void {
  const { ctx, bbox } = chart
  ctx.font = `600 ${11 * ratio}px ${font}`
  ctx.textAlign = 'left'
  const taken: number[] = []
  for (const { value, text, kind } of lines) {
    const y = Math.round(chart.valToPos(value, 'y', true))
    const colour = kind === 'threshold' ? colours.alert : colours['text-soft']
    ctx.beginPath()
    ctx.setLineDash(kind === 'threshold' ? [6 * ratio, 4 * ratio] : [2 * ratio, 3 * ratio])
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.lineWidth = 1.5 * ratio
    ctx.strokeStyle = colour
    ctx.stroke()
    ctx.setLineDash([])
    // Names above their line, below it at the top of the chart or where two lines lie close together.
    const crowded = taken.some((other) => Math.abs(other - y) < 14 * ratio)
    const below = y - bbox.top < 16 * ratio || crowded
    ctx.textBaseline = below ? 'top' : 'bottom'
    const textY = y + (below ? 3 : -3) * ratio
    ctx.lineWidth = 3 * ratio
    ctx.lineJoin = 'round'
    ctx.strokeStyle = colours.surface
    ctx.strokeText(text, bbox.left + 4 * ratio, textY)
    ctx.fillStyle = colour
    ctx.fillText(text, bbox.left + 4 * ratio, textY)
    taken.push(y)
  }
}

function clip({ ctx, bbox }: uPlot): void {
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
}
