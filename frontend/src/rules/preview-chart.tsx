import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useApp } from '../app-state.ts'
import { gapsBefore, withFillers } from '../charts/gaps.ts'
import type { Formatter } from '../i18n/format.ts'
import { useText } from '../i18n/use-text.ts'
import { type ThemeColours, themeColours } from '../map/theme-colours.ts'
import { useObservable } from '../ui/observable.ts'
import type { Columns, Firing, PreviewRun, ThresholdLine } from './preview-run.ts'

const HEIGHT = 220

interface PreviewChartProps {
  readings: Columns
  run: PreviewRun
  from: number
  to: number
  /** Names of states, when the values are their indices. */
  categories: readonly string[]
  /** Lines and firings in words, for those who do not see them. */
  label: string
  /** The watched value is not simply the reading: it is drawn as a second line. */
  derived: boolean
  /** It changes in steps, when windows end. */
  stepped: boolean
}

/** Readings, the value that is compared, the thresholds, and when the rule would have fired. */
export function PreviewChart(props: PreviewChartProps) {
  const { format } = useText()
  const { theme } = useApp()
  const effectiveTheme = useObservable(theme.effective)
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const current = useRef(props)
  current.current = props
  const { readings, run, derived, stepped, label, categories } = props
  const data = useMemo(() => dataOf(readings, run, derived, props.from), [readings, run, derived, props.from])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the style sheet answers
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const colours = themeColours()
    const created = new uPlot(
      {
        ...optionsOf(() => current.current, colours, getComputedStyle(element).fontFamily, format),
        width: Math.max(element.clientWidth, 1),
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      },
      data,
      element,
    )
    chart.current = created
    // A hidden tab has no width.
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) created.setSize({ width: element.clientWidth, height: HEIGHT })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      created.destroy()
      chart.current = null
    }
  }, [effectiveTheme, format, derived, stepped, categories])

  useEffect(() => {
    chart.current?.setData(data)
  }, [data])

  return (
    <div
      ref={host}
      className="chart preview-chart"
      role="img"
      aria-label={label}
      data-testid="preview-chart"
    />
  )
}

/** Times in seconds, readings, watched values; both lines break at gaps. */
function dataOf(readings: Columns, run: PreviewRun, derived: boolean, from: number): uPlot.AlignedData {
  const first = readings.times.findIndex((time) => time >= from)
  const start = first === -1 ? readings.times.length : first
  const raw = withGaps([...readings.times.subarray(start)], [...readings.values.subarray(start)])
  if (!derived) return [raw.times.map((time) => time / 1000), raw.values]
  const watched = {
    times: run.watched.times,
    values: run.watched.values.map((value) => (Number.isNaN(value) ? null : value)),
  }
  return uPlot.join(
    [
      [raw.times.map((time) => time / 1000), raw.values],
      [watched.times.map((time) => time / 1000), watched.values],
    ],
    [
      [0, 2],
      [0, 2],
    ],
  )
}

function withGaps(times: readonly number[], values: readonly number[]) {
  const gaps = gapsBefore(times, 0)
  return {
    times: withFillers(times, gaps, (at) => (times[at - 1] as number) + 1),
    values: withFillers<number | null>(values, gaps, () => null),
  }
}

function optionsOf(
  props: () => PreviewChartProps,
  colours: ThemeColours,
  font: string,
  format: Formatter,
): Omit<uPlot.Options, 'width' | 'height'> {
  const { derived, stepped, categories } = props()
  const axis: uPlot.Axis = {
    stroke: colours['text-faint'],
    font: `11px ${font}`,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1, size: 4 },
    gap: 5,
  }
  const reading: uPlot.Series = derived
    ? { stroke: colours['text-faint'], width: 0.6, alpha: 0.7, points: { show: false } }
    : { stroke: colours.accent, width: 1.75, points: { show: false } }
  if (categories.length > 0) reading.paths = uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder
  const watched: uPlot.Series = { stroke: colours.accent, width: 2, points: { show: false } }
  if (stepped) {
    // What a window was is known when it ends.
    Object.assign(watched, { points: { show: true, size: 5, fill: colours.accent } })
    watched.paths = uPlot.paths.stepped?.({ align: -1 }) as uPlot.Series.PathBuilder
  }
  return {
    scales: {
      x: { time: true, range: () => [props().from / 1000, props().to / 1000] },
      y: { range: (_chart, low, high) => yRange(low, high, props().run.lines, props().categories) },
    },
    axes: [
      {
        ...axis,
        space: 56,
        size: 28,
        values: (_chart, splits, _axis, _space, increment) =>
          splits.map((at) => timeText(at, increment, format)),
      },
      {
        ...axis,
        size: categories.length > 0 ? 92 : 52,
        ...(categories.length > 0 && { splits: () => categories.map((_, index) => index) }),
        values: (_chart, splits) =>
          splits.map((value) =>
            categories.length > 0 ? (categories[value] ?? '') : axisNumber(value, splits, format),
          ),
      },
    ],
    series: [{}, reading, ...(derived ? [watched] : [])],
    plugins: [
      {
        hooks: {
          drawClear: (chart: uPlot) => drawFirings(chart, props().run.firings, props().to, colours),
          draw: (chart: uPlot) => drawLines(chart, props().run.lines, colours),
        },
      },
    ],
  }
}

/** The data and every threshold, with some air: how far below a threshold the readings are is what one wants to know. */
function yRange(
  low: number | null,
  high: number | null,
  lines: readonly ThresholdLine[],
  categories: readonly string[],
): [number, number] {
  if (categories.length > 0) return [-0.25, Math.max(1, categories.length - 1) + 0.25]
  const all = [low, high, ...lines.map(({ value }) => value)].filter(
    (value) => value !== null && Number.isFinite(value),
  )
  if (all.length === 0) return [0, 1]
  const least = Math.min(...(all as number[]))
  const most = Math.max(...(all as number[]))
  const air = (most - least || Math.abs(most) || 1) * 0.08
  return [least >= 0 ? Math.max(0, least - air) : least - air, most + air]
}

function axisNumber(value: number, splits: readonly number[], format: Formatter): string {
  const step = Math.abs((splits[1] ?? 0) - (splits[0] ?? 0))
  const decimals = step >= 1 || step === 0 ? 0 : Math.min(6, Math.ceil(-Math.log10(step)))
  return format.number(value, decimals)
}

function timeText(at: number, increment: number, format: Formatter): string {
  const time = new Date(at * 1000)
  const midnight = time.getHours() === 0 && time.getMinutes() === 0
  return increment >= 86_400 || midnight ? format.date(at * 1000) : format.bareClock(at * 1000)
}

/** A band behind the lines for every firing, in the colour of its severity, with a bar at the top. */
function drawFirings(chart: uPlot, firings: readonly Firing[], to: number, colours: ThemeColours): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const { fired, end, severity } of firings) {
    const left = chart.valToPos(fired / 1000, 'x', true)
    const width = Math.max(2, chart.valToPos((end ?? to) / 1000, 'x', true) - left)
    ctx.fillStyle = colours[`severity-${severity}`]
    ctx.globalAlpha = 0.18
    ctx.fillRect(left, bbox.top, width, bbox.height)
    ctx.globalAlpha = 1
    ctx.fillRect(left, bbox.top, width, 4 * devicePixelRatio)
  }
  ctx.restore()
}

function drawLines(chart: uPlot, lines: readonly ThresholdLine[], colours: ThemeColours): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const { value, kind, severity } of lines) {
    const y = Math.round(chart.valToPos(value, 'y', true))
    ctx.beginPath()
    ctx.setLineDash(kind === 'clear' ? [3 * devicePixelRatio, 4 * devicePixelRatio] : [])
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.lineWidth = (kind === 'clear' ? 1.25 : 1.75) * devicePixelRatio
    ctx.strokeStyle = severity === null ? colours['text-soft'] : colours[`severity-${severity}`]
    ctx.stroke()
  }
  ctx.restore()
}
