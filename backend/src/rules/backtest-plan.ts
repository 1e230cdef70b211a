import type { ReplayRange } from '@osprey/core/alerting/replay'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { RuleContext } from '@osprey/core/alerting/types'
import type { BacktestResult, NoDataTrigger, RuleDefinition } from '@osprey/core/api/rules'
import type { Datastream, Registry } from '../registry/registry.ts'
import type { Territory } from '../territory/territory.ts'
import { ConditionJudge, type Judge, SilenceJudge } from './backtest-judges.ts'
import { BacktestTally } from './backtest-tally.ts'
import type { RuleReach } from './reach.ts'
import type { RuleTarget } from './station-facts.ts'

/** What is read and judged together: a station, or a site, of all definitions. */
export interface Unit {
  readonly datastreams: Set<number>
  /** Milliseconds before the range of which the windows need the observations. */
  historyMs: number
  /** Made when their turn comes: ten thousand machines at once would take more memory than the observations. */
  readonly builders: (() => Judge)[]
}

export interface BacktestPlan {
  units: Unit[]
  /** To be asked once everything is judged; one per definition. */
  results(): BacktestResult[]
}

export interface PlanParts {
  reach: RuleReach
  registry: Pick<Registry, 'datastreamOf' | 'datastreamsOf' | 'properties'>
  context: RuleContext
}

type NoDataDefinition = RuleDefinition & { trigger: NoDataTrigger }

/** What has to be read and judged to tell what definitions would have fired, within a territory. */
export function planBacktest(
  { definitions, jurisdiction }: { definitions: readonly RuleDefinition[]; jurisdiction: string | null },
  range: ReplayRange,
  territory: Territory,
  parts: PlanParts,
): BacktestPlan {
  const units = new Map<string, Unit>()
  const unitOf = (key: string): Unit => {
    const known = units.get(key)
    if (known) return known
    const made: Unit = { datastreams: new Set(), historyMs: 0, builders: [] }
    units.set(key, made)
    return made
  }
  const outcomes = definitions.map((definition) => {
    const { targets, problems } = parts.reach.of({ jurisdiction, definition }, territory)
    const tally = new BacktestTally(definition.timeZone, range)
    if (isNoData(definition)) planSilences(definition, targets, range, tally, parts, unitOf)
    else planConditions(definition, targets, tally, parts, unitOf)
    return () => tally.result([...problems])
  })
  return {
    units: [...units.values()].filter(({ datastreams }) => datastreams.size > 0),
    results: () => outcomes.map((result) => result()),
  }
}

function isNoData(definition: RuleDefinition): definition is NoDataDefinition {
  return definition.trigger.kind === 'no_data'
}

function planConditions(
  definition: RuleDefinition,
  targets: readonly RuleTarget[],
  tally: BacktestTally,
  { registry, context }: PlanParts,
  unitOf: (key: string) => Unit,
): void {
  const [first] = targets
  if (!first) return
  // What it reads and for how long does not depend on the station.
  const { inputs, history } = new RuleInstance({ definition, ...first, context })
  for (const { station, other } of targets) {
    const sources = inputs.map(({ of, property }) => ({
      datastream: registry.datastreamOf(of === 'station' ? station.id : (other?.id ?? ''), property)?.id,
      property: registry.properties.get(property),
    }))
    const read = sources.flatMap(({ datastream }) => datastream ?? [])
    const unit = unitOf(station.id)
    for (const id of read) unit.datastreams.add(id)
    unit.historyMs = Math.max(unit.historyMs, history)
    unit.builders.push(() => new ConditionJudge({ definition, station, other, context }, sources, tally))
    tally.reads(read)
  }
}

function planSilences(
  definition: NoDataDefinition,
  targets: readonly RuleTarget[],
  range: ReplayRange,
  tally: BacktestTally,
  { registry }: PlanParts,
  unitOf: (key: string) => Unit,
): void {
  const { per, properties, graceSeconds } = definition.trigger
  const judge = (
    key: string,
    place: { station: string | null; site: string | null; property: string | null },
    members: readonly Datastream[],
  ): void => {
    const ids = members.map(({ id }) => id)
    const unit = unitOf(key)
    for (const id of ids) unit.datastreams.add(id)
    unit.historyMs = Math.max(unit.historyMs, graceSeconds * 1000)
    unit.builders.push(() => new SilenceJudge(definition, place, ids, range, tally))
    tally.reads(ids)
  }
  const sites = new Map<string, Datastream[]>()
  for (const { station } of targets) {
    const members = registry
      .datastreamsOf(station.id)
      .filter(({ property }) => properties === null || properties.includes(property))
    if (per === 'site') {
      if (station.site !== null) sites.set(station.site, [...(sites.get(station.site) ?? []), ...members])
    } else if (per === 'station') {
      judge(station.id, { station: station.id, site: null, property: null }, members)
    } else {
      for (const member of members) {
        judge(station.id, { station: station.id, site: null, property: member.property }, [member])
      }
    }
  }
  for (const [site, members] of sites) {
    judge(`site ${site}`, { station: null, site, property: null }, members)
  }
}
