import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { FIRING_ALERTS } from './alert-search.ts'

/** Alerts and silences belong together; both pages lead to each other. */
export function AlertsTabs({ current }: { current: 'alerts' | 'silences' }) {
  const { t } = useText()
  const pages = {
    alerts: formatHash({ page: 'alerts', alert: null, search: FIRING_ALERTS }),
    silences: formatHash({ page: 'silences', silence: null }),
  }
  return (
    <nav className="alerts-tabs" aria-label={t('alerts.tabs')}>
      {(['alerts', 'silences'] as const).map((page) => (
        <a
          key={page}
          className="page-link"
          href={pages[page]}
          aria-current={page === current ? 'page' : undefined}
          data-testid={`tab-${page}`}
        >
          {t(page === 'alerts' ? 'alerts.inbox' : 'silences.title')}
        </a>
      ))}
    </nav>
  )
}
