import type { AlertView } from '@osprey/core/api/alerts'
import { memo } from 'react'
import { useText } from '../i18n/use-text.ts'
import { formatHash, WHOLE_MAP } from '../routing/route.ts'
import { NO_VALUE } from '../stations/reading-text.ts'
import { Age } from '../ui/age.tsx'
import { useNow } from '../ui/use-now.ts'
import { AlertChips } from './alert-chips.tsx'
import type { AlertSearch } from './alert-search.ts'
import { durationOf } from './alert-text.ts'
import { SeverityMark } from './severity-mark.tsx'
import type { AlertWords } from './use-alert-words.ts'

interface AlertRowProps {
  alert: AlertView
  search: AlertSearch
  words: AlertWords
  selected: boolean
  leaving: boolean
  /** Null where nothing can be done with several. */
  onSelect: ((id: string, range: boolean) => void) | null
}

/** One alert: how bad, what, where, how much against what, since when, and who takes care. */
export const AlertRow = memo(function AlertRow({
  alert,
  search,
  words,
  selected,
  leaving,
  onSelect,
}: AlertRowProps) {
  const { t } = useText()
  const place = words.placeOf(alert)
  const finding = words.findingOf(alert)
  const name = t('alerts.named', { rule: alert.ruleName, place })
  return (
    <li
      className="alert-row"
      data-testid="alert-row"
      data-alert={alert.id}
      data-state={alert.state}
      data-severity={alert.severity}
      data-selected={selected}
      data-leaving={leaving}
    >
      {onSelect !== null && alert.state !== 'pending' && (
        <label className="alert-select">
          <input
            type="checkbox"
            checked={selected}
            aria-label={t('alerts.select', { name })}
            onChange={() => undefined}
            onClick={(event) => onSelect(alert.id, event.shiftKey)}
          />
        </label>
      )}
      <SeverityMark severity={alert.severity} />
      <div className="alert-main">
        <a className="alert-name" href={addressOf(alert, search)} aria-label={name} data-testid="alert-link">
          {alert.ruleName}
        </a>
        <p className="alert-place">{place}</p>
        <AlertChips alert={alert} words={words} />
      </div>
      <div className="alert-finding">
        {finding === null ? (
          <span>{alert.trigger === 'no_data' ? t('alerts.noData') : NO_VALUE}</span>
        ) : (
          <>
            <span className="alert-value number">
              <strong>{finding.value}</strong> {finding.threshold}
            </span>
            <span className="alert-measure">{finding.measure}</span>
            {finding.limit !== null && <span className="alert-measure">{finding.limit}</span>}
          </>
        )}
      </div>
      <div className="alert-since">
        <Age time={alert.firedAt ?? alert.startedAt} />
        <Lasting alert={alert} />
      </div>
    </li>
  )
})

/** What is pending is not an alert yet: it leads to its station. */
function addressOf({ id, state, station }: AlertView, search: AlertSearch): string {
  if (state === 'pending' && station !== null)
    return formatHash({ page: 'map', map: { ...WHOLE_MAP, station } })
  return formatHash({ page: 'alerts', alert: id, search })
}

function Lasting({ alert }: { alert: AlertView }) {
  const { t, format } = useText()
  const now = useNow()
  const duration = format.duration(durationOf(alert, now))
  return (
    <span className="alert-measure number">
      {t(alert.resolvedAt === null ? 'alerts.lasting' : 'alerts.lasted', { duration })}
    </span>
  )
}
