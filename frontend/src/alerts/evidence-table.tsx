import type { AlertDetailView, Evidence } from '@osprey/core/api/alerts'
import { QUALITY } from '@osprey/core/quality'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { readingText } from '../stations/reading-text.ts'
import { useObservable } from '../ui/observable.ts'
import { measuredText, measureText, thresholdText } from './alert-text.ts'
import type { AlertWords } from './use-alert-words.ts'

interface EvidenceProps {
  alert: AlertDetailView
  words: AlertWords
}

/** What the alert was judged by when it fired: every comparison, and the readings before it. */
export function EvidenceTables({ alert, words }: EvidenceProps) {
  const { t } = useText()
  const { items, readings } = alert.evidence
  if (items.length === 0 && readings.length === 0)
    return <p className="card-empty">{t('alerts.evidence.none')}</p>
  return (
    <>
      {items.length > 0 && <Items items={items} words={words} />}
      {readings.length > 0 && <Readings readings={readings} words={words} />}
    </>
  )
}

function Items({ items, words }: { items: Evidence['items']; words: AlertWords }) {
  const text = useText()
  const { t, format } = text
  const catalogue = useObservable(useWorkspace().catalogue)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="table-scroll" tabIndex={0} aria-label={t('alerts.evidence.compared')}>
      <table className="table" data-testid="evidence">
        <thead>
          <tr>
            <th scope="col">{t('alerts.evidence.measure')}</th>
            <th scope="col">{t('alerts.filter.station')}</th>
            <th scope="col" className="numeric">
              {t('chart.value')}
            </th>
            <th scope="col">{t('alerts.evidence.threshold')}</th>
            <th scope="col">{t('alerts.evidence.holds')}</th>
            <th scope="col" className="numeric">
              {t('alerts.evidence.coverage')}
            </th>
            <th scope="col" className="numeric">
              {t('alerts.evidence.count')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, at) => {
            const property = catalogue.get(item.property)
            const write = (value: number): string =>
              measuredText(value, item.unit, property, item.statistic, text)
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: evidence never changes, and comparisons may repeat
              <tr key={at}>
                <td>{measureText(item, catalogue, text)}</td>
                <td>{words.placeOf({ station: item.station, other: null, site: null })}</td>
                <td className="numeric">
                  {measuredText(item.value, item.unit, property, item.statistic, text)}
                </td>
                <td>
                  <span className="number">{thresholdText(item, write, text)}</span>
                  {item.limit !== null && <span className="evidence-limit">{item.limit}</span>}
                </td>
                <td>
                  {t(
                    item.holds === null
                      ? 'alerts.evidence.unknown'
                      : item.holds
                        ? 'alerts.filter.yes'
                        : 'alerts.filter.no',
                  )}
                </td>
                <td className="numeric">{item.coverage === null ? '—' : format.percent(item.coverage)}</td>
                <td className="numeric">{format.number(item.count)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function Readings({ readings, words }: { readings: Evidence['readings']; words: AlertWords }) {
  const text = useText()
  const { t, format, say } = text
  const catalogue = useObservable(useWorkspace().catalogue)
  const newestFirst = [...readings].reverse()
  return (
    <details className="evidence-readings">
      <summary>
        {t('alerts.evidence.readings', { count: readings.length, n: format.number(readings.length) })}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="table-scroll" tabIndex={0} aria-label={t('alerts.evidence.newest')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('chart.time')}</th>
              <th scope="col">{t('alerts.filter.station')}</th>
              <th scope="col">{t('alerts.evidence.property')}</th>
              <th scope="col" className="numeric">
                {t('chart.value')}
              </th>
              <th scope="col">{t('alerts.evidence.quality')}</th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map(({ station, property: id, time, value, quality }) => {
              const property = catalogue.get(id)
              return (
                <tr key={`${station} ${id} ${time}`}>
                  <td className="number">{format.dateTime(Date.parse(time))}</td>
                  <td>{words.placeOf({ station, other: null, site: null })}</td>
                  <td>{property === undefined ? id : say(property.name)}</td>
                  <td className="numeric">{readingText(property, value, text)}</td>
                  <td>
                    {quality === QUALITY.good
                      ? t('alerts.evidence.good')
                      : t(`quality.${quality}` as 'quality.3')}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </section>
    </details>
  )
}
