import { createHash } from 'node:crypto'
import type { RuleContext, StationFacts } from '@osprey/core/alerting/types'
import { type Condition, measuresOf, type NoDataTrigger, type RuleDefinition } from '@osprey/core/api/rules'
import type { Resolver } from '../pipeline/resolver.ts'
import { nextTurn } from '../pipeline/retry.ts'
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

interface RuleWanted {
  rule: ActiveRule
  basis: string
  targets: readonly Target[]
  /** Of the resolver: members of rules about silence come with the first reading. */
  resolved: number
  byKey: ReadonlyMap<string, Wanted>
}

/** What became of the wanted instances since the update before. */
export interface WantedChange {
  /** Those that are new, or differ in anything. */
  changed: Wanted[]
  /** Those that are wanted no longer. */
  dropped: Wanted[]
}

/** Milliseconds of the event loop taken at a time. */
const TURN_MS = 5

/** Every instance the active rules ask for. What did not change is not worked out again. */
export class WantedInstances {
  readonly #source: RuleSource
  readonly #resolver: Resolver
  #known = new Map<string, RuleWanted>()
  #turnBegan = 0

  constructor(source: RuleSource, resolver: Resolver) {
    this.#source = source
    this.#resolver = resolver
  }

  async update(): Promise<WantedChange> {
    const known = new Map<string, RuleWanted>()
    const change: WantedChange = { changed: [], dropped: [] }
    this.#turnBegan = performance.now()
    for (const rule of this.#source.active()) {
      known.set(rule.id, await this.#ofRule(rule, this.#known.get(rule.id), change))
    }
    for (const [id, { byKey }] of this.#known) {
      if (!known.has(id)) for (const each of byKey.values()) change.dropped.push(each)
    }
    this.#known = known
    return change
  }

  async #ofRule(
    rule: ActiveRule,
    before: RuleWanted | undefined,
    { changed, dropped }: WantedChange,
  ): Promise<RuleWanted> {
    await this.#yieldTurn()
    const { definition } = rule
    const { trigger } = definition
    const isCondition = trigger.kind === 'condition'
    const basis = basisOf(definition, this.#source.context())
    const targets = this.#source.targetsOf(rule)
    const resolved = isCondition ? 0 : this.#resolver.version
    const isSame = before?.rule === rule && before.basis === basis
    if (isSame && before.targets === targets && before.resolved === resolved) return before
    const byKey = new Map<string, Wanted>()
    const all = isCondition
      ? conditions(rule, targets, basis)
      : silences(rule, trigger, targets, this.#resolver, basis)
    for (const each of all) {
      const last = isSame ? before.byKey.get(each.key) : undefined
      const isKept = last !== undefined && isAlike(last, each)
      if (!isKept) changed.push(each)
      byKey.set(each.key, isKept ? last : each)
      if (byKey.size % 100 === 0) await this.#yieldTurn()
    }
    for (const each of before?.byKey.values() ?? []) if (!byKey.has(each.key)) dropped.push(each)
    return { rule, basis, targets, resolved, byKey }
  }

  async #yieldTurn(): Promise<void> {
    if (performance.now() - this.#turnBegan < TURN_MS) return
    await nextTurn()
    this.#turnBegan = performance.now()
  }
}

/** Of the same rule. */
function isAlike(one: Wanted, other: Wanted): boolean {
  if (one.trigger === 'condition')
    return other.trigger === 'condition' && one.facts === other.facts && one.otherFacts === other.otherFacts
  if (other.trigger !== 'no_data' || one.members.length !== other.members.length) return false
  return one.members.every((series, at) => series === other.members[at])
}

function* conditions(rule: ActiveRule, targets: readonly Target[], basis: string): Generator<Wanted> {
  for (const { station, other } of targets) {
    yield {
      ...identity(rule, station.id, { station: station.id, other: other?.id ?? null }),
      trigger: 'condition',
      fingerprint: `${basis} ${traitsOf(station)}${other === null ? '' : ` ${traitsOf(other)}`}`,
      facts: station,
      otherFacts: other,
    }
  }
}

/** What of a station a machine is compiled from. */
function traitsOf({ id, medium, class: functionalClass }: StationFacts): string {
  return JSON.stringify([id, medium, functionalClass])
}

function* silences(
  rule: ActiveRule,
  trigger: NoDataTrigger,
  targets: readonly Target[],
  resolver: Resolver,
  fingerprint: string,
): Generator<Wanted> {
  const common = {
    trigger: 'no_data',
    fingerprint,
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

/** What of a definition decides how it judges, and what it is compiled against, beside its station. */
function basisOf(definition: RuleDefinition, context: RuleContext): string {
  const properties = new Set<string>()
  const visit = (node: Condition): void => {
    if (node.kind === 'comparison') for (const measure of measuresOf(node)) properties.add(measure.property)
    else if (node.kind === 'not') visit(node.condition)
    else for (const each of node.conditions) visit(each)
  }
  if (definition.trigger.kind === 'condition') visit(definition.trigger.condition)
  const { trigger, severity, qualityFlags, timeZone, schedule } = definition
  const holidays = schedule === null ? [] : [...context.holidays].sort()
  const known = [...properties].sort().map((id) => context.property(id) ?? null)
  return digest([trigger, severity, qualityFlags, timeZone, schedule, known, holidays])
}

function digest(of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('base64url').slice(0, 16)
}
