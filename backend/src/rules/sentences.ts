import { sentenceOf } from '@osprey/core/alerting/sentence'
import type { RuleDefinition } from '@osprey/core/api/rules'
import type { Registry } from '../registry/registry.ts'
import type { Jurisdictions } from '../territory/jurisdictions.ts'

export type Sentence = (definition: RuleDefinition) => { en: string; zh: string }

/**
 * Says what definitions mean, with the names of what is registered. Of whoever does not have the whole territory, ask
 * only with what `definitionWithin` leaves.
 */
export function sentences(
  registry: Pick<Registry, 'properties' | 'stations' | 'sites'>,
  jurisdictions: Pick<Jurisdictions, 'has' | 'values'>,
): Sentence {
  const names = {
    property: (id: string) => registry.properties.get(id),
    station: (id: string) => registry.stations.get(id)?.name,
    site: (id: string) => registry.sites.get(id)?.name,
    jurisdiction: (id: string) => (jurisdictions.has(id) ? jurisdictions.values(id).name : undefined),
  }
  return (definition) => sentenceOf(definition, names)
}
