import { recall, remember } from '../ui/preferences.ts'

/** What the keyboard does in the inbox. */
export const INBOX_KEYS = ['down', 'up', 'select', 'open', 'acknowledge', 'clear', 'search', 'help'] as const
export type InboxKey = (typeof INBOX_KEYS)[number]

/** The keys of each command as they are shown. */
export const SHOWN_KEYS: Readonly<Record<InboxKey, readonly string[]>> = {
  down: ['j', '↓'],
  up: ['k', '↑'],
  select: ['x'],
  open: ['Enter'],
  acknowledge: ['a'],
  clear: ['Esc'],
  search: ['/'],
  help: ['?'],
}

const SINGLE: Readonly<Record<string, InboxKey>> = {
  j: 'down',
  k: 'up',
  x: 'select',
  a: 'acknowledge',
  '/': 'search',
  '?': 'help',
}
const ALWAYS: Readonly<Record<string, InboxKey>> = { ArrowDown: 'down', ArrowUp: 'up', Escape: 'clear' }

interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/**
 * The command of a key, or null. Single characters can be switched off (WCAG 2.2, 2.1.4); arrows serve only within the
 * list, where they would scroll otherwise.
 */
export function commandOf(
  { key, ctrlKey, metaKey, altKey }: Pressed,
  where: { typing: boolean; inList: boolean; single: boolean },
): InboxKey | null {
  if (ctrlKey || metaKey || altKey || where.typing) return null
  const always = ALWAYS[key]
  if (always !== undefined) return where.inList ? always : null
  return where.single ? (SINGLE[key] ?? null) : null
}

const SWITCH = ['on', 'off'] as const

export function singleKeysOn(): boolean {
  return recall('alertKeys', SWITCH) !== 'off'
}

export function rememberSingleKeys(on: boolean): void {
  remember('alertKeys', on ? 'on' : 'off')
}

/** Whether what is typed there is text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type)
  return (
    target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  )
}
