import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import type { Registry } from '../registry/registry.ts'
import type { Jurisdictions } from '../territory/jurisdictions.ts'
import { checkDefinition } from './check-definition.ts'
import { Holidays } from './holidays.ts'
import { ruleContext } from './rule-context.ts'
import { Rules } from './rules.ts'
import { sentences } from './sentences.ts'
import { StationFactsBook } from './station-facts.ts'

/** The rules and what they are judged against, loaded. */
export async function loadRules(
  database: Database,
  registry: Registry,
  jurisdictions: Jurisdictions,
  audit: Audit,
) {
  const stationFacts = new StationFactsBook(registry, jurisdictions)
  const holidays = new Holidays(database, registry, audit)
  await holidays.load()
  const rules = new Rules(database, registry, audit, (wanted, territory) =>
    checkDefinition(wanted, territory, { registry, jurisdictions }),
  )
  await rules.load()
  return {
    rules,
    holidays,
    stationFacts,
    ruleContext: ruleContext(registry, holidays),
    sentence: sentences(registry, jurisdictions),
  }
}
