import type { RouteInput, RouteView } from '@osprey/core/api/notifications'
import type { Schedule } from '@osprey/core/api/rules'

/** A route as it stands in the form; NaN where a length of time is not a number. */
export type RouteDraft = Omit<RouteInput, 'id'>

export const ROUTE_FIELDS = [
  'name',
  'severity',
  'jurisdictions',
  'rules',
  'channels',
  'roles',
  'groupBy',
  'groupWaitSeconds',
  'groupIntervalSeconds',
  'repeatSeconds',
  'quietHours',
]

export const USUAL_REPEAT = 14_400
export const NIGHT: Schedule[number] = {
  days: [1, 2, 3, 4, 5, 6, 7],
  from: '22:00',
  to: '07:00',
  holidays: 'include',
}

export function newRoute(channels: readonly string[]): RouteDraft {
  return {
    name: '',
    enabled: true,
    severity: 'minor',
    jurisdictions: null,
    rules: null,
    channels: [...channels],
    roles: [],
    groupBy: ['site', 'rule'],
    groupWaitSeconds: 10,
    groupIntervalSeconds: 300,
    repeatSeconds: USUAL_REPEAT,
    quietHours: null,
    resolved: true,
  }
}

export function draftOfRoute({ id: _id, createdAt: _createdAt, ...route }: RouteView): RouteDraft {
  return route
}

/** The nights, in the time zone of whoever sets them, with the most severe alerts excepted. */
export function usualQuietHours(timeZone: string): NonNullable<RouteDraft['quietHours']> {
  return { timeZone, schedule: [NIGHT], except: 'extreme' }
}

export type RouteProblem = 'name' | 'receivers' | 'times' | 'days'

/** What has to be filled in or set right before it can be saved; null when nothing. */
export function routeProblem(draft: RouteDraft): RouteProblem | null {
  if (draft.name.trim() === '') return 'name'
  if (draft.channels.length + draft.roles.length === 0) return 'receivers'
  const times = [draft.groupWaitSeconds, draft.groupIntervalSeconds, draft.repeatSeconds ?? 0]
  if (times.some((seconds) => !Number.isFinite(seconds))) return 'times'
  const quiet = draft.quietHours?.schedule ?? []
  if (quiet.some(({ days, from, to }) => days.length === 0 || from === '' || to === '')) return 'days'
  return null
}
