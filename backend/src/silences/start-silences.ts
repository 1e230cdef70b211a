import type { Alerts } from '../alerts/alerts.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import type { Registry } from '../registry/registry.ts'
import type { Holidays } from '../rules/holidays.ts'
import type { Rules } from '../rules/rules.ts'
import type { StationFactsBook } from '../rules/station-facts.ts'
import type { Jurisdictions } from '../territory/jurisdictions.ts'
import { NoiseReview } from './noise-review.ts'
import { SilenceDesk } from './silence-desk.ts'
import { SilenceViews } from './silence-views.ts'
import { Silences } from './silences.ts'

export interface SilenceParts {
  database: Database
  audit: Audit
  registry: Registry
  jurisdictions: Jurisdictions
  rules: Rules
  holidays: Holidays
  stationFacts: StationFactsBook
  alerts: Alerts
}

/** The silences, loaded, and the review of all that holds alerts back, as the first hook of the alerts. */
export async function startSilences(parts: SilenceParts) {
  const { database, audit, registry, jurisdictions, rules, holidays, stationFacts, alerts } = parts
  const now = Date.now
  const referred = { registry, jurisdictions }
  const silences = new Silences({ database, registry, referred, rules, holidays, audit, now })
  await silences.load()
  const parentOf = (id: string) => jurisdictions.parentOf(id)
  const noise = new NoiseReview({ alerts, silences, rules, stationFacts, parentOf, now })
  alerts.within((transaction, changes) => noise.decide(transaction, changes))
  silences.onChange(() => noise.review())
  const desk = new SilenceDesk(silences, new SilenceViews(silences, database, rules))
  return { silences, noise, silenceDesk: desk }
}
