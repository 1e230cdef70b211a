import type { Scope } from '../api/rules.ts'
import { classWritten } from './limits/station-class.ts'
import type { StationFacts } from './types.ts'

/** Whether a rule or silence with this scope applies to the station: it has to match every part that is given. */
export function inScope(scope: Scope, station: StationFacts): boolean {
  return (
    isAmong(scope.media, station.medium) &&
    isAmong(scope.stations, station.id) &&
    isAmong(scope.sites, station.site) &&
    isOfClass(scope.classes, station.class) &&
    (scope.jurisdictions === null || scope.jurisdictions.some((id) => station.jurisdictions.includes(id))) &&
    (scope.tags === null || scope.tags.every((tag) => hasTag(station, tag)))
  )
}

function isAmong(list: readonly string[] | null, value: string | null): boolean {
  return list === null || (value !== null && list.includes(value))
}

/** Classes are the same however they are written, `Ⅱ`, `Class II` or `二类`, as they are for legal limits. */
function isOfClass(list: readonly string[] | null, value: string | null): boolean {
  if (list === null || isAmong(list, value)) return true
  if (value === null) return false
  const written = classWritten(value)
  return list.some((each) => classWritten(each) === written)
}

function hasTag({ attributes }: StationFacts, { name, value }: NonNullable<Scope['tags']>[number]): boolean {
  // Attributes come from people: a name such as constructor must not be found on the prototype.
  if (!Object.hasOwn(attributes, name)) return false
  return value === null || attributes[name] === value
}
