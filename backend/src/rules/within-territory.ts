import type { RuleDefinition, Scope } from '@osprey/core/api/rules'
import type { Territory } from '../territory/territory.ts'

/** A definition as a territory shows it: what it names outside is left out. */
export function definitionWithin(definition: RuleDefinition, territory: Territory): RuleDefinition {
  if (territory.whole) return definition
  const { scope, pairs } = definition
  return {
    ...definition,
    scope: scopeWithin(scope, territory),
    pairs:
      pairs?.filter(({ station, other }) => territory.hasStation(station) && territory.hasStation(other)) ??
      null,
  }
}

/** A scope as a territory shows it. A list that names nothing inside is left empty. */
export function scopeWithin(scope: Scope, territory: Territory): Scope {
  return {
    ...scope,
    stations: scope.stations?.filter((id) => territory.hasStation(id)) ?? null,
    sites: scope.sites?.filter((id) => territory.hasSite(id)) ?? null,
    jurisdictions: scope.jurisdictions?.filter((id) => territory.hasJurisdiction(id)) ?? null,
  }
}
