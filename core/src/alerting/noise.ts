import type { SilenceInput } from '../api/alerts.ts'
import { type RuleDefinition, SEVERITIES, type Severity } from '../api/rules.ts'
import { isActive } from './schedule.ts'
import { inScope } from './scope.ts'
import type { StationFacts } from './types.ts'

/** Which alerts are held back, and why: silences, inhibition, flapping. Times are epoch milliseconds. */

export interface SilenceTerms extends Pick<SilenceInput, 'scope' | 'rules' | 'severities' | 'recurring'> {
  readonly id: string
  /** It reaches no stations outside; null: all. */
  readonly jurisdiction: string | null
  readonly startsAt: number
  readonly endsAt: number
}

/** An alert as these decisions see it. */
export interface NoisyAlert {
  readonly id: string
  readonly rule: string
  readonly severity: Severity
  readonly trigger: 'condition' | 'no_data'
  readonly firedAt: number
  /** Null for an alert of a whole site. */
  readonly station: string | null
  readonly site: string | null
  /** The station, or all stations of the site. Empty when none is registered any more. */
  readonly stations: readonly StationFacts[]
  /** The innermost jurisdictions in which it lies. */
  readonly innermost: readonly string[]
  readonly inhibitedBy: string | null
  /** It is told to nobody itself: silenced, snoozed, muted or a false alarm. */
  readonly heldBack: boolean
}

/** `pending` also between the hours of one that recurs. */
export function silenceState(
  { startsAt, endsAt, recurring }: Pick<SilenceTerms, 'startsAt' | 'endsAt' | 'recurring'>,
  holidays: ReadonlySet<string>,
  now: number,
): 'pending' | 'active' | 'expired' {
  if (now >= endsAt) return 'expired'
  if (now < startsAt) return 'pending'
  if (recurring === null) return 'active'
  return isActive(recurring.schedule, recurring.timeZone, holidays, now) ? 'active' : 'pending'
}

/**
 * The silences among `active` ones that cover an alert. One of a whole site is covered when all its stations are, so
 * that a silence of one of them never hides that the others fell silent too.
 */
export function silencesOf(alert: NoisyAlert, active: readonly SilenceTerms[]): string[] {
  return active.filter((silence) => covers(silence, alert)).map(({ id }) => id)
}

function covers({ jurisdiction, scope, rules, severities }: SilenceTerms, alert: NoisyAlert): boolean {
  if (rules !== null && !rules.includes(alert.rule)) return false
  if (severities !== null && !severities.includes(alert.severity)) return false
  const reaches = (station: StationFacts): boolean =>
    (jurisdiction === null || station.jurisdictions.includes(jurisdiction)) && inScope(scope, station)
  return alert.stations.length > 0 && alert.stations.every(reaches)
}

export type Inhibits = NonNullable<RuleDefinition['inhibits']>

/**
 * Which alert inhibits which, by id. The worst and oldest go first, and one that is inhibited or held back inhibits
 * none: of two that would inhibit each other one is always told. An alert is inhibited only by one that everybody who
 * sees it can see too. It stays with whichever inhibits it already.
 */
export function inhibitions(
  alerts: readonly NoisyAlert[],
  inhibitsOf: (rule: string) => Inhibits | null,
): Map<string, string> {
  const inhibited = new Map<string, string>()
  const inhibiting = alerts
    .flatMap((alert) => {
      const inhibits = alert.heldBack ? null : inhibitsOf(alert.rule)
      return inhibits === null ? [] : [{ alert, inhibits }]
    })
    .sort((one, other) => precedence(one.alert, other.alert))
  if (inhibiting.length === 0) return inhibited
  const places = new Places(alerts)
  const staying = groupBy(alerts, ({ inhibitedBy }) => (inhibitedBy === null ? [] : [inhibitedBy]))
  for (const { alert, inhibits } of inhibiting) {
    if (inhibited.has(alert.id)) continue
    for (const other of places.of(alert, inhibits)) {
      if (!inhibited.has(other.id) && isInhibited(other, alert, inhibits)) inhibited.set(other.id, alert.id)
    }
    for (const other of staying.get(alert.id) ?? []) {
      if (isInhibited(other, alert, inhibits)) inhibited.set(other.id, alert.id)
    }
  }
  return inhibited
}

/** Alerts by where they are, so that each is compared with what is near it, and a place is gone through once. */
class Places {
  private readonly byPlace: Record<Inhibits['within'], ReadonlyMap<string, readonly NoisyAlert[]>>
  /** Which alert has gone through a place for the same: it alone can be left for one after it. */
  private readonly gone = new Map<string, NoisyAlert>()

  constructor(alerts: readonly NoisyAlert[]) {
    this.byPlace = {
      station: groupBy(alerts, ({ station }) => (station === null ? [] : [station])),
      site: groupBy(alerts, ({ site }) => (site === null ? [] : [site])),
      jurisdiction: groupBy(alerts, jurisdictionsOf),
    }
  }

  /** Those `by` may inhibit and that none before it did, with others. Alerts must ask in order of precedence. */
  of(by: NoisyAlert, { within, alerts }: Inhibits): NoisyAlert[] {
    const seen = jurisdictionsOf(by).sort()
    return placesOf(by, within).flatMap((place) => {
      const name = JSON.stringify([within, place, alerts, seen])
      const before = this.gone.get(name)
      this.gone.set(name, by)
      return before ? [before] : (this.byPlace[within].get(place) ?? [])
    })
  }
}

function placesOf({ station, site, innermost }: NoisyAlert, within: Inhibits['within']): readonly string[] {
  if (within === 'jurisdiction') return innermost
  const place = within === 'station' ? station : site
  return place === null ? [] : [place]
}

function jurisdictionsOf({ stations }: NoisyAlert): string[] {
  return [...new Set(stations.flatMap(({ jurisdictions }) => jurisdictions))]
}

function groupBy(
  alerts: readonly NoisyAlert[],
  keysOf: (alert: NoisyAlert) => readonly string[],
): ReadonlyMap<string, readonly NoisyAlert[]> {
  const groups = new Map<string, NoisyAlert[]>()
  for (const alert of alerts) {
    for (const key of keysOf(alert)) {
      const group = groups.get(key)
      if (group) group.push(alert)
      else groups.set(key, [alert])
    }
  }
  return groups
}

function precedence(one: NoisyAlert, other: NoisyAlert): number {
  return rank(other) - rank(one) || one.firedAt - other.firedAt || (one.id < other.id ? -1 : 1)
}

function isInhibited(other: NoisyAlert, by: NoisyAlert, { within, alerts }: Inhibits): boolean {
  if (other.id === by.id) return false
  if (alerts === 'no_data' && other.trigger !== 'no_data') return false
  if (alerts === 'lower_severity' && rank(other) >= rank(by)) return false
  return isNear(other, by, within) && isSeenWith(other, by)
}

function isNear(other: NoisyAlert, by: NoisyAlert, within: Inhibits['within']): boolean {
  switch (within) {
    case 'station':
      return by.station !== null && other.station === by.station
    case 'site':
      return by.site !== null && other.site === by.site
    case 'jurisdiction':
      return other.stations.some(({ jurisdictions }) => by.innermost.some((id) => jurisdictions.includes(id)))
  }
}

/** Whether every jurisdiction whose people see `other` has a station of `by` too. */
function isSeenWith(other: NoisyAlert, by: NoisyAlert): boolean {
  return other.stations.every(({ jurisdictions }) =>
    jurisdictions.every((id) => by.stations.some((station) => station.jurisdictions.includes(id))),
  )
}

function rank({ severity }: NoisyAlert): number {
  return SEVERITIES.indexOf(severity)
}

/** So many firings of one target within the time make it flap; so long without one, and it has settled. */
export const FLAPPING_FIRINGS = 4
export const FLAPPING_TIME = 3_600_000

/** Whether a target flaps at `now`, by when it fired, ascending. */
export function isFlapping(firings: readonly number[], now: number): boolean {
  let flaps = false
  firings.forEach((time, index) => {
    if (time - (firings[index - 1] ?? time) >= FLAPPING_TIME) flaps = false
    const first = firings[index - FLAPPING_FIRINGS + 1]
    if (first !== undefined && time - first < FLAPPING_TIME) flaps = true
  })
  return flaps && !hasSettled(firings.at(-1) ?? now, now)
}

/** Whether a target whose last firing was at `lastFired` has been calm for long enough. */
export function hasSettled(lastFired: number, now: number): boolean {
  return now - lastFired >= FLAPPING_TIME
}
