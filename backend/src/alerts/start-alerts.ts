import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import type { LiveHub } from '../live/live.ts'
import type { Log } from '../pipeline/retry.ts'
import type { Registry } from '../registry/registry.ts'
import { type Sentence } from '../rules/sentences.ts'
import { definitionWithin } from '../rules/within-territory.ts'
import type { Areas, Territories } from '../territory/territories.ts'
import { AlertActs } from './alert-acts.ts'
import { AlertReader } from './alert-reader.ts'
import { Alerts } from './alerts.ts'
import { alertMessages } from './alerts-live.ts'
import type { EvaluationPort } from './evaluation-port.ts'
import { People } from './people.ts'
import { RuleTexts } from './rule-texts.ts'
import { SavedViews } from './saved-views.ts'

/** The alerts, ready to be told of by the evaluation. */
export function startAlerts(database: Database, log: Log) {
  const alertTexts = new RuleTexts(() => database.queries)
  const alerts = new Alerts({ database, texts: alertTexts, now: Date.now, log })
  return { alerts, alertTexts }
}

/** Watchers are told of every change. */
export function tellWatchers(alerts: Alerts, live: LiveHub): void {
  alerts.onChanged((_, views) => {
    for (const write of alertMessages(views, Date.now())) live.tellEach(write)
  })
}

/** What the controllers of the alerts are given. */
export function alertParts(inside: {
  database: Database
  audit: Audit
  registry: Registry
  territories: Territories
  jurisdictions: Areas
  alerts: Alerts
  alertTexts: RuleTexts
  evaluation: EvaluationPort
  sentence: Sentence
}): object[] {
  const { database, audit, registry, territories, jurisdictions, alerts, evaluation, sentence } = inside
  const now = Date.now
  const reader = new AlertReader({
    queries: () => database.queries,
    registry,
    territories,
    texts: inside.alertTexts,
    evaluation,
    sentence: (definition, territory) => sentence(definitionWithin(definition, territory)),
    now,
  })
  const people = new People(territories, jurisdictions)
  return [
    reader,
    new AlertActs({ database, alerts, reader, people, audit, evaluation, now }),
    new SavedViews(database, audit, now),
  ]
}
