import {
  type BacktestFiring,
  type BacktestResult,
  type RuleDefinition,
  SEVERITIES,
} from '@osprey/core/api/rules'
import { useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import {
  FIRING_COLUMNS,
  type FiringColumn,
  type FiringOrder,
  firingSeconds,
  sortFirings,
} from './compare-results.ts'
import { comparisonsOf } from './definition-edit.ts'
import { useDuration } from './fields.tsx'
import { SeverityLabel } from './severity-label.tsx'

const PAGE = 20
const NUMERIC: readonly FiringColumn[] = ['duration', 'peak', 'flaggedShare']

interface FiringTableProps {
  result: BacktestResult
  title: string
  definition: RuleDefinition | undefined
  /** End of the range, epoch milliseconds. */
  to: number
}

/** Every firing that was listed, sorted as wished, some at a time. */
export function FiringTable({ result, title, definition, to }: FiringTableProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const [order, setOrder] = useState<FiringOrder>({ by: 'start', descending: true })
  const [shown, setShown] = useState(PAGE)
  const placeOf = useMemo(
    () =>
      ({ station, site }: BacktestFiring): string =>
        station === null ? (site ?? '') : (stations.recordOf(station)?.name ?? station),
    [stations],
  )
  const sorted = useMemo(
    () => sortFirings(result.firings, order, to, SEVERITIES, placeOf),
    [result.firings, order, to, placeOf],
  )
  if (result.totals.firings === 0) {
    return (
      <section className="card" aria-label={title}>
        <h2>{title}</h2>
        <p className="card-empty">{t('rules.backtest.none')}</p>
      </section>
    )
  }
  const sort = (by: FiringColumn): void =>
    setOrder({ by, descending: order.by === by ? !order.descending : by !== 'station' })
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="table-scroll" tabIndex={0} aria-label={title}>
        <table className="table firing-table" data-testid="firings">
          <thead>
            <tr>
              {FIRING_COLUMNS.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={NUMERIC.includes(column) ? 'numeric' : undefined}
                  aria-sort={
                    order.by === column ? (order.descending ? 'descending' : 'ascending') : undefined
                  }
                >
                  <button type="button" className="sort" onClick={() => sort(column)}>
                    {t(`rules.backtest.column.${column}`)}
                    {order.by === column && <Icon name={order.descending ? 'down' : 'up'} size={12} />}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((firing) => (
              <Row
                key={`${firing.station} ${firing.site} ${firing.property} ${firing.start}`}
                firing={firing}
                definition={definition}
                place={placeOf(firing)}
                to={to}
              />
            ))}
          </tbody>
        </table>
      </section>
      <div className="table-foot">
        <p className="row-note number" role="status">
          {t('rules.backtest.shown', {
            n: format.number(Math.min(shown, sorted.length)),
            total: format.number(result.totals.firings),
          })}
          {result.omitted > 0 && ` ${t('rules.backtest.omitted', { n: format.number(result.omitted) })}`}
        </p>
        {shown < sorted.length && (
          <Button small onClick={() => setShown(shown + PAGE)} data-testid="more-firings">
            {t('rules.backtest.more')}
          </Button>
        )}
      </div>
    </section>
  )
}

interface RowProps {
  firing: BacktestFiring
  definition: RuleDefinition | undefined
  place: string
  to: number
}

function Row({ firing, definition, place, to }: RowProps) {
  const { t, format, say } = useText()
  const duration = useDuration()
  const catalogue = useObservable(useWorkspace().catalogue)
  const compared =
    definition?.trigger.kind === 'condition' ? comparisonsOf(definition.trigger.condition)[0] : undefined
  const property = catalogue.get(compared?.measure.property ?? '')
  const silent = firing.property === null ? undefined : catalogue.get(firing.property)
  const symbol = compared?.measure.statistic === 'count' ? '' : (property?.symbol ?? '')
  const peak =
    firing.peak === null ? '–' : `${format.number(firing.peak, property?.precision ?? 2)} ${symbol}`.trim()
  return (
    <tr>
      <td>
        {place}
        {silent !== undefined && <span className="row-note"> · {say(silent.name)}</span>}
      </td>
      <td>
        <SeverityLabel severity={firing.severity} />
      </td>
      <td className="number">{format.dateTime(Date.parse(firing.start))}</td>
      <td className="number">
        {firing.end === null ? t('rules.backtest.still') : format.dateTime(Date.parse(firing.end))}
      </td>
      <td className="numeric">{duration(firingSeconds(firing, to))}</td>
      <td
        className="numeric"
        title={firing.peakAt === null ? undefined : format.dateTime(Date.parse(firing.peakAt))}
      >
        {peak}
      </td>
      <td className="numeric">{format.percent(firing.flaggedShare)}</td>
    </tr>
  )
}
