import { ALERT_STATES, type AlertState, type AlertView } from '@osprey/core/api/alerts'
import { SEVERITIES, type Severity } from '@osprey/core/api/rules'

/** Which alerts the inbox shows and how; all of it stands in the address. Empty where not asked. */
export interface AlertSearch {
  /** None: any state. */
  states: readonly AlertState[]
  severities: readonly Severity[]
  station: string
  site: string
  rule: string
  jurisdiction: string
  /** A user name, `me` or `none`. */
  assignee: string
  acknowledged: '' | 'true' | 'false'
  /** Silenced, inhibited, snoozed or muted. */
  silenced: '' | 'true' | 'false'
  text: string
  /** Instants, ISO 8601 with offset. */
  from: string
  to: string
  group: AlertGroup
}

export const ALERT_GROUPS = ['', 'site', 'rule'] as const
export type AlertGroup = (typeof ALERT_GROUPS)[number]

/** What the inbox shows unless something else is asked: everything that fires. */
export const FIRING_ALERTS: AlertSearch = {
  states: ['firing'],
  severities: [],
  station: '',
  site: '',
  rule: '',
  jurisdiction: '',
  assignee: '',
  acknowledged: '',
  silenced: '',
  text: '',
  from: '',
  to: '',
  group: '',
}

/** Stands in the address for no restriction on the state: nothing there means what fires. */
const ANY_STATE = 'any'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const LONGEST_TEXT = 200
const WORDS = ['station', 'site', 'rule', 'jurisdiction', 'assignee'] as const

/** Reads the search from an address. Whatever cannot be right is left out: links and saved views age. */
export function parseAlertSearch(parameters: URLSearchParams): AlertSearch {
  const search = { ...FIRING_ALERTS, ...names(parameters) }
  const state = parameters.get('state')
  const states = chosen(state, ALERT_STATES)
  if (state === ANY_STATE) search.states = []
  else if (states.length > 0) search.states = states
  search.severities = chosen(parameters.get('severity'), SEVERITIES)
  search.acknowledged = yesOrNo(parameters.get('acknowledged'))
  search.silenced = yesOrNo(parameters.get('silenced'))
  const text = parameters.get('text') ?? ''
  search.text = text.length <= LONGEST_TEXT ? text : ''
  search.from = instant(parameters.get('from'))
  search.to = instant(parameters.get('to'))
  search.group = ALERT_GROUPS.find((group) => group === parameters.get('group')) ?? ''
  return search
}

/** What parseAlertSearch reads back; nothing where nothing was asked. */
export function alertParameters(search: AlertSearch): Record<string, string> {
  const { states, severities, ...rest } = search
  const usual = states.length === 1 && states[0] === 'firing'
  return {
    state: usual ? '' : states.join(',') || ANY_STATE,
    severity: severities.join(','),
    ...rest,
  }
}

/** The query string by which the server finds them. */
export function alertQuery(search: AlertSearch): string {
  const { states, severities, group: _, ...rest } = search
  const parts = { state: states.join(','), severity: severities.join(','), ...rest }
  const query = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== ''))
  return query.toString()
}

/** Whether anything but the state and the order is asked for. */
export function isNarrowed(search: AlertSearch): boolean {
  return alertQuery({ ...search, states: [] }) !== ''
}

/**
 * Whether an alert, as it is now, belongs to what was searched for; null when only the server knows (which
 * jurisdiction a station lies in).
 */
export function matchesSearch(
  alert: AlertView,
  search: AlertSearch,
  me: string,
  stationName: (id: string) => string | undefined,
  now: number,
): boolean | null {
  if (search.states.length > 0 && !search.states.includes(alert.state)) return false
  if (search.severities.length > 0 && !search.severities.includes(alert.severity)) return false
  if (search.station !== '' && alert.station !== search.station && alert.other !== search.station)
    return false
  if (search.rule !== '' && alert.rule !== search.rule) return false
  if (!isAssigned(alert, search.assignee, me)) return false
  if (search.acknowledged !== '' && (alert.acknowledgedAt !== null) !== (search.acknowledged === 'true'))
    return false
  if (search.silenced !== '' && isQuiet(alert, now) !== (search.silenced === 'true')) return false
  const fired = Date.parse(alert.firedAt ?? alert.startedAt)
  if (search.to !== '' && fired >= Date.parse(search.to)) return false
  const until = alert.resolvedAt === null ? Number.POSITIVE_INFINITY : Date.parse(alert.resolvedAt)
  if (search.from !== '' && until < Date.parse(search.from)) return false
  if (search.text !== '' && !mentions(alert, search.text, stationName)) return false
  if (search.site !== '' && alert.site !== search.site) return alert.site === null ? null : false
  return search.jurisdiction === '' ? true : null
}

/** Why nobody is notified of an alert: silenced, inhibited, snoozed or muted. */
export function isQuiet(alert: AlertView, now: number): boolean {
  return (
    alert.silencedBy.length > 0 ||
    alert.inhibitedBy !== null ||
    alert.muted ||
    (alert.snoozedUntil !== null && Date.parse(alert.snoozedUntil) > now)
  )
}

function isAssigned(alert: AlertView, assignee: string, me: string): boolean {
  if (assignee === '') return true
  if (assignee === 'none') return alert.assignee === null
  return alert.assignee === (assignee === 'me' ? me : assignee)
}

function mentions(alert: AlertView, text: string, stationName: (id: string) => string | undefined): boolean {
  const wanted = text.trim().toLowerCase()
  const names = [alert.ruleName]
  for (const station of [alert.station, alert.other]) {
    if (station !== null) names.push(stationName(station) ?? station)
  }
  return names.some((name) => name.toLowerCase().includes(wanted))
}

// ── Quick filters ───────────────────────────────────────────────────────────────────────────────────────

export const QUICK_FILTERS = ['firing', 'unacknowledged', 'mine', 'silenced', 'pending', 'resolved'] as const
export type QuickFilter = (typeof QUICK_FILTERS)[number]

/** What a quick filter asks for, alone. The order of the list is not part of it. */
const QUICK: Readonly<Record<QuickFilter, Partial<AlertSearch>>> = {
  firing: {},
  unacknowledged: { acknowledged: 'false' },
  mine: { assignee: 'me' },
  silenced: { silenced: 'true' },
  pending: { states: ['pending'] },
  resolved: { states: ['resolved'] },
}

export function quickSearch(filter: QuickFilter, group: AlertGroup): AlertSearch {
  return { ...FIRING_ALERTS, ...QUICK[filter], group }
}

/** The quick filter that a search amounts to. */
export function quickFilterOf(search: AlertSearch): QuickFilter | null {
  const wanted = JSON.stringify(alertParameters({ ...search, group: '' }))
  const found = QUICK_FILTERS.find(
    (filter) => JSON.stringify(alertParameters(quickSearch(filter, ''))) === wanted,
  )
  return found ?? null
}

function names(parameters: URLSearchParams): Partial<Record<(typeof WORDS)[number], string>> {
  const found: Partial<Record<(typeof WORDS)[number], string>> = {}
  for (const word of WORDS) {
    const value = parameters.get(word) ?? ''
    if (NAME.test(value)) found[word] = value
  }
  return found
}

function chosen<T extends string>(text: string | null, all: readonly T[]): T[] {
  const named = new Set(text?.split(','))
  return all.filter((item) => named.has(item))
}

function yesOrNo(text: string | null): '' | 'true' | 'false' {
  return text === 'true' || text === 'false' ? text : ''
}

function instant(text: string | null): string {
  return text !== null && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)) ? text : ''
}
