import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { RuleContext } from '@osprey/core/alerting/types'
import type { Alerts } from '../alerts/alerts.ts'
import type { Database } from '../database/database.ts'
import type { ObservationStore } from '../observations/store.ts'
import type { Outbox } from '../pipeline/outbox.ts'
import type { Resolver } from '../pipeline/resolver.ts'
import type { Log } from '../pipeline/retry.ts'
import type { Registry } from '../registry/registry.ts'
import type { Holidays } from '../rules/holidays.ts'
import type { Rules } from '../rules/rules.ts'
import type { StationFactsBook } from '../rules/station-facts.ts'
import type { History } from './cold-start.ts'
import { Evaluation } from './evaluation.ts'
import { openAlerts } from './open-alerts.ts'

export interface EvaluationParts {
  database: Database
  outbox: Outbox
  resolver: Resolver
  registry: Registry
  rules: Rules
  holidays: Holidays
  stationFacts: StationFactsBook
  ruleContext: RuleContext
  alerts: Alerts
  store: Pick<ObservationStore, 'columns'>
  /** Receive time up to which readings have reached the store, epoch milliseconds. */
  storedUpTo: () => number
  log: Log
}

/** The evaluation of the loaded rules; the pipeline starts and stops it. */
export function makeEvaluation(parts: EvaluationParts): Evaluation {
  const { database, outbox, resolver, registry, rules, holidays, stationFacts, alerts, store, log } = parts
  const evaluation = new Evaluation({
    resolver,
    outbox,
    rules: {
      active: () => rules.active(),
      targetsOf: (rule) => stationFacts.targetsOf(rule),
      context: () => parts.ruleContext,
    },
    build: (options) => new RuleInstance(options),
    alerts: (notices) => alerts.take(notices),
    openAlerts: () => openAlerts(database),
    history: async (datastream, from, to) => {
      const property = registry.datastreams.get(datastream)?.property
      const categories = property === undefined ? undefined : registry.properties.get(property)?.categories
      return historyOf(await store.columns(datastream, from, to), categories)
    },
    storedUpTo: parts.storedUpTo,
    now: Date.now,
    log,
  })
  const changed = () => {
    evaluation.changed().catch((error: Error) => {
      log.error({ error: error.stack }, 'the rules that changed are not judged yet')
    })
  }
  for (const source of [rules, holidays, stationFacts, registry]) source.onChange(changed)
  return evaluation
}

/** Categories are judged by their number. */
function historyOf(
  {
    phenomenonTime: times,
    value,
    quality: qualities,
    text,
  }: Awaited<ReturnType<ObservationStore['columns']>>,
  categories: readonly string[] | undefined,
): History {
  if (text === undefined || categories === undefined) return { times, values: value, qualities }
  const values = Float64Array.from(value)
  for (const [row, category] of text) values[row] = categories.indexOf(category)
  return { times, values, qualities }
}
