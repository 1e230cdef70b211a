import type { RouteInput } from '@osprey/core/api/notifications'
import { SEVERITIES, type Severity } from '@osprey/core/api/rules'

/** Which routes an alert follows, and into which group of each: pure. */

/** Where an alert is, as far as routes ask. */
export interface RoutedAlert {
  rule: string
  severity: Severity
  site: string | null
  /** Every jurisdiction it lies in. */
  jurisdictions: readonly string[]
  /** The innermost of them. */
  jurisdiction: string | null
}

export type RouteMatch =
  | { matches: true; key: string }
  | { matches: false; reason: 'disabled' | 'severity' | 'rule' | 'jurisdiction' }

type Matcher = Pick<RouteInput, 'enabled' | 'severity' | 'rules' | 'jurisdictions' | 'groupBy'>

/** Whether `alert` follows the route, and the key of its group there. */
export function matchRoute(route: Matcher, alert: RoutedAlert): RouteMatch {
  if (!route.enabled) return { matches: false, reason: 'disabled' }
  if (SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(route.severity)) {
    return { matches: false, reason: 'severity' }
  }
  if (route.rules !== null && !route.rules.includes(alert.rule)) return { matches: false, reason: 'rule' }
  const { jurisdictions } = route
  if (jurisdictions !== null && !alert.jurisdictions.some((id) => jurisdictions.includes(id))) {
    return { matches: false, reason: 'jurisdiction' }
  }
  return { matches: true, key: groupKey(route.groupBy, alert) }
}

/** The order in which the route names its parts does not make another group. */
function groupKey(groupBy: Matcher['groupBy'], alert: RoutedAlert): string {
  const part = { site: alert.site, jurisdiction: alert.jurisdiction, rule: alert.rule }
  return JSON.stringify([...new Set(groupBy)].sort().map((name) => [name, part[name]]))
}
