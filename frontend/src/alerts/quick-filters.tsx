import type { AlertCounts } from '@osprey/core/api/alerts'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { useObservable } from '../ui/observable.ts'
import {
  type AlertSearch,
  QUICK_FILTERS,
  type QuickFilter,
  quickFilterOf,
  quickSearch,
} from './alert-search.ts'

const COUNTED: Readonly<Record<QuickFilter, keyof Omit<AlertCounts, 'bySeverity'> | null>> = {
  firing: 'firing',
  unacknowledged: 'unacknowledged',
  mine: 'mine',
  silenced: 'silenced',
  pending: 'pending',
  resolved: null,
}

/** The counts that answer "what needs me now", each a link to what it counts. */
export function QuickFilters({ search }: { search: AlertSearch }) {
  const { t, format } = useText()
  const { routes } = useApp()
  const counts = useObservable(useWorkspace().alerts.counts)
  const chosen = quickFilterOf(search)
  return (
    <nav aria-label={t('alerts.quick.label')}>
      <ul className="quick-filters">
        {QUICK_FILTERS.map((filter) => {
          const counted = COUNTED[filter]
          const count = counted === null || counts === null ? null : counts[counted]
          const route = { page: 'alerts', alert: null, search: quickSearch(filter, search.group) } as const
          return (
            <li key={filter}>
              <a
                className="quick-filter"
                href={formatHash(route)}
                aria-current={chosen === filter ? 'page' : undefined}
                data-filter={filter}
                data-some={count !== null && count > 0}
                data-testid={`quick-${filter}`}
                onClick={(event) => {
                  event.preventDefault()
                  routes.go(route)
                }}
              >
                {counted !== null && (
                  <span className="quick-count number">{count === null ? '…' : format.number(count)}</span>
                )}
                <span>{t(`alerts.quick.${filter}`)}</span>
              </a>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
