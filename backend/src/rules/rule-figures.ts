import type { RuleView } from '@osprey/core/api/rules'
import { and, eq, sql } from 'drizzle-orm'
import { holds } from '../alerts/alert-row.ts'
import { AlertBounds } from '../alerts/bounds.ts'
import type { PendingAlert } from '../alerts/evaluation-port.ts'
import { precisionOf } from '../alerts/precision.ts'
import type { Queries } from '../database/database.ts'
import { alerts } from '../database/schema.ts'
import type { Registry } from '../registry/registry.ts'
import type { Territory } from '../territory/territory.ts'
import { type JudgedPlace, unknownStations } from './unknown-stations.ts'

export type Figures = Pick<RuleView, 'firing' | 'pending' | 'unknown' | 'unknownTotal' | 'precision'>

const NONE: Figures = {
  firing: 0,
  pending: 0,
  unknown: [],
  unknownTotal: 0,
  precision: { judged: 0, falseAlarms: 0, precision: null },
}

export interface RuleFiguresOptions {
  queries: () => Queries
  registry: Pick<Registry, 'stations' | 'sites'>
  pending: () => Iterable<PendingAlert>
  /** Where these rules get observations and cannot judge them now. */
  unknown: (rules: ReadonlySet<string>) => Iterable<JudgedPlace>
  now: () => number
}

/** How rules do, by the alerts a territory holds. */
export class RuleFigures {
  private readonly bounds: AlertBounds

  constructor(private readonly options: RuleFiguresOptions) {
    this.bounds = new AlertBounds(options.registry)
  }

  async of(rules: readonly string[], territory: Territory): Promise<(rule: string) => Figures> {
    if (rules.length === 0) return () => NONE
    const queries = this.options.queries()
    const within = this.bounds.of(territory)
    const [precision, open] = await Promise.all([
      precisionOf(queries, rules, this.options.now(), within),
      queries
        .select({ rule: alerts.rule, count: sql<number>`count(*)::int` })
        .from(alerts)
        .where(and(eq(alerts.state, 'firing'), within))
        .groupBy(alerts.rule),
    ])
    const firing = new Map(open.map(({ rule, count }) => [rule, count]))
    const pending = new Map<string, number>()
    for (const alert of this.options.pending()) {
      if (holds(territory, alert)) pending.set(alert.rule, (pending.get(alert.rule) ?? 0) + 1)
    }
    const unknown = unknownStations(this.options.unknown(new Set(rules)), territory)
    return (rule) => ({
      firing: firing.get(rule) ?? 0,
      pending: pending.get(rule) ?? 0,
      ...unknown(rule),
      precision: precision.get(rule) ?? NONE.precision,
    })
  }
}
