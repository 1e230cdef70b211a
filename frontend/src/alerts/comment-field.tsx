import type { AssigneeView } from '@osprey/core/api/alerts'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { candidates, completed, mentionAt, type Typed } from './mentions.ts'

const MOST_CANDIDATES = 6

interface CommentFieldProps {
  label: string
  value: string
  onChange: (text: string) => void
  most?: number
  /** Whether @ offers people. */
  mentions?: boolean
}

/** Free text; after an @ the people who can be mentioned are offered, as in an ARIA combobox: the focus stays here. */
export function CommentField({ label, value, onChange, most = 4000, mentions = true }: CommentFieldProps) {
  const { t, format } = useText()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const caret = useRef<number | null>(null)
  const people = usePolled<AssigneeView[]>('/api/alerts/assignees', 300_000)
  const [typed, setTyped] = useState<Typed | null>(null)
  const [active, setActive] = useState(0)
  const offered =
    typed === null || !mentions ? [] : candidates(people.data ?? [], typed.query, MOST_CANDIDATES)
  const open = offered.length > 0
  useEffect(() => {
    if (caret.current === null) return
    field.current?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })

  const look = (): void => {
    const element = field.current
    setTyped(element === null ? null : mentionAt(element.value, element.selectionStart))
    setActive(0)
  }
  const choose = (username: string | undefined): void => {
    const element = field.current
    if (element === null || typed === null || username === undefined) return
    const next = completed(value, element.selectionStart, typed, username)
    caret.current = next.caret
    onChange(next.text)
    setTyped(null)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive((active + step + offered.length) % offered.length)
    } else if (event.key === 'Enter' || event.key === 'Tab') choose(offered[active]?.username)
    else if (event.key === 'Escape') setTyped(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="field comment-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        ref={field}
        id={id}
        className="input"
        rows={3}
        maxLength={most}
        value={value}
        aria-haspopup={mentions ? 'listbox' : undefined}
        aria-controls={mentions ? `${id}-list` : undefined}
        aria-autocomplete={mentions ? 'list' : undefined}
        aria-activedescendant={open ? `${id}-${active}` : undefined}
        aria-describedby={mentions ? `${id}-hint` : undefined}
        onChange={(event) => {
          onChange(event.target.value)
          look()
        }}
        onClick={look}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
        data-testid="comment"
      />
      {mentions && (
        <>
          <div
            id={`${id}-list`}
            className="mention-list"
            role="listbox"
            aria-label={t('alerts.comment.people')}
            hidden={!open}
          >
            {offered.map(({ username, displayName }, at) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field
              // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
              <div
                key={username}
                id={`${id}-${at}`}
                role="option"
                aria-selected={at === active}
                className="search-result"
                onPointerDown={(event) => event.preventDefault()}
                onPointerMove={() => setActive(at)}
                onClick={() => choose(username)}
              >
                <span className="search-name">{displayName}</span>
                <span className="search-id mono">@{username}</span>
              </div>
            ))}
          </div>
          <p id={`${id}-hint`} className="hint">
            {t('alerts.comment.hint')}
          </p>
          <span className="visually-hidden" role="status">
            {open ? t('search.count', { count: offered.length, n: format.number(offered.length) }) : ''}
          </span>
        </>
      )}
    </div>
  )
}
