import type { AssigneeView } from '@osprey/core/api/alerts'

/** A mention that is being typed: where its @ stands and what follows it. */
export interface Typed {
  start: number
  query: string
}

const NAME_PART = /(?:^|[\s(,;:，。；：（])@([A-Za-z0-9._-]{0,64})$/

/** The mention that ends at the caret, or null. An @ within a word, as in an address, is none. */
export function mentionAt(text: string, caret: number): Typed | null {
  const match = NAME_PART.exec(text.slice(0, caret))
  if (match === null) return null
  const query = match[1] as string
  return { start: caret - query.length - 1, query }
}

/** The people that fit what is typed: those whose user name begins with it first. */
export function candidates(people: readonly AssigneeView[], query: string, most: number): AssigneeView[] {
  const wanted = query.toLowerCase()
  const begins = people.filter(({ username }) => username.toLowerCase().startsWith(wanted))
  const holds = people.filter(
    ({ username, displayName }) =>
      !username.toLowerCase().startsWith(wanted) &&
      (username.toLowerCase().includes(wanted) || displayName.toLowerCase().includes(wanted)),
  )
  return [...begins, ...holds].slice(0, most)
}

/** The text with the mention written out, and where the caret is then. */
export function completed(
  text: string,
  caret: number,
  typed: Typed,
  username: string,
): { text: string; caret: number } {
  const before = `${text.slice(0, typed.start)}@${username}`
  const rest = text.slice(caret)
  const gap = rest.startsWith(' ') ? '' : ' '
  return { text: `${before}${gap}${rest}`, caret: before.length + 1 }
}
