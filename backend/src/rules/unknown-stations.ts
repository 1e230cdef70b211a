import { MAX_UNKNOWN_LISTED, type RuleView } from '@osprey/core/api/rules'
import type { Territory } from '../territory/territory.ts'

/** Where a rule is judged: a station, or a pair of them. */
export interface JudgedPlace {
  rule: string
  station: string | null
  other: string | null
}

type Unknown = Pick<RuleView, 'unknown' | 'unknownTotal'>

/** By rule: of these places the stations that a territory holds, in order; of a pair the first, if it holds both. */
export function unknownStations(
  places: Iterable<JudgedPlace>,
  territory: Territory,
): (rule: string) => Unknown {
  const byRule = new Map<string, string[]>()
  for (const { rule, station, other } of places) {
    if (station === null || !territory.hasStation(station)) continue
    if (other !== null && !territory.hasStation(other)) continue
    const known = byRule.get(rule)
    if (known) known.push(station)
    else byRule.set(rule, [station])
  }
  return (rule) => {
    const stations = byRule.get(rule)?.sort() ?? []
    return { unknown: stations.slice(0, MAX_UNKNOWN_LISTED), unknownTotal: stations.length }
  }
}
