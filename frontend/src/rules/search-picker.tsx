import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useMemo, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Icon } from '../ui/icons.tsx'
import { FieldProblem } from '../ui/text-field.tsx'
import { type Path, useProblem } from './problems.tsx'

export interface Candidate {
  id: string
  name: string
}

interface SearchPickerProps {
  label: string
  hint?: string
  chosen: readonly string[]
  /** The best candidates for what was typed. */
  find: (text: string) => readonly Candidate[]
  nameOf: (id: string) => string
  onChange: (chosen: string[]) => void
  path: Path
  /** One only: choosing replaces. */
  single?: boolean
  mark?: (id: string) => ReactNode
  testId?: string
}

/** Chooses from many by name or id (ARIA combobox); the chosen ones stand below and can be taken off. */
export function SearchPicker({
  label,
  hint,
  chosen,
  find,
  nameOf,
  onChange,
  path,
  single = false,
  mark,
  testId,
}: SearchPickerProps) {
  const { t, format } = useText()
  const id = useId()
  const problem = useProblem(path)
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const wanted = useDeferredValue(query)
  const results = useMemo(
    () => find(wanted).filter((candidate) => !chosen.includes(candidate.id)),
    [find, wanted, chosen],
  )
  const showing = open && results.length + query.trim().length > 0
  const choose = (candidate: Candidate | undefined): void => {
    if (candidate === undefined) return
    onChange(single ? [candidate.id] : [...chosen, candidate.id])
    setQuery('')
    setActive(0)
    if (single) setOpen(false)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (results.length > 0) setActive((active + step + results.length) % results.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (showing) choose(results[active])
    } else if (event.key === 'Escape' && showing) {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
    }
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="rule-picker">
        <input
          id={id}
          className="input"
          role="combobox"
          aria-expanded={showing}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-invalid={problem !== undefined}
          aria-describedby={hint === undefined && problem === undefined ? undefined : `${id}-notes`}
          aria-activedescendant={showing && results.length > 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('rules.scope.find')}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setActive(0)
            setOpen(true)
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          data-field={path.join('.')}
          data-testid={testId}
        />
        <div className="search-popup" hidden={!showing}>
          <div id={`${id}-list`} role="listbox" aria-label={label}>
            {showing &&
              results.map((candidate, at) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the input
                // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
                <div
                  key={candidate.id}
                  id={`${id}-${at}`}
                  role="option"
                  aria-selected={at === active}
                  className="search-result"
                  onPointerDown={(event) => event.preventDefault()}
                  onPointerMove={() => setActive(at)}
                  onClick={() => choose(candidate)}
                >
                  {mark?.(candidate.id) ?? <span />}
                  <span className="search-name">{candidate.name}</span>
                  {candidate.name !== candidate.id && <span className="search-id mono">{candidate.id}</span>}
                </div>
              ))}
          </div>
          {results.length === 0 && <p className="search-none">{t('rules.scope.noneFound')}</p>}
        </div>
      </div>
      <div id={`${id}-notes`}>
        {hint !== undefined && <p className="hint">{hint}</p>}
        {problem !== undefined && <FieldProblem text={problem} />}
      </div>
      <span className="visually-hidden" role="status">
        {showing && query !== ''
          ? t('rules.scope.found', { count: results.length, n: format.number(results.length) })
          : ''}
      </span>
      {chosen.length > 0 && (
        <ul className="rule-picker-chosen" aria-label={t('rules.scope.chosen', { label })}>
          {chosen.map((each) => (
            <li key={each} className="chip">
              <span>{nameOf(each)}</span>
              <button
                type="button"
                className="chip-remove"
                aria-label={t('rules.scope.takeOff', { name: nameOf(each) })}
                title={t('rules.scope.takeOff', { name: nameOf(each) })}
                onClick={() => onChange(chosen.filter((other) => other !== each))}
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
