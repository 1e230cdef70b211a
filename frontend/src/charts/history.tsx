import type { PropertyView } from '@osprey/core/api'
import { useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import type { LevelScale } from '../stations/level-scheme.ts'
import { NO_VALUE, readingText, resultText } from '../stations/reading-text.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Empty, Failed, Loading } from '../ui/states.tsx'
import { ChartView, type ChartWindow } from './chart-view.tsx'
import { type ChartRange, RANGES } from './plan.ts'
import { ReadingsTable } from './readings-table.tsx'
import type { Series } from './series.ts'
import { failedCount, type Summary, summarise } from './summary.ts'
import { useSeries, windowMinutes } from './use-series.ts'
import './charts.css'

interface HistoryProps {
  station: string
  property: PropertyView
  /** The level scale as far as it applies at this station. */
  scale: LevelScale | null
}

/** The history of one property: chart, readout of extremes and mean, and the same as a table. */
export function History({ station, property, scale }: HistoryProps) {
  const { t, say } = useText()
  const [range, setRange] = useState<ChartRange>('24h')
  const { state, retry } = useSeries(station, property, range)
  return (
    <section className="history" aria-label={t('chart.label', { property: say(property.name) })}>
      <header className="history-head">
        <h3>
          {say(property.name)} {property.symbol && <span className="history-unit">{property.symbol}</span>}
        </h3>
        <Segmented
          label={t('chart.range')}
          options={RANGES.map((value) => ({
            value,
            text: t(`chart.${value}.short`),
            name: t(`chart.${value}.name`),
          }))}
          value={range}
          onChange={setRange}
        />
      </header>
      {state.phase === 'loading' && <Loading text={t('chart.loading')} />}
      {state.phase === 'failed' && (
        <Failed text={t(state.status === 503 ? 'chart.unavailable' : 'chart.failed')} onRetry={retry} />
      )}
      {state.phase === 'ready' &&
        (state.series.time.length === 0 ? (
          <Empty text={t(`chart.${range}.empty`)} />
        ) : (
          <Plot
            key={`${property.id} ${range}`}
            property={property}
            series={state.series}
            scale={scale}
            range={range}
          />
        ))}
    </section>
  )
}

interface PlotProps {
  property: PropertyView
  series: Series
  scale: LevelScale | null
  range: ChartRange
}

function Plot({ property, series, scale, range }: PlotProps) {
  const text = useText()
  const { t, say, format } = text
  const [shown, setShown] = useState<ChartWindow>(null)
  const [table, setTable] = useState(false)
  const summary = summarise(series, shown?.from ?? series.from, shown?.to ?? series.to)
  const failed = failedCount(series, shown?.from ?? series.from, shown?.to ?? series.to)
  const valueText = (value: number): string => readingText(property, resultOf(series, value), text)
  const axisText = (value: number): string => resultText(property, resultOf(series, value), text)
  const minutes = windowMinutes(series)
  const made = minutes === 0 ? 'chart.ofReadings' : 'chart.ofWindows'
  const label = t('chart.describe', {
    property: say(property.name),
    range: t(`chart.${range}.name`),
    summary: summary === null ? t('chart.nothing') : summaryText(summary, valueText, t),
  })
  return (
    <>
      <ChartView
        series={series}
        scale={scale}
        label={label}
        hint={t('chart.zone', { zone: format.zone(series.to) })}
        window={shown}
        onWindow={setShown}
        valueText={valueText}
        axisText={axisText}
      />
      {property.kind === 'number' && <Readout series={series} summary={summary} valueText={axisText} />}
      <footer className="history-foot">
        <p>{t(made, { count: summary?.count ?? 0, n: format.number(summary?.count ?? 0), minutes })}</p>
        {shown !== null && (
          <Button small icon="retry" onClick={() => setShown(null)} data-testid="reset-zoom">
            {t('chart.reset')}
          </Button>
        )}
        <Button small look="quiet" icon="table" aria-expanded={table} onClick={() => setTable(!table)}>
          {t('chart.table')}
        </Button>
      </footer>
      {failed > 0 && (
        <p className="history-note">
          {t('chart.failedResults', { count: failed, n: format.number(failed) })}
        </p>
      )}
      {series.cut && <p className="history-note">{t('chart.cut')}</p>}
      {table && (
        <ReadingsTable
          series={series}
          from={shown?.from ?? series.from}
          to={shown?.to ?? series.to}
          valueText={valueText}
          label={label}
        />
      )}
    </>
  )
}

/** What a number of the chart stands for: categories are drawn as their position in the list. */
function resultOf(series: Series, value: number): number | string {
  return series.categories.length > 0 ? (series.categories[Math.round(value)] ?? NO_VALUE) : value
}

function summaryText(
  { minimum, mean, maximum }: Summary,
  valueText: (value: number) => string,
  t: ReturnType<typeof useText>['t'],
): string {
  return t('chart.summary', {
    minimum: valueText(minimum),
    mean: valueText(mean),
    maximum: valueText(maximum),
  })
}

interface ReadoutProps {
  series: Series
  summary: Summary | null
  valueText: (value: number) => string
}

function Readout({ series, summary, valueText }: ReadoutProps) {
  const { t } = useText()
  const write = (value: number | undefined): string => (value === undefined ? NO_VALUE : valueText(value))
  return (
    <dl className="readout" data-testid="readout">
      <div>
        <dt>{t('chart.minimum')}</dt>
        <dd className="number">{write(summary?.minimum)}</dd>
      </div>
      {series.plan.shape !== 'points' && (
        <div>
          <dt>{t('chart.mean')}</dt>
          <dd className="number">{write(summary?.mean)}</dd>
        </div>
      )}
      <div>
        <dt>{t('chart.maximum')}</dt>
        <dd className="number">{write(summary?.maximum)}</dd>
      </div>
    </dl>
  )
}
