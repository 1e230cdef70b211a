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
 * Which alert inhibits which, by id. The worst and oldest go first, and one that is inhibited inhibits none: of two
 * that would inhibit each other one is always told. An alert stays with whichever inhibits it already.
 */
export function inhibitions(
  alerts: readonly NoisyAlert[],
  inhibitsOf: (rule: string) => Inhibits | null,
): Map<string, string> {
  const inhibited = new Map<string, string>()
  const inhibiting = alerts
    .flatMap((alert) => {
      const inhibits = inhibitsOf(alert.rule)
      return inhibits === null ? [] : [{ alert, inhibits }]
    })
    .sort((one, other) => precedence(one.alert, other.alert))
  for (const { alert, inhibits } of inhibiting) {
    if (inhibited.has(alert.id)) continue
    for (const other of alerts) {
      if (other.id === alert.id || !isInhibited(other, alert, inhibits)) continue
      if (!inhibited.has(other.id) || other.inhibitedBy === alert.id) inhibited.set(other.id, alert.id)
    }
  }
  return inhibited
}

function precedence(one: NoisyAlert, other: NoisyAlert): number {
  return rank(other) - rank(one) || one.firedAt - other.firedAt || (one.id < other.id ? -1 : 1)
}

function isInhibited(other: NoisyAlert, by: NoisyAlert, { within, alerts }: Inhibits): boolean {
  if (alerts === 'no_data' && other.trigger !== 'no_data') return false
  if (alerts === 'lower_severity' && rank(other) >= rank(by)) return false
  switch (within) {
    case 'station':
      return by.station !== null && other.station === by.station
    case 'site':
      return by.site !== null && other.site === by.site
    case 'jurisdiction':
      return other.stations.some(({ jurisdictions }) => by.innermost.some((id) => jurisdictions.includes(id)))
  }
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
