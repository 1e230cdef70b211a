import { type RefObject, useEffect } from 'react'
import { commandOf, isTyping } from './keys.ts'

export interface InboxCommands {
  select: (id: string) => void
  /** The alert that has the focus, or none. */
  acknowledge: (id: string | null) => void
  clear: () => void
  help: () => void
}

/** The keyboard of the inbox: moves the focus from alert to alert and acts on the one that has it. */
export function useInboxKeys(
  list: RefObject<HTMLElement | null>,
  single: boolean,
  commands: InboxCommands,
): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // A dialog or a menu has the keyboard for itself.
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const row = (event.target as HTMLElement).closest?.<HTMLElement>('.alert-row') ?? null
      const command = commandOf(event, { typing: isTyping(event.target), inList: row !== null, single })
      if (command === null || command === 'open') return
      event.preventDefault()
      const id = row?.dataset['alert'] ?? null
      if (command === 'down' || command === 'up') moveFocus(list.current, row, command === 'down' ? 1 : -1)
      else if (command === 'select') id !== null && commands.select(id)
      else if (command === 'acknowledge') commands.acknowledge(id)
      else if (command === 'clear') commands.clear()
      else if (command === 'search') document.getElementById('inbox-search')?.focus()
      else commands.help()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}

function moveFocus(list: HTMLElement | null, row: HTMLElement | null, step: number): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>('.alert-row') ?? [])]
  const at = row === null ? (step > 0 ? -1 : 0) : rows.indexOf(row)
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]
  next?.querySelector<HTMLElement>('.alert-name')?.focus()
}
