import type { AuditSearch } from '../routing/route.ts'

/** The query string of a search; nothing that was not asked for. */
export function searchQuery(search: AuditSearch): string {
  return Object.entries(search)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
    .join('')
}

/** An instant as a `datetime-local` field shows it: in the zone of the browser, to the minute. */
export function toLocalField(instant: string): string {
  const time = new Date(instant)
  if (instant === '' || Number.isNaN(time.getTime())) return ''
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${String(time.getFullYear()).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`
}

/** The instant that a `datetime-local` field names in the zone of the browser; empty when it names none. */
export function fromLocalField(text: string): string {
  const time = new Date(text)
  return text === '' || Number.isNaN(time.getTime()) ? '' : time.toISOString()
}

/** Actions by their first part, in the order of the list: session, password, … */
export function actionGroups<Action extends string>(
  actions: readonly Action[],
): { group: string; actions: Action[] }[] {
  const groups: { group: string; actions: Action[] }[] = []
  for (const action of actions) {
    const group = action.slice(0, action.indexOf('.'))
    const known = groups.find((other) => other.group === group)
    if (known) known.actions.push(action)
    else groups.push({ group, actions: [action] })
  }
  return groups
}
