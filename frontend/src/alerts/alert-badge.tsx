import { SEVERITIES } from '@osprey/core/api/rules'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { FIRING_ALERTS } from './alert-search.ts'
import './severity.css'

const MOST = 999

/** The way to the alerts where there is no room for the names of the pages. */
export function AlertShortcut({ current }: { current: boolean }) {
  const { t } = useText()
  return (
    <a
      className="alert-shortcut"
      href={formatHash({ page: 'alerts', alert: null, search: FIRING_ALERTS })}
      aria-current={current ? 'page' : undefined}
      data-testid="alert-shortcut"
    >
      <Icon name="alert" />
      <span className="visually-hidden">{t('nav.alerts')}</span>
      <AlertBadge />
    </a>
  )
}

/** How many alerts fire, in the colour of the worst of them; nothing when none does. */
export function AlertBadge() {
  const { t, format } = useText()
  const counts = useObservable(useWorkspace().alerts.counts)
  if (counts === null || counts.firing === 0) return null
  const worst =
    [...SEVERITIES].reverse().find((severity) => (counts.bySeverity[severity] ?? 0) > 0) ?? 'minor'
  const shown = counts.firing > MOST ? `${format.number(MOST)}+` : format.number(counts.firing)
  return (
    <span className={`alert-badge severity-${worst} number`} data-testid="alert-badge">
      <span aria-hidden="true">{shown}</span>
      <span className="visually-hidden">
        {t('alerts.badge', { count: counts.firing, n: format.number(counts.firing) })}
      </span>
    </span>
  )
}
