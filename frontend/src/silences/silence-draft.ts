import type { AlertView, SilenceInput, SilenceView } from '@osprey/core/api/alerts'
import type { Severity } from '@osprey/core/api/rules'
import type { Medium } from '@osprey/core/properties'

/** A silence as it stands in the form; an empty list means no restriction. */
export interface SilenceDraft {
  reason: string
  stations: readonly string[]
  sites: readonly string[]
  media: readonly Medium[]
  rules: readonly string[]
  severities: readonly Severity[]
  /** Empty: the whole territory of its author. */
  jurisdiction: string
  /** Instants, ISO 8601. */
  startsAt: string
  endsAt: string
  recurring: Recurring | null
}

export interface Recurring {
  days: readonly number[]
  from: string
  to: string
  holidays: 'include' | 'exclude' | 'only'
  timeZone: string
}

export const DURATIONS = [1, 4, 24, 168] as const
const HOUR = 3_600_000

/** The fields whose problems the form shows itself. */
export const SILENCE_FIELDS = [
  'reason',
  'scope',
  'rules',
  'severities',
  'startsAt',
  'endsAt',
  'recurring',
  'jurisdiction',
]

export function newSilence(now: number): SilenceDraft {
  return {
    reason: '',
    stations: [],
    sites: [],
    media: [],
    rules: [],
    severities: [],
    jurisdiction: '',
    startsAt: new Date(now).toISOString(),
    endsAt: endAfter(now, 4),
    recurring: null,
  }
}

export function endAfter(from: number, hours: number): string {
  return new Date(from + hours * HOUR).toISOString()
}

/** Silences the rule of an alert at its station or site, and nothing else. */
export function silenceOfAlert(
  alert: Pick<AlertView, 'station' | 'site' | 'rule'>,
  now: number,
): SilenceDraft {
  return {
    ...newSilence(now),
    stations: alert.station === null ? [] : [alert.station],
    sites: alert.station === null && alert.site !== null ? [alert.site] : [],
    rules: [alert.rule],
  }
}

/** Working days from six in the evening to six in the morning. */
export function usualRecurrence(timeZone: string): Recurring {
  return { days: [1, 2, 3, 4, 5], from: '18:00', to: '06:00', holidays: 'include', timeZone }
}

const orAll = <T>(list: readonly T[]): T[] | null => (list.length === 0 ? null : [...list])

/** The body that the server takes. */
export function silenceInputOf(draft: SilenceDraft): SilenceInput {
  const { recurring } = draft
  return {
    jurisdiction: draft.jurisdiction === '' ? null : draft.jurisdiction,
    reason: draft.reason.trim(),
    scope: {
      media: orAll(draft.media),
      sites: orAll(draft.sites),
      jurisdictions: null,
      classes: null,
      tags: null,
      stations: orAll(draft.stations),
    },
    rules: orAll(draft.rules),
    severities: orAll(draft.severities),
    startsAt: draft.startsAt,
    endsAt: draft.endsAt,
    recurring:
      recurring === null
        ? null
        : {
            timeZone: recurring.timeZone,
            schedule: [
              {
                days: [...recurring.days],
                from: recurring.from,
                to: recurring.to,
                holidays: recurring.holidays,
              },
            ],
          },
  }
}

/** Why the form cannot be sent yet; null when it can. */
export function draftProblem(draft: SilenceDraft): 'reason' | 'order' | 'days' | null {
  if (draft.reason.trim() === '') return 'reason'
  if (!(Date.parse(draft.endsAt) > Date.parse(draft.startsAt))) return 'order'
  if (draft.recurring !== null && draft.recurring.days.length === 0) return 'days'
  return null
}

/** Whether it would silence everything in its author's territory. */
export function silencesEverything(draft: SilenceDraft): boolean {
  const { stations, sites, media, rules, severities, jurisdiction } = draft
  return [stations, sites, media, rules, severities].every((list) => list.length === 0) && jurisdiction === ''
}

const ORDER = { active: 0, pending: 1, expired: 2 } as const

/** Active ones first, those that end soonest on top; then those to come; expired ones last, newest first. */
export function inOrder(silences: readonly SilenceView[]): SilenceView[] {
  return [...silences].sort((a, b) => {
    if (a.state !== b.state) return ORDER[a.state] - ORDER[b.state]
    if (a.state === 'pending') return Date.parse(a.startsAt) - Date.parse(b.startsAt)
    const earlier = Date.parse(a.endsAt) - Date.parse(b.endsAt)
    return a.state === 'active' ? earlier : -earlier
  })
}
