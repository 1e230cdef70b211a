import type { PropertyView } from '@osprey/core/api'
import type { AlertDetailView } from '@osprey/core/api/alerts'
import type { RuleVersionView } from '@osprey/core/api/rules'
import { useEffect, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { ChartView, type ChartWindow } from '../charts/chart-view.tsx'
import { type ChartOverlay, type OverlayLine, suspectCount } from '../charts/overlay.ts'
import { ReadingsTable } from '../charts/readings-table.tsx'
import { loadSeries, type Series } from '../charts/series.ts'
import { failedCount } from '../charts/summary.ts'
import '../charts/charts.css'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { RequestError } from '../session/request.ts'
import { NO_VALUE, readingText, resultText } from '../stations/reading-text.ts'
import { Button } from '../ui/button.tsx'
import { useObservable } from '../ui/observable.ts'
import { Empty, Failed, Loading } from '../ui/states.tsx'
import { ChoiceField } from '../ui/text-field.tsx'
import { clearThresholds, type EventSeries, eventPlan, eventSeries, eventWindow } from './event-plan.ts'
import type { AlertWords } from './use-alert-words.ts'

/** While it fires the chart is read again this often, milliseconds. */
const INTERVAL = 60_000

/** The series around the event, with what it was judged by and the alert's span. */
export function AlertChart({ alert, words }: { alert: AlertDetailView; words: AlertWords }) {
  const { t, say } = useText()
  const workspace = useWorkspace()
  const catalogue = useObservable(workspace.catalogue)
  const measured =
    alert.station === null ? [] : catalogue.sorted(Object.keys(workspace.stations.latestOf(alert.station)))
  const series = eventSeries(alert, measured)
  const [chosen, setChosen] = useState(0)
  const shown = series[chosen] ?? series[0]
  const property = shown === undefined ? undefined : catalogue.get(shown.property)
  const nameOf = ({ station, property: id }: EventSeries): string => {
    const known = catalogue.get(id)
    return `${known === undefined ? id : say(known.name)} · ${words.placeOf({ station, other: null, site: null })}`
  }
  if (shown === undefined || property === undefined)
    return <p className="card-empty">{t('alerts.chart.none')}</p>
  return (
    <>
      {series.length > 1 && (
        <ChoiceField
          label={t('alerts.chart.series')}
          value={String(chosen)}
          onChange={(value) => setChosen(Number(value))}
          testId="chart-series"
        >
          {series.map((each, at) => (
            <option key={nameOf(each)} value={at}>
              {nameOf(each)}
            </option>
          ))}
        </ChoiceField>
      )}
      <EventChart
        key={`${shown.station} ${shown.property}`}
        alert={alert}
        shown={shown}
        property={property}
        name={nameOf(shown)}
      />
    </>
  )
}

interface EventChartProps {
  alert: AlertDetailView
  shown: EventSeries
  property: PropertyView
  name: string
}

function EventChart({ alert, shown, property, name }: EventChartProps) {
  const text = useText()
  const { t, format } = text
  const { series, failed, retry } = useEventSeries(alert, shown, property)
  const clear = useClearThresholds(alert, shown.property)
  const [stretch, setStretch] = useState<ChartWindow>(null)
  const [table, setTable] = useState(false)
  const valueText = (value: number): string => readingText(property, resultOf(series, value), text)
  const axisText = (value: number): string => resultText(property, resultOf(series, value), text)
  const until = alert.resolvedAt === null ? (series?.to ?? 0) : Date.parse(alert.resolvedAt)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes the words, the rest is named
  const overlay = useMemo<ChartOverlay>(() => {
    const lines: OverlayLine[] = []
    const add = (value: number | null, kind: OverlayLine['kind'], label: string): void => {
      const known = lines.some((line) => line.value === value)
      if (value !== null && !known) lines.push({ value, kind, text: `${label} ${valueText(value)}` })
    }
    for (const item of alert.evidence.items) {
      // Counts, sums and rates are not on the scale of the readings.
      const comparable = !['count', 'sum', 'rate', 'stddev'].includes(item.statistic)
      if (item.station !== shown.station || item.property !== shown.property || !comparable) continue
      for (const bound of [item.threshold, item.thresholdHigh]) {
        add(bound, 'threshold', item.limit ?? t('alerts.chart.threshold'))
      }
    }
    for (const value of clear) add(value, 'clear', t('alerts.chart.clear'))
    const mark = alert.firedAt === null ? null : Date.parse(alert.firedAt)
    return { lines, spans: [{ from: Date.parse(alert.startedAt), to: until, mark }] }
  }, [alert.evidence, alert.startedAt, alert.firedAt, until, clear, shown, text.language])
  if (series === null) {
    if (failed === null) return <Loading text={t('chart.loading')} />
    return <Failed text={t(failed === 503 ? 'chart.unavailable' : 'chart.failed')} onRetry={retry} />
  }
  if (series.time.length === 0) return <Empty text={t('alerts.chart.empty')} />
  const label = t('alerts.chart.describe', {
    name,
    from: format.dateTime(series.from),
    to: format.dateTime(series.to),
    lines: overlay.lines.map((line) => line.text).join(', ') || NO_VALUE,
  })
  const suspect = suspectCount(series)
  const rejected = failedCount(series, series.from, series.to)
  return (
    <div className="history">
      <ChartView
        series={series}
        scale={null}
        overlay={overlay}
        label={label}
        hint={t('chart.zone', { zone: format.zone(series.to) })}
        window={stretch}
        onWindow={setStretch}
        valueText={valueText}
        axisText={axisText}
      />
      <ul className="chart-key">
        <li>
          <span className="key-span" aria-hidden="true" />
          {t('alerts.chart.span')}
        </li>
        {overlay.lines.some(({ kind }) => kind === 'threshold') && (
          <li>
            <span className="key-line threshold" aria-hidden="true" />
            {t('alerts.chart.threshold')}
          </li>
        )}
        {clear.length > 0 && (
          <li>
            <span className="key-line clear" aria-hidden="true" />
            {t('alerts.chart.clear')}
          </li>
        )}
        {suspect > 0 && (
          <li>
            <span className="key-ring" aria-hidden="true" />
            {t('alerts.chart.suspect', { count: suspect, n: format.number(suspect) })}
          </li>
        )}
      </ul>
      {rejected > 0 && (
        <p className="history-note">
          {t('chart.failedResults', { count: rejected, n: format.number(rejected) })}
        </p>
      )}
      {series.cut && <p className="history-note">{t('chart.cut')}</p>}
      <footer className="history-foot">
        <p />
        {stretch !== null && (
          <Button small icon="retry" onClick={() => setStretch(null)} data-testid="reset-zoom">
            {t('chart.reset')}
          </Button>
        )}
        <Button small look="quiet" icon="table" aria-expanded={table} onClick={() => setTable(!table)}>
          {t('chart.table')}
        </Button>
      </footer>
      {table && (
        <ReadingsTable
          series={series}
          from={stretch?.from ?? series.from}
          to={stretch?.to ?? series.to}
          valueText={valueText}
          label={label}
        />
      )}
    </div>
  )
}

function resultOf(series: Series | null, value: number): number | string {
  if (series === null || series.categories.length === 0) return value
  return series.categories[Math.round(value)] ?? NO_VALUE
}

function useEventSeries(
  alert: AlertDetailView,
  { station, property: id }: EventSeries,
  property: PropertyView,
) {
  const { request } = useWorkspace()
  const [series, setSeries] = useState<Series | null>(null)
  const [failed, setFailed] = useState<number | null>(null)
  const [attempt, setAttempt] = useState(0)
  const { startedAt, resolvedAt, evidence } = alert
  // What the evidence says of the window does not change with a fresh reading of the alert.
  const windows = evidence.items.map(({ windowSeconds }) => windowSeconds).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = (): void => {
      const { from, to } = eventWindow({ startedAt, resolvedAt, evidence }, Date.now())
      const plan = eventPlan(to - from, property)
      const categories = property.categories ?? []
      loadSeries(request, { station, property: id, plan, categories, now: to, signal: abort.signal }).then(
        (loaded) => {
          setSeries(loaded)
          setFailed(null)
          if (resolvedAt === null) timer = setTimeout(read, INTERVAL)
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setFailed(error instanceof RequestError ? error.status : 0)
        },
      )
    }
    read()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [request, station, id, property, startedAt, resolvedAt, windows, attempt])
  return { series, failed, retry: () => setAttempt((count) => count + 1) }
}

const NONE: readonly number[] = []

/** From the version of the rule that fired, for whoever may read rules. */
function useClearThresholds({ rule, ruleVersion }: AlertDetailView, property: string): readonly number[] {
  const { request } = useWorkspace()
  const may = useMay()('rules:read')
  const [found, setFound] = useState(NONE)
  useEffect(() => {
    if (!may) return
    const abort = new AbortController()
    const path = `/api/rules/${encodeURIComponent(rule)}/versions`
    request<RuleVersionView[]>(path, { signal: abort.signal }).then(
      (versions) => {
        const fired = versions.find(({ version }) => version === ruleVersion)
        const values = fired === undefined ? [] : clearThresholds(fired.definition, property)
        setFound(values.length > 0 ? values : NONE)
      },
      // Without them the chart shows the thresholds only; the rule may lie outside of the person's territory.
      () => undefined,
    )
    return () => abort.abort()
  }, [request, may, rule, ruleVersion, property])
  return found
}
