import uPlot from 'uplot'
import type { Formatter } from '../i18n/format.ts'
import { LEVEL_COLOURS } from '../map/palette.ts'
import type { ThemeColours } from '../map/theme-colours.ts'
import { type LevelScale, levelRanges, limitsOf } from '../stations/level-scheme.ts'
import { type ChartOverlay, drawOverlay, drawSpans, overlayValues } from './overlay.ts'
import type { Series } from './series.ts'
import { summarise, valueBounds } from './summary.ts'

export interface ChartLook {
  colours: ThemeColours
  font: string
  format: Formatter
  /** Text of a value on the axis. */
  axisText: (value: number) => string
  limitText: string
  scale: LevelScale | null
  /** Read anew at every drawing: a stretch may grow while it is looked at. */
  overlay?: () => ChartOverlay | null
}

/** A series and the stretch of it in sight, epoch milliseconds. */
export interface Shown {
  series: Series
  from: number
  to: number
}

const DAY = 86_400

/**
 * Options of the chart without its size and hooks: axes in the reader's language, levels and limit behind the line.
 * `shown` answers what is shown at the moment: the series grows and the stretch moves while the options stay.
 */
export function chartOptions(
  shown: () => Shown,
  look: ChartLook,
): Pick<uPlot.Options, 'series' | 'axes' | 'scales' | 'bands' | 'plugins'> {
  const { colours } = look
  const { series } = shown()
  return {
    scales: {
      x: { time: true, range: (_chart, low, high) => [low ?? 0, high ?? 1] },
      y: { range: () => yRange(shown(), look) },
      // Failed results are marked at the foot of the chart: their values would squash the others.
      failed: { range: [0, 1] },
    },
    axes: [xAxis(look), yAxis(series, look)],
    series: [{}, ...lines(series, colours)],
    bands: series.low === null ? [] : [{ series: [1, 2], fill: withAlpha(colours.accent, 0.18) }],
    plugins: [
      {
        hooks: {
          drawClear: (chart) => {
            const overlay = look.overlay?.() ?? null
            if (overlay !== null) drawSpans(chart, overlay, look)
            drawLevels(chart, look)
          },
          draw: (chart) => {
            drawFailed(chart, look)
            const overlay = look.overlay?.() ?? null
            if (overlay !== null) drawOverlay(chart, overlay, shown().series, look)
          },
        },
      },
    ],
  }
}

function yRange({ series, from, to }: Shown, look: ChartLook): [number, number] {
  if (series.plan.shape === 'steps') return [-0.25, Math.max(1, series.categories.length - 1) + 0.25]
  const summary = summarise(series, from, to)
  const drawn = overlayValues(look.overlay?.() ?? null)
  if (summary === null) return [0, Math.max(1, ...drawn) * 1.1]
  const limits = look.scale === null ? [] : limitsOf(look.scale)
  // What an alert was judged by is always in sight.
  const minimum = Math.min(summary.minimum, ...drawn)
  const maximum = Math.max(summary.maximum, ...drawn)
  return valueBounds(minimum, maximum, limits)
}

/** Columns 1 and 2 are the extremes of a band when there is one; then the line, then failed results, drawn by drawFailed. */
function lines(series: Series, colours: ThemeColours): uPlot.Series[] {
  const extreme: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
  const { shape } = series.plan
  const line: uPlot.Series = { stroke: colours.accent, width: 1.75, spanGaps: false }
  if (shape === 'points')
    Object.assign(line, { paths: () => null, points: { show: true, size: 4, fill: colours.accent } })
  if (shape === 'steps') line.paths = uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder
  if (shape === 'bars') {
    line.paths = uPlot.paths.bars?.({ size: [0.7, 24] }) as uPlot.Series.PathBuilder
    Object.assign(line, { fill: withAlpha(colours.accent, 0.55), points: { show: false } })
  }
  const failed: uPlot.Series = { scale: 'failed', paths: () => null, points: { show: false } }
  return [...(series.low === null ? [] : [extreme, extreme]), line, failed]
}

function xAxis(look: ChartLook): uPlot.Axis {
  return {
    ...axisLook(look),
    space: 56,
    size: 28,
    values: (_chart, splits, _axis, _space, increment) =>
      splits.map((at) => timeText(at, increment, look.format)),
  }
}

/** Days as dates, parts of days as hours with the date at midnight. `at` and `increment` are seconds. */
function timeText(at: number, increment: number, format: Formatter): string {
  const midnight = new Date(at * 1000)
  const isMidnight = midnight.getHours() === 0 && midnight.getMinutes() === 0
  return increment >= DAY || isMidnight ? format.date(at * 1000) : format.bareClock(at * 1000)
}

function yAxis(series: Series, look: ChartLook): uPlot.Axis {
  const axis: uPlot.Axis = {
    ...axisLook(look),
    size: series.categories.length > 0 ? 92 : 52,
    values: (_chart, splits) => splits.map((value) => look.axisText(value)),
  }
  if (series.plan.shape === 'steps') {
    const last = Math.max(1, series.categories.length - 1)
    axis.splits = () => Array.from({ length: last + 1 }, (_, index) => index)
  }
  return axis
}

function axisLook({ colours, font }: ChartLook): uPlot.Axis {
  const line = { stroke: colours.line, width: 1 }
  return {
    stroke: colours['text-faint'],
    font: `11px ${font}`,
    grid: line,
    ticks: { ...line, size: 4 },
    gap: 5,
  }
}

/** Thin lines where levels change, and the legal limit with its name. */
function drawLevels(chart: uPlot, { scale, colours, font, limitText }: ChartLook): void {
  if (scale === null) return
  const { ctx } = chart
  const { left, top, width, height } = chart.bbox
  const ratio = devicePixelRatio || 1
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.clip()
  const limits = limitsOf(scale)
  for (const { level, low, high } of levelRanges(scale)) {
    const bound = scale.direction === 'down' ? high : low
    if (level === 0 || bound === null || limits.includes(bound)) continue
    strokeAt(chart, bound, LEVEL_COLOURS[level]?.fill ?? colours.line, 1.25 * ratio, [])
  }
  for (const limit of limits) {
    const y = strokeAt(chart, limit, colours.alert, 1.75 * ratio, [6 * ratio, 4 * ratio])
    ctx.font = `600 ${11 * ratio}px ${font}`
    ctx.fillStyle = colours.alert
    ctx.textAlign = 'right'
    ctx.textBaseline = 'bottom'
    ctx.fillText(limitText, left + width - 4 * ratio, y - 2 * ratio)
  }
  ctx.restore()
}

function strokeAt(chart: uPlot, value: number, colour: string, width: number, dash: number[]): number {
  const { ctx } = chart
  const y = Math.round(chart.valToPos(value, 'y', true))
  ctx.beginPath()
  ctx.setLineDash(dash)
  ctx.moveTo(chart.bbox.left, y)
  ctx.lineTo(chart.bbox.left + chart.bbox.width, y)
  ctx.lineWidth = width
  ctx.strokeStyle = colour
  ctx.stroke()
  ctx.setLineDash([])
  return y
}

/** A cross at the foot of the chart for every result that failed the quality tests. */
function drawFailed(chart: uPlot, { colours }: ChartLook): void {
  const { ctx, bbox, data } = chart
  const failed = data.at(-1) ?? []
  const ratio = devicePixelRatio || 1
  const size = 2.5 * ratio
  const y = bbox.top + bbox.height - 5 * ratio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.beginPath()
  for (let at = 0; at < failed.length; at++) {
    if (failed[at] == null) continue
    const x = chart.valToPos(data[0][at] as number, 'x', true)
    ctx.moveTo(x - size, y - size)
    ctx.lineTo(x + size, y + size)
    ctx.moveTo(x + size, y - size)
    ctx.lineTo(x - size, y + size)
  }
  ctx.lineWidth = 1.25 * ratio
  ctx.strokeStyle = colours.negative
  ctx.stroke()
  ctx.restore()
}

/** A computed colour, `rgb(r, g, b)`, with an opacity. */
function withAlpha(colour: string, alpha: number): string {
  const [red, green, blue] = colour.match(/[\d.]+/g) ?? []
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`
}
