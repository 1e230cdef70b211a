import type { Logger } from 'pino'
import type { PendingAlert } from '../alerts/evaluation-port.ts'
import type { Database } from '../database/database.ts'
import type { Registry } from '../registry/registry.ts'
import type { Jurisdictions } from '../territory/jurisdictions.ts'
import type { BacktestStore } from './backtest-reads.ts'
import { Backtests } from './backtests.ts'
import type { loadRules } from './load-rules.ts'
import { RuleReach } from './reach.ts'
import { RuleDesk } from './rule-desk.ts'
import { RuleFigures } from './rule-figures.ts'
import { RuleViews } from './rule-views.ts'
import type { JudgedPlace } from './unknown-stations.ts'

export interface RulePartsOptions extends Awaited<ReturnType<typeof loadRules>> {
  database: Database
  registry: Registry
  jurisdictions: Jurisdictions
  /** Machines whose condition holds and whose hold time has not passed. */
  pending: () => Iterable<PendingAlert>
  /** Where these rules get observations and cannot judge them now. */
  unknown: (rules: ReadonlySet<string>) => Iterable<JudgedPlace>
  /** Where an error of the program was met in judging these rules. */
  faulty: (rules: ReadonlySet<string>) => Iterable<JudgedPlace>
  store: BacktestStore
}

/** What the controllers of this folder are given. */
export function ruleParts(options: RulePartsOptions, log: Logger): object[] {
  const { database, registry, jurisdictions, rules, holidays, stationFacts, ruleContext, sentence } = options
  const { pending, unknown, faulty, store } = options
  const referred = { registry, jurisdictions }
  const reach = new RuleReach({ stationFacts, registry, context: ruleContext })
  const figures = new RuleFigures({
    queries: () => database.queries,
    registry,
    pending,
    unknown,
    now: Date.now,
  })
  const views = new RuleViews(reach, figures, sentence, faulty)
  return [
    new RuleDesk(rules, views, sentence, reach, referred),
    new Backtests({ reach, registry, context: ruleContext, store, referred, log }),
    holidays,
  ]
}
