import type { AlertView } from '@osprey/core/api/alerts'
import { useMemo } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { AlertRow } from './alert-row.tsx'
import type { AlertGroup, AlertSearch } from './alert-search.ts'
import { grouped } from './inbox.ts'
import type { AlertWords } from './use-alert-words.ts'

interface InboxListProps {
  rows: readonly AlertView[]
  leaving: ReadonlySet<string>
  search: AlertSearch
  words: AlertWords
  chosen: ReadonlySet<string>
  onSelect: ((id: string, range: boolean) => void) | null
}

export function InboxList({ rows, leaving, search, words, chosen, onSelect }: InboxListProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const groups = useMemo(() => {
    const siteOf = ({ site, station }: AlertView): string =>
      site ?? (station === null ? '' : (stations.recordOf(station)?.site ?? ''))
    const keyOf: Record<AlertGroup, ((alert: AlertView) => string) | null> = {
      '': null,
      site: siteOf,
      rule: ({ rule }) => rule,
    }
    return grouped(rows, keyOf[search.group])
  }, [rows, search.group, stations])
  const nameOf = (key: string, first: AlertView | undefined): string => {
    if (search.group === 'rule') return first?.ruleName ?? key
    return key === '' ? t('alerts.noSite') : (words.sites.get(key) ?? key)
  }
  return groups.map(({ key, rows: own }) => (
    <section
      key={key}
      className="alert-group"
      aria-label={search.group === '' ? t('alerts.list') : nameOf(key, own[0])}
    >
      {search.group !== '' && (
        <h2>
          {nameOf(key, own[0])} <span className="chip number">{format.number(own.length)}</span>
        </h2>
      )}
      <ul className="alert-list">
        {own.map((alert) => (
          <AlertRow
            key={alert.id}
            alert={alert}
            search={search}
            words={words}
            selected={chosen.has(alert.id)}
            leaving={leaving.has(alert.id)}
            onSelect={onSelect}
          />
        ))}
      </ul>
    </section>
  ))
}
