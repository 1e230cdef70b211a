import type { AlertsView, AlertView } from '@osprey/core/api/alerts'

/** The list of the inbox. What would move rows under the pointer waits in `arriving` and `leaving`. */
export interface Inbox {
  /** Newest first. */
  rows: readonly AlertView[]
  /** Where older ones begin; null when all are shown. */
  next: string | null
  /** Not shown yet. */
  arriving: readonly AlertView[]
  /** Ids of shown alerts that are no longer what is searched for. */
  leaving: ReadonlySet<string>
}

type Page = Pick<AlertsView, 'alerts' | 'next'>

/** When it stands in the list: alerts are listed by the time they fired, pending ones by their begin. */
function placeOf(alert: AlertView): number {
  return Date.parse(alert.firedAt ?? alert.startedAt)
}

function newestFirst(a: AlertView, b: AlertView): number {
  return placeOf(b) - placeOf(a) || (a.id < b.id ? 1 : -1)
}

/** A fresh first page: the list itself when there was none, else what it changes about the list. */
export function withFirstPage(inbox: Inbox | null, page: Page): Inbox {
  if (inbox === null) return { rows: page.alerts, next: page.next, arriving: [], leaving: new Set() }
  const fresh = new Map(page.alerts.map((alert) => [alert.id, alert]))
  const last = page.alerts.at(-1)
  const reach = page.next === null || last === undefined ? Number.NEGATIVE_INFINITY : placeOf(last)
  const shown = new Set(inbox.rows.map(({ id }) => id))
  const gone = inbox.rows.filter((row) => !fresh.has(row.id) && placeOf(row) > reach)
  return {
    rows: inbox.rows.map((row) => fresh.get(row.id) ?? row),
    next: inbox.next,
    arriving: page.alerts.filter(({ id }) => !shown.has(id)),
    leaving: new Set([...[...inbox.leaving].filter((id) => !fresh.has(id)), ...gone.map(({ id }) => id)]),
  }
}

/** The live connection told of alerts as they are now. */
export function withTold(
  inbox: Inbox,
  told: readonly AlertView[],
  belongs: (alert: AlertView) => boolean,
): Inbox {
  const now = new Map(told.map((alert) => [alert.id, alert]))
  const shown = new Set(inbox.rows.map(({ id }) => id))
  const leaving = new Set(inbox.leaving)
  for (const alert of told) {
    if (belongs(alert)) leaving.delete(alert.id)
    else if (shown.has(alert.id)) leaving.add(alert.id)
  }
  const waiting = inbox.arriving.filter(({ id }) => !now.has(id))
  const arriving = told.filter((alert) => !shown.has(alert.id) && belongs(alert))
  return {
    rows: inbox.rows.map((row) => newer(row, now.get(row.id))),
    next: inbox.next,
    arriving: [...arriving, ...waiting].sort(newestFirst),
    leaving,
  }
}

/** What was told late must not undo what is known. */
function newer(known: AlertView, told: AlertView | undefined): AlertView {
  if (told === undefined) return known
  return Date.parse(told.updatedAt) < Date.parse(known.updatedAt) ? known : told
}

/** Lets in what waits and takes out what no longer belongs. */
export function settled(inbox: Inbox): Inbox {
  if (inbox.arriving.length === 0 && inbox.leaving.size === 0) return inbox
  const rows = inbox.rows.filter(({ id }) => !inbox.leaving.has(id))
  return {
    rows: [...inbox.arriving, ...rows].sort(newestFirst),
    next: inbox.next,
    arriving: [],
    leaving: new Set(),
  }
}

/** Appends an older page. */
export function withOlder(inbox: Inbox, page: Page): Inbox {
  const known = new Set([...inbox.rows, ...inbox.arriving].map(({ id }) => id))
  const older = page.alerts.filter(({ id }) => !known.has(id))
  return { ...inbox, rows: [...inbox.rows, ...older], next: page.next }
}

/** The rows under headings, in the order in which the groups first appear; one nameless group without grouping. */
export function grouped(
  rows: readonly AlertView[],
  keyOf: ((alert: AlertView) => string) | null,
): { key: string; rows: readonly AlertView[] }[] {
  if (keyOf === null) return [{ key: '', rows }]
  const groups = new Map<string, AlertView[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups].map(([key, members]) => ({ key, rows: members }))
}
