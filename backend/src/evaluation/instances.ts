import type { Condition, RuleDefinition } from '@osprey/core/api/rules'
import type { Resolver } from '../pipeline/resolver.ts'
import { type Log, nextTurn } from '../pipeline/retry.ts'
import { ColdStart } from './cold-start.ts'
import { type ConditionInstance, type Identity, instanceKey, type OpenAlert } from './instance.ts'
import type { BuildMachine, Machine, RuleSource } from './machine.ts'
import type { NoDataInstance } from './no-data-watch.ts'
import type { Loaded, SavedInstance } from './saved.ts'
import { type Wanted, type WantedChange, WantedInstances } from './wanted.ts'

export type Instance = ConditionInstance | NoDataInstance

type Episode = ReturnType<Machine['episode']>
const NO_EPISODE: Episode = { peak: null, peakAt: null, observations: 0, flagged: 0 }

/** An instance that is there no longer, or another one in its place. */
export interface Gone {
  key: string
  trigger: Instance['trigger']
  subject: Omit<Identity, 'key'>
  /** Its open alert, when nothing goes on judging it. */
  alert: OpenAlert | null
  resolution: 'rule_inactive' | 'out_of_scope'
  /** What the alert came to until here. */
  episode: Episode
  /** Another instance has its key. */
  replaced: boolean
}

export interface InstancesOptions {
  rules: RuleSource
  resolver: Resolver
  build: BuildMachine
  now: () => number
  log: Log
  /** Told in the same turn in which the set changes. */
  apply: (next: readonly Instance[], gone: readonly Gone[]) => void
}

/** Machines compiled between two yields to the event loop. */
const BUILT_AT_ONCE = 200
/** Rules may change in quick succession, as when stations are imported: between two updates pass so many ms. */
const SHORTEST_PAUSE = 50
const LONGEST_PAUSE = 5000

/** The instances of the active rules. Follows rules and stations; machines whose rule did not change stay. */
export class Instances {
  noData: readonly NoDataInstance[] = []
  readonly #options: InstancesOptions
  readonly #wanted: WantedInstances
  readonly #byKey = new Map<string, Instance>()
  #hasBegun = false
  #saved: Loaded['instances'] = new Map()
  #adopted: Instance[] = []
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #duration = 0
  #stopped = false

  constructor(options: InstancesOptions) {
    this.#options = options
    this.#wanted = new WantedInstances(options.rules, options.resolver)
  }

  get byKey(): ReadonlyMap<string, Instance> {
    return this.#byKey
  }

  /** What an earlier run saved, for the first update. `replaced`: its sequences mean nothing any more. */
  load(saved: Loaded['instances'], replaced: boolean): void {
    this.#saved = saved
    if (replaced) for (const each of saved.values()) each.saved.sequence = 0
  }

  get(rule: string, target: string): Instance | undefined {
    return this.byKey.get(instanceKey(rule, target))
  }

  /** Whether a rule looks for silence, though none of its datastreams may exist yet. */
  watchesSilence(): boolean {
    return this.#options.rules.active().some(({ definition }) => definition.trigger.kind === 'no_data')
  }

  /** Resolves when the instances are those of the rules and stations as they are now, or later. */
  update(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#update().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    this.#next ??= this.#running
      .then(() => wait(Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, 10 * this.#duration))))
      .then(() => {
        this.#next = undefined
        return this.#stopped ? undefined : this.update()
      })
    return this.#next
  }

  stop(): void {
    this.#stopped = true
  }

  /** Instances that took over an alert or a state in the last update: they are to be saved. */
  takeAdopted(): Instance[] {
    const adopted = this.#adopted
    this.#adopted = []
    return adopted
  }

  unitOf({ definition }: ConditionInstance): string {
    const first = firstComparison(definition)
    return (first && this.#options.rules.context().property(first.measure.property)?.unit) ?? ''
  }

  async #update(): Promise<void> {
    const begun = performance.now()
    const wanted = await this.#wanted.update()
    const made = new Map<string, Instance>()
    let built = 0
    for (const each of wanted.changed) {
      if (this.#byKey.get(each.key)?.fingerprint === each.fingerprint) continue
      const instance = this.#make(each)
      if (instance !== undefined) made.set(each.key, instance)
      if (++built % BUILT_AT_ONCE === 0) await nextTurn()
    }
    this.#apply(wanted, made)
    this.#duration = performance.now() - begun
  }

  #make(wanted: Wanted): Instance | undefined {
    const { build, rules, now, log } = this.#options
    if (wanted.trigger === 'no_data') {
      const { definition, ...rest } = wanted
      const { name, severity, qualityFlags: flags } = definition
      return { ...rest, name, severity, flags, alert: null, began: now(), isSaved: false }
    }
    const { facts: station, otherFacts: other, ...rest } = wanted
    try {
      const machine = build({ definition: wanted.definition, station, other, context: rules.context() })
      const timed = machine.problems.length === 0 && isTimed(wanted.definition)
      const cold = machine.problems.length > 0 ? null : new ColdStart(now())
      const inputs = new Int32Array(0)
      return { ...rest, machine, timed, cold, inputs, index: -1, alert: null, began: now(), standsAt: 0 }
    } catch (error) {
      const { rule, target } = wanted
      log.error({ rule, target, error: (error as Error).stack }, 'a rule cannot be judged')
      return undefined
    }
  }

  /** In one turn, so that no reading meets half of it. */
  #apply({ changed, dropped }: WantedChange, made: ReadonlyMap<string, Instance>): void {
    const gone: Gone[] = []
    let hasChanged = !this.#hasBegun
    this.#hasBegun = true
    const active = new Set(this.#options.rules.active().map(({ id }) => id))
    const resolutionOf = (rule: string) =>
      (active.has(rule) ? 'out_of_scope' : 'rule_inactive') as Gone['resolution']
    for (const each of changed) {
      const last = this.#byKey.get(each.key)
      const fresh = made.get(each.key)
      const instance = fresh ?? last
      if (instance === undefined) continue
      if (fresh !== undefined) this.#inherit(fresh, last, gone, resolutionOf(each.rule))
      else rename(instance, each)
      if (this.#bind(instance, each) || fresh !== undefined) hasChanged = true
      this.#byKey.set(each.key, instance)
    }
    for (const { key } of dropped) {
      const last = this.#byKey.get(key)
      if (last === undefined) continue
      hasChanged = true
      this.#byKey.delete(key)
      gone.push(goneOf(last, last, last.alert, resolutionOf(last.rule), false, episodeOf(last)))
    }
    if (!hasChanged) return
    for (const [key, { saved }] of this.#saved) {
      if (this.#byKey.has(key)) continue
      const subject = { ...saved, ...saved.subject }
      gone.push(
        goneOf({ key, trigger: saved.trigger }, subject, saved.alert, resolutionOf(saved.rule), false),
      )
    }
    this.#saved.clear()
    const all = [...this.#byKey.values()]
    this.noData = all.filter((each) => each.trigger === 'no_data')
    this.#options.apply(all, gone)
  }

  /** A new instance takes over the state of the one before, when it fits, and else its open alert. */
  #inherit(
    fresh: Instance,
    before: Instance | undefined,
    gone: Gone[],
    resolution: Gone['resolution'],
  ): void {
    const saved = this.#saved.get(fresh.key)
    const known: Pick<SavedInstance, 'trigger' | 'alert' | 'began'> | undefined = before ?? saved?.saved
    if (known === undefined) return
    if (known.trigger !== fresh.trigger) {
      const subject = before ?? { ...(saved as { saved: SavedInstance }).saved, ...saved?.saved.subject }
      gone.push(
        goneOf(
          { key: fresh.key, trigger: known.trigger },
          subject as Identity,
          known.alert,
          resolution,
          true,
        ),
      )
      return
    }
    if (fresh.trigger === 'condition' && this.#restored(fresh, before, saved)) return
    if (fresh.trigger === 'no_data') {
      // Not the future: the clock may have been set back.
      fresh.began = Math.min(known.began, fresh.began)
      fresh.isSaved = before === undefined && saved?.saved.version === fresh.version
    }
    if (known.alert === null) return
    fresh.alert = { ...known.alert }
    if (fresh.trigger === 'condition') fresh.machine.adopt(known.alert)
    this.#adopted.push(fresh)
  }

  #restored(
    fresh: ConditionInstance,
    before: Instance | undefined,
    saved: { saved: SavedInstance; state: Buffer } | undefined,
  ): boolean {
    if (before?.trigger === 'condition') {
      if (before.cold !== null) {
        // What it has received and not judged yet is for its successor to judge.
        if (readsAlike(before.machine, fresh.machine) && fresh.cold !== null) fresh.cold = before.cold
        return false
      }
      // It judges the same way, and what it is compiled from has changed: what was observed stays.
      if (!fresh.machine.restore(before.machine.snapshot())) return false
      fresh.standsAt = before.standsAt
      fresh.began = before.began
      fresh.alert = before.alert
      this.#adopted.push(fresh)
    } else {
      if (saved === undefined || !fresh.machine.restore(saved.state)) return false
      fresh.standsAt = saved.saved.sequence
      fresh.began = saved.saved.began
      fresh.alert = saved.saved.alert
    }
    fresh.cold = null
    if ((fresh.machine.state === 'firing') !== (fresh.alert !== null)) {
      // Cannot be, unless software wrote it: the machine goes by the alert.
      fresh.machine.resolve()
      if (fresh.alert !== null) fresh.machine.adopt(fresh.alert)
    }
    return true
  }

  /** Answers whether it reads other series than before. */
  #bind(instance: Instance, wanted: Wanted): boolean {
    const { resolver } = this.#options
    if (instance.trigger === 'no_data') {
      if (wanted.trigger !== 'no_data' || equal(instance.members, wanted.members)) return false
      instance.members = wanted.members
      return true
    }
    const inputs = Int32Array.from(instance.machine.inputs, ({ of, property }) =>
      resolver.seriesOf((of === 'other' ? instance.other : instance.station) as string, property),
    )
    if (equal(instance.inputs, inputs)) return false
    instance.inputs = inputs
    return true
  }
}

/** The rule is another version that judges the same way: its machine goes on. */
function rename(instance: Instance, { version, definition, fingerprint }: Wanted): void {
  if (instance.fingerprint !== fingerprint) return
  instance.version = version
  if (instance.trigger === 'condition') instance.definition = definition
  else instance.name = definition.name
}

function readsAlike(one: Machine, other: Machine): boolean {
  return JSON.stringify(one.inputs) === JSON.stringify(other.inputs)
}

function equal(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((series, at) => series === other[at])
}

function goneOf(
  { key, trigger }: Pick<Instance, 'key' | 'trigger'>,
  { rule, version, target, station, other, site, property }: Omit<Identity, 'key'>,
  alert: OpenAlert | null,
  resolution: Gone['resolution'],
  replaced: boolean,
  episode = NO_EPISODE,
): Gone {
  return {
    key,
    trigger,
    subject: { rule, version, target, station, other, site, property },
    alert,
    resolution,
    episode,
    replaced,
  }
}

function episodeOf(instance: Instance): Episode {
  return instance.trigger === 'condition' ? instance.machine.episode() : NO_EPISODE
}

/** Whether some of its windows end by the clock. */
function isTimed({ trigger }: RuleDefinition): boolean {
  return trigger.kind === 'condition' && JSON.stringify(trigger.condition).includes('"aligned":true')
}

function firstComparison({ trigger }: RuleDefinition) {
  let node: Condition | undefined = trigger.kind === 'condition' ? trigger.condition : undefined
  while (node !== undefined && node.kind !== 'comparison') {
    node = node.kind === 'not' ? node.condition : node.conditions[0]
  }
  return node
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref()
  })
}
