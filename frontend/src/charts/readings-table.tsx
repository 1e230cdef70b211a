import { useText } from '../i18n/use-text.ts'
import { NO_VALUE } from '../stations/reading-text.ts'
import type { Series } from './series.ts'

/** Rows shown at most: a table is for reading, the interface for exporting. */
const MOST_ROWS = 200

interface ReadingsTableProps {
  series: Series
  from: number
  to: number
  valueText: (value: number) => string
  label: string
}

/** The chart's readings as a table, newest first. */
export function ReadingsTable({ series, from, to, valueText, label }: ReadingsTableProps) {
  const { t, format } = useText()
  const rows: number[] = []
  for (let at = series.time.length - 1; at >= 0 && rows.length < MOST_ROWS; at--) {
    const time = series.time[at] as number
    if (time >= from && time <= to) rows.push(at)
  }
  const write = (value: number | null | undefined): string => (value == null ? NO_VALUE : valueText(value))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="readings-table" tabIndex={0} aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            <th scope="col" className="numeric">
              {t(series.low === null ? 'chart.value' : 'chart.mean')}
            </th>
            {series.low !== null && (
              <>
                <th scope="col" className="numeric">
                  {t('chart.minimum')}
                </th>
                <th scope="col" className="numeric">
                  {t('chart.maximum')}
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((at) => (
            <tr key={series.time[at]}>
              <td className="number">{format.dateTime(series.time[at] as number)}</td>
              <td className="numeric">{write(series.value[at])}</td>
              {series.low !== null && <td className="numeric">{write(series.low[at])}</td>}
              {series.high !== null && <td className="numeric">{write(series.high[at])}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === MOST_ROWS && <p className="history-note">{t('chart.newest', { count: MOST_ROWS })}</p>}
    </section>
  )
}
