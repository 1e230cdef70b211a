import { type KeyboardEvent, useDeferredValue, useId, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Glyph } from '../map/glyph.tsx'
import { StationSearch } from '../stations/search.ts'
import { Icon } from '../ui/icons.tsx'
import './devices.css'

const MOST_RESULTS = 8

interface StationPickerProps {
  value: readonly string[]
  onChange: (stations: readonly string[]) => void
  problem?: string | undefined
  label?: string
  hint?: string
}

/** Chooses stations by name or id (ARIA combobox); the chosen ones stand below and can be taken off. */
export function StationPicker({ value, onChange, problem, label, hint }: StationPickerProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const id = useId()
  const search = useMemo(() => new StationSearch(stations), [stations])
  const wanted = useDeferredValue(query)
  const results = useMemo(
    () =>
      search
        .find(wanted, MOST_RESULTS + value.length)
        .filter((row) => !value.includes(stations.ids[row] ?? ''))
        .slice(0, MOST_RESULTS),
    [search, wanted, value, stations],
  )
  const showing = open && query.trim() !== ''

  const choose = (row: number | undefined): void => {
    const station = row === undefined ? undefined : stations.ids[row]
    if (station === undefined) return
    onChange([...value, station])
    setQuery('')
    setActive(0)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (results.length > 0) setActive((active + step + results.length) % results.length)
    } else if (event.key === 'Enter') {
      // Enter chooses here; it must not send the form with half a search in it.
      event.preventDefault()
      if (showing) choose(results[active])
    } else if (event.key === 'Escape' && showing) {
      event.preventDefault()
      setOpen(false)
    }
  }

  return (
    <div className="field station-picker">
      <label htmlFor={id}>{label ?? t('devices.field.stations')}</label>
      <div className="station-picker-search">
        <input
          id={id}
          className="input"
          role="combobox"
          aria-expanded={showing}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-hint`}
          aria-activedescendant={showing && results.length > 0 ? `${id}-${active}` : undefined}
          placeholder={t('search.placeholder')}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setActive(0)
            setOpen(true)
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          data-testid="station-picker"
        />
        <div className="search-popup" hidden={!showing}>
          <div id={`${id}-list`} role="listbox" aria-label={t('search.results')}>
            {showing &&
              results.map((row, at) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the input
                // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
                <div
                  key={stations.ids[row]}
                  id={`${id}-${at}`}
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
      </div>
      <p id={`${id}-hint`} className="hint">
        {problem ?? hint ?? t('devices.field.stationsHint')}
      </p>
      <span className="visually-hidden" role="status">
        {showing ? t('search.count', { count: results.length, n: format.number(results.length) }) : ''}
      </span>
      {value.length > 0 && (
        <ul className="chosen-stations" aria-label={t('devices.field.chosen')}>
          {value.map((station) => (
            <li key={station} className="chip">
              <span>{stations.recordOf(station)?.name ?? station}</span>
              <span className="mono">{station}</span>
              <button
                type="button"
                className="chip-remove"
                aria-label={t('devices.field.takeOff', { station })}
                title={t('devices.field.takeOff', { station })}
                onClick={() => onChange(value.filter((other) => other !== station))}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
