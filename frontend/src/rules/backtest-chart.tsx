import type { BacktestResult } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { usePhone } from '../ui/use-media.ts'
import { daysOf } from './days.ts'

interface BacktestChartProps {
  results: readonly BacktestResult[]
  names: readonly string[]
  from: string
  to: string
}

const HEIGHT = 150
const TOP = 14
const FOOT = 22
const LEFT = 34
/** On a phone the drawing is not made smaller: its letters would be too. */
const WIDTH = { desk: 1040, phone: 330 }

/** Firings per day as bars, those of two definitions beside each other; the same as a table for who prefers it. */
export function BacktestChart({ results, names, from, to }: BacktestChartProps) {
  const { t, format } = useText()
  const phone = usePhone()
  const width = phone ? WIDTH.phone : WIDTH.desk
  const days = daysOf(results, from, to)
  const most = Math.max(1, ...days.flatMap(({ counts }) => counts))
  const slot = (width - LEFT) / Math.max(1, days.length)
  const bar = Math.min(26, (slot * 0.76) / results.length)
  const every = Math.ceil(days.length / (phone ? 4 : 10))
  const y = (count: number): number => TOP + (1 - count / most) * (HEIGHT - TOP - FOOT)
  const dateText = (date: string): string => format.date(Date.parse(`${date}T12:00:00Z`))
  const total = results
    .map(({ totals }, index) => `${names[index]}: ${format.number(totals.firings)}`)
    .join(', ')
  return (
    <>
      <svg
        className="day-chart"
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={t('rules.backtest.chart', { total })}
      >
        {[0, most].map((count) => (
          <g key={count}>
            <line className="day-line" x1={LEFT} x2={width} y1={y(count)} y2={y(count)} />
            <text className="day-label" x={LEFT - 6} y={y(count) + 4} textAnchor="end">
              {format.number(count)}
            </text>
          </g>
        ))}
        {days.map(({ date, counts }, at) => (
          <g key={date}>
            {counts.map((count, index) => {
              const x = LEFT + at * slot + (slot - bar * counts.length) / 2 + index * bar
              return count === 0 ? null : (
                <rect
                  key={names[index]}
                  className={`day-bar series-${index}`}
                  x={x}
                  y={y(count)}
                  width={Math.max(1, bar - 1)}
                  height={y(0) - y(count)}
                >
                  <title>{`${dateText(date)}: ${format.number(count)}`}</title>
                </rect>
              )
            })}
            {at % every === 0 && (
              <text className="day-label" x={LEFT + (at + 0.5) * slot} y={HEIGHT - 6} textAnchor="middle">
                {dateText(date)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <details className="fold">
        <summary>
          <span className="fold-title">{t('chart.table')}</span>
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <section className="table-scroll day-table" tabIndex={0} aria-label={t('rules.backtest.perDay')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('rules.backtest.day')}</th>
                {results.map((_, index) => (
                  <th key={names[index]} scope="col" className="numeric">
                    {results.length > 1 ? names[index] : t('rules.backtest.total.firings')}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days
                .filter(({ counts }) => counts.some((count) => count > 0))
                .map(({ date, counts }) => (
                  <tr key={date}>
                    <td>{dateText(date)}</td>
                    {counts.map((count, index) => (
                      <td key={names[index]} className="numeric">
                        {format.number(count)}
                      </td>
                    ))}
                  </tr>
                ))}
            </tbody>
          </table>
        </section>
      </details>
    </>
  )
}
