import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { RuleContext } from '@osprey/core/alerting/types'
import type { PreviewView, RuleDefinition, RuleView } from '@osprey/core/api/rules'
import type { Registry } from '../registry/registry.ts'
import type { Territory } from '../territory/territory.ts'
import type { Reaching, RuleTarget, StationFactsBook } from './station-facts.ts'

type Problem = RuleView['problems'][number]
type Rule = Reaching & { readonly definition: RuleDefinition }

/** What a rule applies to within a territory, and what of it cannot be judged. */
export interface Reach {
  readonly targets: readonly RuleTarget[]
  readonly problems: readonly Problem[]
}

/** Names listed with a problem. */
const LISTED = 3
const MAX_PROBLEMS = 20
/** More reaches than rules times a few territories are not asked for again soon. */
const MOST_REMEMBERED = 10_000

export interface RuleReachOptions {
  stationFacts: StationFactsBook
  registry: Pick<Registry, 'datastreamOf' | 'datastreamsOf'>
  context: RuleContext
}

/** Works out what rules apply to now. */
export class RuleReach {
  private readonly remembered = new Map<string, Pick<RuleView, 'stations' | 'problems'>>()

  constructor(private readonly options: RuleReachOptions) {
    options.stationFacts.onChange(() => this.remembered.clear())
  }

  /** The targets of a rule of which the territory has both stations. */
  targetsOf(rule: Reaching, territory: Territory): readonly RuleTarget[] {
    const targets = this.options.stationFacts.targetsOf(rule)
    if (territory.whole) return targets
    return targets.filter(
      ({ station, other }) => territory.hasStation(station.id) && (!other || territory.hasStation(other.id)),
    )
  }

  of(rule: Rule, territory: Territory): Reach {
    const targets = this.targetsOf(rule, territory)
    return { targets, problems: this.problemsOf(rule.definition, targets) }
  }

  /** How many stations, and the problems; remembered until something registered changes. */
  summary(
    rule: Rule & { id: string; version: number },
    territory: Territory,
  ): Pick<RuleView, 'stations' | 'problems'> {
    const key = `${rule.id}\n${rule.version}\n${territory.key}`
    const known = this.remembered.get(key)
    if (known) return known
    const { targets, problems } = this.of(rule, territory)
    const summary = { stations: targets.length, problems: [...problems] }
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear()
    this.remembered.set(key, summary)
    return summary
  }

  preview(
    definition: RuleDefinition,
    { targets, problems }: Reach,
    most: number,
  ): Omit<PreviewView, 'sentence'> {
    const stations = targets.slice(0, most).map((target) => ({
      id: target.station.id,
      other: target.other?.id ?? null,
      properties: this.propertiesAt(definition, target),
    }))
    return { stations, total: targets.length, problems: [...problems] }
  }

  /** The observed properties of the first station that the definition reads and that were ever reported. */
  private propertiesAt(definition: RuleDefinition, target: RuleTarget): string[] {
    const { trigger } = definition
    const observed = this.options.registry.datastreamsOf(target.station.id).map(({ property }) => property)
    if (trigger.kind === 'no_data') {
      return observed.filter(
        (property) => trigger.properties === null || trigger.properties.includes(property),
      )
    }
    const read = this.instance(definition, target).inputs.flatMap(({ of, property }) =>
      of === 'station' ? [property] : [],
    )
    return [...new Set(read)].filter((property) => observed.includes(property))
  }

  private problemsOf(definition: RuleDefinition, targets: readonly RuleTarget[]): Problem[] {
    if (targets.length === 0) return [{ en: 'It applies to no station.', zh: '不适用于任何站点。' }]
    if (definition.trigger.kind === 'no_data') return []
    const affected = new Map<string, { problem: Problem; stations: string[] }>()
    const note = (problem: Problem, station: string) => {
      const known = affected.get(problem.en)
      if (known) known.stations.push(station)
      else affected.set(problem.en, { problem, stations: [station] })
    }
    // What a machine can say depends on the class of its stations and on nothing else of them.
    const byClass = Map.groupBy(targets, ({ station, other }) =>
      JSON.stringify([station.class, other?.class]),
    )
    for (const alike of byClass.values()) {
      const { problems, inputs } = this.instance(definition, alike[0] as RuleTarget)
      for (const { station, other } of alike) {
        for (const problem of problems) note(problem, station.name)
        for (const { of, property } of inputs) {
          const source = of === 'station' ? station : other
          if (source && !this.options.registry.datastreamOf(source.id, property)) {
            note(neverReported(property), source.name)
          }
        }
      }
    }
    return [...affected.values()]
      .slice(0, MAX_PROBLEMS)
      .map(({ problem, stations }) => atStations(problem, stations, targets.length))
  }

  private instance(definition: RuleDefinition, { station, other }: RuleTarget): RuleInstance {
    return new RuleInstance({ definition, station, other, context: this.options.context })
  }
}

function neverReported(property: string): Problem {
  return { en: `${property} was never reported`, zh: `从未上报 ${property}` }
}

/** A problem with the stations it is one of, unless it is one of all. */
function atStations({ en, zh }: Problem, stations: readonly string[], total: number): Problem {
  if (stations.length >= total) return { en, zh }
  const names = stations.slice(0, LISTED)
  const rest = stations.length - names.length
  return {
    en: `${stations.length} of ${total} stations (${names.join(', ')}${rest > 0 ? ', …' : ''}): ${en}`,
    zh: `${total} 个站点中的 ${stations.length} 个（${names.join('、')}${rest > 0 ? '……' : ''}）：${zh}`,
  }
}
