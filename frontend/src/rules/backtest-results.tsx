import type { BacktestInput, BacktestResult } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { BacktestChart } from './backtest-chart.tsx'
import { differenceOf } from './compare-results.ts'
import { useDuration } from './fields.tsx'
import { FiringTable } from './firing-table.tsx'
import { ProblemList } from './preview-panel.tsx'

interface BacktestResultsProps {
  results: readonly BacktestResult[]
  names: readonly string[]
  input: BacktestInput
  tookMs: number
}

/** What the definitions found: totals, days, every firing; two of them beside each other with the difference. */
export function BacktestResults({ results, names, input, tookMs }: BacktestResultsProps) {
  const { t, format } = useText()
  const [first, second] = results
  if (first === undefined) return null
  const to = Date.parse(input.to)
  return (
    <section className="form-stack" aria-label={t('rules.backtest.result')} data-testid="backtest-result">
      <p role="status" className="row-note number">
        {t('rules.backtest.finished', {
          n: format.number(first.totals.observations),
          datastreams: format.number(first.totals.datastreams),
          seconds: format.number(tookMs / 1000, 1),
        })}
      </p>
      {second !== undefined && <DifferenceCard first={first} second={second} names={names} />}
      <div className={second === undefined ? 'backtest-totals' : 'backtest-totals two'}>
        {results.map((result, index) => (
          <Totals
            key={names[index]}
            result={result}
            name={results.length > 1 ? (names[index] ?? '') : null}
            mark={results.length > 1 ? index : null}
          />
        ))}
      </div>
      <section className="card" aria-label={t('rules.backtest.perDay')}>
        <h2>{t('rules.backtest.perDay')}</h2>
        <BacktestChart results={results} names={names} from={input.from} to={input.to} />
      </section>
      {results.map((result, index) => (
        <FiringTable
          key={names[index]}
          result={result}
          title={
            results.length > 1
              ? t('rules.backtest.firingsOf', { name: names[index] ?? '' })
              : t('rules.backtest.firings')
          }
          definition={input.definitions[index]}
          to={to}
        />
      ))}
    </section>
  )
}

function Totals({
  result,
  name,
  mark,
}: {
  result: BacktestResult
  name: string | null
  mark: number | null
}) {
  const { t, format } = useText()
  const duration = useDuration()
  const { totals } = result
  return (
    <section className="card" aria-label={name ?? t('rules.backtest.totals')}>
      {name !== null && (
        <h2>
          <span className={`series-mark series-${mark}`} aria-hidden="true" /> {name}
        </h2>
      )}
      <dl className="totals">
        <div>
          <dt>{t('rules.backtest.total.firings')}</dt>
          <dd className="number" data-testid="total-firings">
            {format.number(totals.firings)}
          </dd>
        </div>
        <div>
          <dt>{t('rules.backtest.total.time')}</dt>
          <dd className="number">{duration(totals.firingSeconds)}</dd>
        </div>
        <div>
          <dt>{t('rules.backtest.total.stations')}</dt>
          <dd className="number">{format.number(totals.stations)}</dd>
        </div>
        <div>
          <dt>{t('rules.backtest.total.flagged')}</dt>
          <dd className="number">{format.percent(totals.flaggedShare)}</dd>
        </div>
      </dl>
      <ProblemList problems={result.problems} />
    </section>
  )
}

interface DifferenceCardProps {
  first: BacktestResult
  second: BacktestResult
  names: readonly string[]
}

/** The difference in words. */
function DifferenceCard({ first, second, names: [firstName = '', secondName = ''] }: DifferenceCardProps) {
  const { t, format } = useText()
  const duration = useDuration()
  const difference = differenceOf(first, second)
  const count = Math.abs(difference.firings)
  const how = difference.firings === 0 ? 'same' : difference.firings > 0 ? 'more' : 'fewer'
  const time = difference.firingSeconds
  return (
    <section className="card" aria-label={t('rules.difference.title')} data-testid="difference">
      <h2>{t('rules.difference.title')}</h2>
      <p>
        {how === 'same'
          ? t('rules.difference.same', { second: secondName, first: firstName })
          : t(`rules.difference.${how}`, {
              second: secondName,
              first: firstName,
              count,
              n: format.number(count),
              before: format.number(first.totals.firings),
              after: format.number(second.totals.firings),
            })}{' '}
        {time === 0
          ? t('rules.difference.timeSame')
          : t(time > 0 ? 'rules.difference.timeMore' : 'rules.difference.timeLess', {
              time: duration(Math.abs(time)),
            })}
      </p>
      <ul className="difference-list">
        <li>{t('rules.difference.both', { count: difference.both, n: format.number(difference.both) })}</li>
        <li>
          {t('rules.difference.only', {
            count: difference.onlySecond,
            n: format.number(difference.onlySecond),
            name: secondName,
          })}
        </li>
        <li>
          {t('rules.difference.only', {
            count: difference.onlyFirst,
            n: format.number(difference.onlyFirst),
            name: firstName,
          })}
        </li>
      </ul>
      {difference.partial && <p className="row-note">{t('rules.difference.partial')}</p>}
    </section>
  )
}
