import type { RuleContext } from '@osprey/core/alerting/types'
import type { Registry } from '../registry/registry.ts'
import type { Holidays } from './holidays.ts'

/** What definitions are judged against: the observed properties and holidays as they are at each question. */
export function ruleContext(registry: Pick<Registry, 'properties'>, holidays: Holidays): RuleContext {
  return {
    property: (id) => registry.properties.get(id),
    get holidays() {
      return holidays.dates
    },
  }
}
