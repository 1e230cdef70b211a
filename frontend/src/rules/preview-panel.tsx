import type { StationFacts } from '@osprey/core/alerting/types'
import type { Holiday, RuleDefinition } from '@osprey/core/api/rules'
import type { ObservedProperty } from '@osprey/core/properties'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import type { StationStore } from '../stations/station-store.ts'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { ChoiceField } from '../ui/text-field.tsx'
import { useDuration } from './fields.tsx'
import { PreviewChart } from './preview-chart.tsx'
import {
  comparisonOf,
  inputsOf,
  type PreviewRun,
  type PreviewTarget,
  previewCondition,
  previewNoData,
  thresholdLines,
} from './preview-run.ts'
import { type ColumnsState, useColumns, type Wanted } from './use-columns.ts'
import { useLoaded } from './use-loaded.ts'
import type { Preview } from './use-preview.ts'

const RANGES = { '24h': 86_400_000, '7d': 7 * 86_400_000 } as const
type Range = keyof typeof RANGES
const MINUTE = 60_000
const MOST_NAMED = 8

interface PreviewPanelProps {
  preview: Preview
  /** The form as it was last right; null before. */
  definition: RuleDefinition | null
}

/** Where the rule applies now, and what it would have done at one station lately. */
export function PreviewPanel({ preview, definition }: PreviewPanelProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const { view, error } = preview
  const [chosen, setChosen] = useState<string | null>(null)
  const targets = view?.stations ?? []
  const target = targets.find(({ id, other }) => keyOf(id, other) === chosen) ?? targets[0]
  const nameOf = (id: string): string => stations.recordOf(id)?.name ?? id
  return (
    <section className="card preview-card" aria-label={t('rules.preview.title')} data-testid="preview">
      <h2>{t('rules.preview.title')}</h2>
      {error !== null && <ProblemText error={error} />}
      {view === null && error === null && <p className="card-empty">{t('rules.preview.incomplete')}</p>}
      {view !== null && (
        <>
          <p role="status" className="preview-reach number" data-testid="preview-reach">
            {t('rules.preview.reach', { count: view.total, n: format.number(view.total) })}
          </p>
          {targets.length > 0 && (
            <details className="fold">
              <summary>
                <span className="fold-title">{t('rules.preview.which')}</span>
              </summary>
              <ul className="preview-stations">
                {targets.slice(0, MOST_NAMED).map(({ id, other }) => (
                  <li key={keyOf(id, other)}>
                    {other === null ? nameOf(id) : `${nameOf(id)} ↔ ${nameOf(other)}`}
                  </li>
                ))}
                {view.total > MOST_NAMED && (
                  <li className="row-note">
                    {t('rules.preview.more', {
                      count: view.total - MOST_NAMED,
                      n: format.number(view.total - MOST_NAMED),
                    })}
                  </li>
                )}
              </ul>
            </details>
          )}
          <ProblemList problems={view.problems} />
          {target !== undefined && definition !== null && (
            <>
              <ChoiceField
                label={t('rules.preview.station')}
                value={keyOf(target.id, target.other)}
                onChange={setChosen}
                testId="preview-station"
              >
                {targets.map(({ id, other }) => (
                  <option key={keyOf(id, other)} value={keyOf(id, other)}>
                    {other === null ? nameOf(id) : `${nameOf(id)} ↔ ${nameOf(other)}`}
                  </option>
                ))}
              </ChoiceField>
              <StationPreview key={keyOf(target.id, target.other)} definition={definition} target={target} />
            </>
          )}
        </>
      )}
    </section>
  )
}

const keyOf = (id: string, other: string | null): string => `${id}\n${other ?? ''}`

export function ProblemList({ problems }: { problems: readonly { en: string; zh: string }[] }) {
  const { t, say, format } = useText()
  if (problems.length === 0) return null
  return (
    <div className="notice caution">
      <Icon name="warning" size={18} />
      <div>
        <p>{t('rules.problems', { count: problems.length, n: format.number(problems.length) })}</p>
        <ul className="problem-list">
          {problems.slice(0, MOST_NAMED).map((problem) => (
            <li key={problem.en}>{say(problem)}</li>
          ))}
        </ul>
      </div>
    </div>
  )
}

interface StationPreviewProps {
  definition: RuleDefinition
  target: { id: string; other: string | null; properties: readonly string[] }
}

function StationPreview({ definition: newest, target }: StationPreviewProps) {
  const { t, format, say } = useText()
  const duration = useDuration()
  const { stations, catalogue } = useWorkspace()
  const properties = useObservable(catalogue)
  const holidays = useLoaded<Holiday[]>('/api/holidays')
  const definition = useDeferredValue(newest)
  const [range, setRange] = useState<Range>('24h')
  const [attempt, setAttempt] = useState(0)
  // The range ends when it is first looked at: it must not move while a threshold is tried.
  const [to, setTo] = useState(() => roundedNow())
  // biome-ignore lint/correctness/useExhaustiveDependencies: another range or attempt looks again
  useEffect(() => setTo(roundedNow()), [range, attempt])
  const from = to - RANGES[range]
  const full = useMemo(
    (): PreviewTarget => ({
      station: factsOf(stations, target.id),
      other: target.other === null ? null : factsOf(stations, target.other),
      context: {
        property: (id) => properties.get(id) as ObservedProperty | undefined,
        holidays: new Set(holidays.data?.map(({ date }) => date)),
      },
    }),
    [stations, target.id, target.other, properties, holidays.data],
  )
  const [shownSeries, setShownSeries] = useState(0)
  const { wanted, inputs, history } = useMemo(() => {
    const categories = (property: string): readonly string[] => properties.get(property)?.categories ?? []
    if (definition.trigger.kind === 'no_data') {
      const silent = definition.trigger.properties ?? target.properties
      return {
        wanted: silent.map(
          (property): Wanted => ({ station: target.id, property, categories: categories(property) }),
        ),
        inputs: [],
        history: definition.trigger.graceSeconds * 1000,
      }
    }
    const { inputs, history } = inputsOf(definition, full)
    const wanted = inputs.map(
      ({ of, property }): Wanted => ({
        station: of === 'other' ? (target.other ?? target.id) : target.id,
        property,
        categories: categories(property),
      }),
    )
    return { wanted, inputs, history }
  }, [definition, full, target, properties])
  const state = useColumns(wanted, from - history, to, attempt)
  const run = useMemo((): PreviewRun | null => {
    // While another series is read, what was read before belongs to the definition before.
    if (state.phase !== 'ready' || state.columns.length !== wanted.length) return null
    if (definition.trigger.kind === 'condition')
      return previewCondition(definition, full, state.columns, { from, to })
    const firings = previewNoData(definition, state.columns, { from, to })
    return { firings, watched: { times: [], values: [] }, problems: [], lines: [] }
  }, [definition, full, state, from, to, wanted.length])
  const at = Math.min(shownSeries, Math.max(0, wanted.length - 1))
  const property = properties.get(wanted[at]?.property ?? '')
  const compared = comparisonOf(definition, inputs[at])
  // The machine tells the value that is compared first; the others are seen by their readings.
  const isFirst = compared !== undefined && compared === comparisonOf(definition)
  const derived = isFirst && compared.measure.statistic !== 'last'
  const drawn = useMemo(
    () => run && { ...run, lines: thresholdLines(definition, full, to, inputs[at]) },
    [run, definition, full, to, inputs, at],
  )
  const fired = run?.firings ?? []
  const seconds = fired.reduce((sum, { fired: at, end }) => sum + ((end ?? to) - at) / 1000, 0)
  const summary =
    fired.length === 0
      ? t('rules.preview.none')
      : t('rules.preview.fired', {
          count: fired.length,
          n: format.number(fired.length),
          time: duration(seconds),
        })
  return (
    <div className="station-preview">
      <div className="preview-head">
        <Segmented
          label={t('chart.range')}
          options={(['24h', '7d'] as const).map((value) => ({
            value,
            text: t(`chart.${value}.short`),
            name: t(`chart.${value}.name`),
          }))}
          value={range}
          onChange={setRange}
        />
        <p className="row-note number">{t('rules.preview.zone', { zone: format.zone(to) })}</p>
      </div>
      {wanted.length > 1 && (
        <ChoiceField
          label={t('rules.preview.series')}
          value={String(at)}
          onChange={(chosen) => setShownSeries(Number(chosen))}
          testId="preview-series"
        >
          {wanted.map((series, index) => {
            const known = properties.get(series.property)
            const name = known === undefined ? series.property : say(known.name)
            return (
              <option key={`${series.station} ${series.property}`} value={index}>
                {target.other === null
                  ? name
                  : `${name} · ${stations.recordOf(series.station)?.name ?? series.station}`}
              </option>
            )
          })}
        </ChoiceField>
      )}
      {state.phase === 'failed' && (
        <Failed text={t('chart.failed')} onRetry={() => setAttempt((count) => count + 1)} />
      )}
      {state.phase === 'loading' && <Loading text={t('chart.loading')} />}
      {state.phase === 'ready' && drawn !== null && state.columns[at] !== undefined && (
        <>
          <PreviewChart
            readings={state.columns[at]}
            run={drawn}
            from={from}
            to={to}
            categories={property?.kind === 'category' ? (property.categories ?? []) : []}
            label={t('rules.preview.chart', {
              station: full.station.name,
              range: t(`chart.${range}.name`),
              summary,
            })}
            derived={derived}
            stepped={derived && compared.measure.aligned}
          />
          <Legend derived={derived} run={drawn} />
          <p role="status" className="preview-summary" data-testid="preview-summary">
            {summary}
          </p>
          <ProblemList problems={drawn.problems} />
          {fired.length > 0 && <Firings run={drawn} />}
          {isEmpty(state) && <p className="row-note">{t('rules.preview.noReadings')}</p>}
          {state.cut && <p className="row-note">{t('rules.preview.cut')}</p>}
        </>
      )}
    </div>
  )
}

const roundedNow = (): number => Math.ceil(Date.now() / MINUTE) * MINUTE

const isEmpty = (state: ColumnsState): boolean =>
  state.phase === 'ready' && state.columns.every(({ times }) => times.length === 0)

function factsOf(stations: StationStore, id: string): StationFacts {
  const record = stations.recordOf(id)
  const row = stations.row(id)
  return {
    id,
    name: record?.name ?? id,
    medium: row === undefined ? 'air' : stations.mediumOf(row),
    site: record?.site ?? null,
    class: record?.class ?? null,
    // Where a rule applies was decided by the server already.
    jurisdictions: [],
    attributes: record?.attributes ?? {},
  }
}

function Legend({ derived, run }: { derived: boolean; run: PreviewRun }) {
  const { t } = useText()
  return (
    <ul className="preview-legend" aria-hidden="true">
      <li className={derived ? 'faint' : 'watched'}>{t('rules.preview.legend.readings')}</li>
      {derived && <li className="watched">{t('rules.preview.legend.watched')}</li>}
      {run.lines.some(({ kind }) => kind !== 'clear') && (
        <li className="threshold">{t('rules.preview.legend.threshold')}</li>
      )}
      {run.lines.some(({ kind }) => kind === 'clear') && (
        <li className="clear">{t('rules.preview.legend.clear')}</li>
      )}
      {run.firings.length > 0 && <li className="firing">{t('rules.preview.legend.firing')}</li>}
    </ul>
  )
}

const MOST_ROWS = 20

/** What the chart shows, as text. */
function Firings({ run }: { run: PreviewRun }) {
  const { t, format } = useText()
  const duration = useDuration()
  const newest = run.firings.slice(-MOST_ROWS).reverse()
  return (
    <details className="fold">
      <summary>
        <span className="fold-title">{t('rules.preview.list')}</span>
      </summary>
      <ul className="preview-firings number">
        {newest.map(({ fired, end, severity }) => (
          <li key={fired}>
            {format.dateTime(fired)} · {t(`alerts.severity.${severity}`)} ·{' '}
            {end === null ? t('rules.preview.still') : duration((end - fired) / 1000)}
          </li>
        ))}
        {run.firings.length > MOST_ROWS && (
          <li className="row-note">{t('rules.preview.newest', { n: MOST_ROWS })}</li>
        )}
      </ul>
    </details>
  )
}
