import { useSyncExternalStore } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Age } from '../ui/age.tsx'
import { FIRING_ALERTS } from './alert-search.ts'
import { SeverityMark } from './severity-mark.tsx'
import './severity.css'

const MOST = 5

/** The alerts that fire at a station, for its panel; nothing when none does. */
export function StationAlerts({ station }: { station: string }) {
  const { t, format } = useText()
  const { alerts } = useWorkspace()
  const open = useSyncExternalStore(alerts.subscribe, () => alerts.ofStation(station))
  if (open.length === 0) return null
  return (
    <section className="station-alerts" aria-label={t('alerts.ofStation')} data-testid="station-alerts">
      <ul>
        {open.slice(0, MOST).map((alert) => (
          <li key={alert.id}>
            <SeverityMark severity={alert.severity} />
            <a href={formatHash({ page: 'alerts', alert: alert.id, search: FIRING_ALERTS })}>
              {alert.ruleName}
            </a>
            <Age time={alert.firedAt ?? alert.startedAt} />
          </li>
        ))}
      </ul>
      {open.length > MOST && (
        <a href={formatHash({ page: 'alerts', alert: null, search: { ...FIRING_ALERTS, station } })}>
          {t('alerts.allOfStation', { count: open.length, n: format.number(open.length) })}
        </a>
      )}
    </section>
  )
}
