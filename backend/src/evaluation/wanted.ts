import { createHash } from 'node:crypto'
import type { RuleContext, StationFacts } from '@osprey/core/alerting/types'
import { type Condition, measuresOf, type NoDataTrigger, type RuleDefinition } from '@osprey/core/api/rules'
import type { Resolver } from '../pipeline/resolver.ts'
import { type Identity, instanceKey } from './instance.ts'
import type { ActiveRule, RuleSource } from './machine.ts'

/** An instance that should be there. */
export type Wanted = Identity & { readonly fingerprint: string; readonly definition: RuleDefinition } & (
    | {
        readonly trigger: 'condition'
        readonly facts: StationFacts
        readonly otherFacts: StationFacts | null
      }
    | {
        readonly trigger: 'no_data'
        readonly per: NoDataTrigger['per']
        readonly graceMs: number
        readonly members: Int32Array
        readonly memberOf: string
      }
  )

type Target = ReturnType<RuleSource['targetsOf']>[number]

/** Every instance the active rules ask for now. */
export function wantedInstances(source: RuleSource, resolver: Resolver): Wanted[] {
  const context = source.context()
  const wanted: Wanted[] = []
  for (const rule of source.active()) {
    const targets = source.targetsOf(rule)
    const { trigger } = rule.definition
    if (trigger.kind === 'condition') {
      const basis = basisOf(rule.definition, context)
      for (const target of targets) wanted.push(conditionAt(rule, target, basis))
    } else for (const each of silences(rule, trigger, targets, resolver)) wanted.push(each)
  }
  return wanted
}

function conditionAt(rule: ActiveRule, { station, other }: Target, basis: string): Wanted {
  return {
    ...identity(rule, station.id, { station: station.id, other: other?.id ?? null }),
    trigger: 'condition',
    fingerprint: digest([
      rule.version,
      basis,
      ...[station, other].map((each) => [each?.id, each?.medium, each?.class]),
    ]),
    facts: station,
    otherFacts: other,
  }
}

function* silences(
  rule: ActiveRule,
  trigger: NoDataTrigger,
  targets: readonly Target[],
  resolver: Resolver,
): Generator<Wanted> {
  const common = {
    trigger: 'no_data',
    fingerprint: String(rule.version),
    per: trigger.per,
    graceMs: trigger.graceSeconds * 1000,
  } as const
  const sites = new Map<string, number[]>()
  for (const { station } of targets) {
    const series = membersOf(station.id, trigger.properties, resolver)
    if (trigger.per === 'datastream') {
      for (const [property, slot] of series) {
        const target = `${station.id}|${property}`
        const members = Int32Array.of(slot)
        yield {
          ...identity(rule, target, { station: station.id, property }),
          ...common,
          members,
          memberOf: station.id,
        }
      }
    } else if (trigger.per === 'station') {
      const members = Int32Array.from(series.values())
      yield {
        ...identity(rule, station.id, { station: station.id }),
        ...common,
        members,
        memberOf: station.id,
      }
    } else if (station.site !== null) {
      const members = sites.get(station.site) ?? []
      members.push(...series.values())
      sites.set(station.site, members)
    }
  }
  for (const [site, members] of sites) {
    yield {
      ...identity(rule, `site:${site}`, { site }),
      ...common,
      members: Int32Array.from(members),
      memberOf: site,
    }
  }
}

/** Series of the station that have ever been heard, as datastreams are made of the first reading. */
function membersOf(
  station: string,
  properties: readonly string[] | null,
  resolver: Resolver,
): Map<string, number> {
  const members = new Map<string, number>()
  for (const [property, series] of resolver.station(station)?.series ?? []) {
    if (resolver.seriesDatastream[series] === 0) continue
    if (properties === null || properties.includes(property)) members.set(property, series)
  }
  return members
}

function identity(
  { id, version, definition }: ActiveRule,
  target: string,
  parts: Partial<Pick<Identity, 'station' | 'other' | 'site' | 'property'>>,
): Identity & { definition: RuleDefinition } {
  const subject = { station: null, other: null, site: null, property: null, ...parts }
  return { key: instanceKey(id, target), rule: id, version, target, ...subject, definition }
}

/** What a definition is compiled against, beside its station. */
function basisOf(definition: RuleDefinition, context: RuleContext): string {
  const properties = new Set<string>()
  const visit = (node: Condition): void => {
    if (node.kind === 'comparison') for (const measure of measuresOf(node)) properties.add(measure.property)
    else if (node.kind === 'not') visit(node.condition)
    else for (const each of node.conditions) visit(each)
  }
  if (definition.trigger.kind === 'condition') visit(definition.trigger.condition)
  const holidays = definition.schedule === null ? [] : [...context.holidays].sort()
  return digest([[...properties].sort().map((id) => context.property(id) ?? null), holidays])
}

function digest(of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('base64url').slice(0, 16)
}
