import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { themeColours } from '../map/theme-colours.ts'
import type { LevelScale } from '../stations/level-scheme.ts'
import { useObservable } from '../ui/observable.ts'
import { chartData } from './chart-data.ts'
import { chartOptions, type Shown } from './chart-options.ts'
import type { ChartOverlay } from './overlay.ts'
import type { Series } from './series.ts'

const HEIGHT = 236

/** Shown part of the time axis, epoch milliseconds; null when everything is shown. */
export type ChartWindow = { from: number; to: number } | null

interface ChartViewProps {
  series: Series
  scale: LevelScale | null
  /** What the chart shows, for those who do not see it. */
  label: string
  /** Stands where the reading under the pointer is shown, while there is none. */
  hint: string
  window: ChartWindow
  onWindow: (window: ChartWindow) => void
  /** Text of a value with its unit, and on the axis. */
  valueText: (value: number) => string
  axisText: (value: number) => string
  overlay?: ChartOverlay | null
}

/** Hosts a uPlot chart: made anew when the look changes, fed when only the readings do. */
export function ChartView(props: ChartViewProps) {
  const { series, scale, label, hint, window: shown, overlay = null } = props
  const { t, format } = useText()
  const { theme } = useApp()
  const effectiveTheme = useObservable(theme.effective)
  const host = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLParagraphElement>(null)
  const chart = useRef<uPlot | null>(null)
  const current = useRef(props)
  current.current = props
  const { plan, categories } = series

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the style sheet answers
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const look = {
      colours: themeColours(),
      font: getComputedStyle(element).fontFamily,
      format,
      axisText: (value: number) => current.current.axisText(value),
      limitText: t('chart.limit'),
      scale,
      overlay: () => current.current.overlay ?? null,
    }
    const created = new uPlot(
      {
        ...chartOptions(() => inSight(current.current), look),
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        // Otherwise uPlot would show the extent of the data after a double click, not the whole period.
        cursor: {
          bind: { dblclick: () => null },
          drag: { x: true, y: false, setScale: false },
          points: { size: 7 },
        },
        hooks: {
          setCursor: [
            (plot) => writeReadout(plot, readout.current, current.current, format.dateTime.bind(format)),
          ],
          setSelect: [(plot) => tellWindow(plot, current.current.onWindow)],
        },
      },
      chartData(current.current.series),
      element,
    )
    created.over.addEventListener('dblclick', () => current.current.onWindow(null))
    chart.current = created
    applyWindow(created, current.current)
    const observer = new ResizeObserver(() => created.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      created.destroy()
      chart.current = null
    }
  }, [plan, categories, scale, effectiveTheme, format, t])

  useEffect(() => {
    chart.current?.setData(chartData(series), false)
    if (chart.current !== null) applyWindow(chart.current, { series, window: shown })
  }, [series, shown])

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn over the chart is read when it is drawn
  useEffect(() => chart.current?.redraw(false, true), [overlay])

  return (
    <div className="chart" data-testid="chart">
      <p ref={readout} className="chart-readout number" aria-hidden="true">
        {hint}
      </p>
      <div ref={host} className="chart-canvas" role="img" aria-label={label} />
    </div>
  )
}

function inSight({ series, window: shown }: Pick<ChartViewProps, 'series' | 'window'>): Shown {
  const { from, to } = shown ?? series
  return { series, from, to }
}

function applyWindow(chart: uPlot, props: Pick<ChartViewProps, 'series' | 'window'>): void {
  const { from, to } = inSight(props)
  chart.setScale('x', { min: from / 1000, max: to / 1000 })
}

/** A drag chose a stretch of time; a mere click did not. */
function tellWindow(chart: uPlot, onWindow: (window: ChartWindow) => void): void {
  const { left, width } = chart.select
  if (width < 4) return
  const [from, to] = [left, left + width].map((at) => chart.posToVal(at, 'x') * 1000) as [number, number]
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  onWindow({ from, to })
}

/** Written past React: the pointer moves far more often than anything should render. */
function writeReadout(
  chart: uPlot,
  element: HTMLElement | null,
  { series, valueText, hint }: ChartViewProps,
  when: (time: number) => string,
): void {
  if (element === null) return
  const index = chart.cursor.idx
  const seconds = index == null ? undefined : chart.data[0][index]
  if (index == null || seconds === undefined) {
    element.textContent = hint
    return
  }
  const columns = chart.data.slice(1).map((column) => column?.[index] ?? null) as (number | null)[]
  const [high, low] = series.low === null ? [null, null] : [columns[0] ?? null, columns[1] ?? null]
  const value = columns.at(-2) ?? columns.at(-1) ?? null
  const range = low === null || high === null ? '' : ` (${valueText(low)} – ${valueText(high)})`
  element.textContent = value === null ? hint : `${when(seconds * 1000)} · ${valueText(value)}${range}`
}
