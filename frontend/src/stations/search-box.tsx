import { type KeyboardEvent, useDeferredValue, useId, useMemo, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Glyph } from '../map/glyph.tsx'
import { Icon } from '../ui/icons.tsx'
import { StationSearch } from './search.ts'
import './search.css'

const MOST_RESULTS = 12

/** Finds stations by name or id (ARIA combobox with a list popup: arrows move, Enter opens, Escape closes). */
export function SearchBox() {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const { routes } = useApp()
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const list = useId()
  const search = useMemo(() => new StationSearch(stations), [stations])
  const wanted = useDeferredValue(query)
  const results = useMemo(() => search.find(wanted, MOST_RESULTS), [search, wanted])
  const showing = open && query.trim() !== ''

  const choose = (row: number): void => {
    const id = stations.ids[row]
    if (id === undefined) return
    setOpen(false)
    setQuery('')
    routes.visit(id)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (results.length > 0) setActive((active + step + results.length) % results.length)
    } else if (event.key === 'Enter' && showing) {
      const row = results[active]
      if (row !== undefined) choose(row)
    } else if (event.key === 'Escape') {
      if (showing) setOpen(false)
      else setQuery('')
    }
  }

  return (
    <search className="search">
      <Icon name="search" size={18} />
      <input
        className="input search-input"
        type="text"
        role="combobox"
        aria-label={t('search.label')}
        aria-expanded={showing}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={showing && results.length > 0 ? `${list}-${active}` : undefined}
        placeholder={t('search.placeholder')}
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setActive(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        data-testid="search"
      />
      <div className="search-popup" hidden={!showing}>
        <div id={list} role="listbox" aria-label={t('search.results')}>
          {showing &&
            results.map((row, at) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the input
              // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
              <div
                key={stations.ids[row]}
                id={`${list}-${at}`}
                role="option"
                aria-selected={at === active}
                className="search-result"
                onPointerDown={(event) => event.preventDefault()}
                onPointerMove={() => setActive(at)}
                onClick={() => choose(row)}
              >
                <Glyph medium={stations.mediumOf(row)} />
                <span className="search-name">{stations.records[row]?.name}</span>
                <span className="search-id mono">{stations.ids[row]}</span>
              </div>
            ))}
        </div>
        {results.length === 0 && <p className="search-none">{t('search.none')}</p>}
      </div>
      <span className="visually-hidden" role="status">
        {showing ? t('search.count', { count: results.length, n: format.number(results.length) }) : ''}
      </span>
    </search>
  )
}
