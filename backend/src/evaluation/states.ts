import type { Write } from '../pipeline/outbox.ts'
import type { Resolver } from '../pipeline/resolver.ts'
import type { Log } from '../pipeline/retry.ts'
import type { Hearing } from './hearing.ts'
import type { ConditionInstance } from './instance.ts'
import type { Instance } from './instances.ts'
import type { NoDataInstance } from './no-data-watch.ts'
import { SaveQueue } from './save-queue.ts'
import { heardWrites, instanceRemoval, instanceWrite, metaWrite, type SavedInstance } from './saved.ts'

export interface StatesOptions {
  hearing: Hearing
  resolver: Pick<Resolver, 'seriesDatastream' | 'seriesCount'>
  log: Log
}

/** Every changed instance is saved about so often, ms: so much of the journal is read again after a crash. */
const SAVE_CYCLE = 15_000
const SAVED_AT_LEAST = 16
const SAVED_BYTES = 1024 * 1024
const HEARD_INTERVAL = 10_000
/** Instances that watch for silence and are new, saved in one transaction. */
const BEGUN_AT_ONCE = 2000

/** Which states are to be saved: those that told something with what they tell, the others a part at a time. */
export class States {
  saved = 0
  failed = 0
  lastError: string | undefined
  readonly #options: StatesOptions
  readonly #saves = new SaveQueue<ConditionInstance>()
  readonly #changed = new Set<NoDataInstance>()
  readonly #begun = new Set<NoDataInstance>()
  #noData: ReadonlySet<NoDataInstance> = new Set()
  #removals: string[] = []
  #sealedAt = 0
  #heardAt = Number.NEGATIVE_INFINITY
  #heardSequence = 0

  constructor(options: StatesOptions) {
    this.#options = options
  }

  /** Whether a transaction is worth while for their sake. */
  get urgent(): boolean {
    const { size } = this.#changed
    return size > 0 || this.#begun.size > 0 || this.#saves.urgent > 0 || this.#removals.length > 0
  }

  get waiting(): number {
    return this.#saves.length
  }

  /** Saved states need the journal from after this sequence on. */
  start(sequence: number): void {
    this.#heardSequence = sequence
  }

  /** It saw something after the journal entry `from`. */
  mark(instance: ConditionInstance, from: number): void {
    if (!this.#saves.isDirty(instance.index)) this.#saves.mark(instance, instance.index, from)
  }

  /** Its state is saved with what it tells. */
  hurry(instance: Instance, from: number): void {
    if (instance.trigger === 'condition') this.#saves.hurry(instance, instance.index, from)
    else if (this.#noData.has(instance)) this.#changed.add(instance)
  }

  /** When series were heard changed in another way than by readings. */
  hurryHearing(): void {
    this.#heardAt = Number.NEGATIVE_INFINITY
  }

  /** The instances are others now, numbered in the order given; records of `gone` ones are removed. */
  use(
    conditions: readonly ConditionInstance[],
    noData: readonly NoDataInstance[],
    gone: readonly string[],
  ): void {
    const changes = [...this.#saves.changed()].sort((one, other) => one.from - other.from)
    this.#saves.reset(conditions.length)
    conditions.forEach((instance, index) => {
      instance.index = index
    })
    for (const { instance, from, isUrgent } of changes) {
      if (conditions[instance.index] !== instance) continue
      if (isUrgent) this.#saves.hurry(instance, instance.index, from)
      else this.#saves.mark(instance, instance.index, from)
    }
    this.#noData = new Set(noData)
    for (const known of [this.#changed, this.#begun])
      for (const instance of known) if (!this.#noData.has(instance)) known.delete(instance)
    for (const instance of noData) if (!instance.isSaved) this.#begun.add(instance)
    this.#removals.push(...gone)
  }

  /** For a transaction whose last journal entry is `sequence`; answers after which entry the journal is needed. */
  seal(writes: Write[], sequence: number, now: number, everything: boolean): number {
    for (const key of this.#removals) writes.push(instanceRemoval(key))
    this.#removals = []
    this.#sealNoData(writes, sequence, everything)
    this.#sealConditions(
      writes,
      sequence,
      everything ? Number.POSITIVE_INFINITY : this.#share(now),
      everything,
    )
    this.#sealHearing(writes, sequence, now, everything)
    const replayFrom = Math.min(this.#saves.oldest ?? sequence, this.#heardSequence)
    writes.push(metaWrite({ replayFrom, absences: this.#options.hearing.absences }))
    return replayFrom
  }

  /** How many states are saved in this transaction, so that all are in a cycle. */
  #share(now: number): number {
    const passed = Math.min(SAVE_CYCLE, Math.max(0, now - this.#sealedAt))
    this.#sealedAt = now
    return Math.max(SAVED_AT_LEAST, Math.ceil((this.#saves.length * passed) / SAVE_CYCLE))
  }

  #sealNoData(writes: Write[], sequence: number, everything: boolean): void {
    let left = everything ? Number.POSITIVE_INFINITY : BEGUN_AT_ONCE
    for (const instance of this.#begun) {
      if (left-- <= 0) break
      this.#changed.add(instance)
    }
    for (const instance of this.#changed) {
      writes.push(instanceWrite(instance.key, savedOf(instance, sequence), new Uint8Array(0)))
      instance.isSaved = true
      this.#begun.delete(instance)
    }
    this.#changed.clear()
  }

  #sealConditions(writes: Write[], sequence: number, most: number, everything: boolean): void {
    let bytes = 0
    this.#saves.take(most, (instance) => {
      const write = this.#stateWrite(instance, sequence)
      bytes += write.value?.length ?? 0
      writes.push(write)
      return everything || bytes < SAVED_BYTES
    })
  }

  /** A state that cannot be saved does not hold the journal: after a crash that rule begins anew there. */
  #stateWrite(instance: ConditionInstance, sequence: number): Write {
    try {
      const write = instanceWrite(instance.key, savedOf(instance, sequence), instance.machine.snapshot())
      instance.standsAt = sequence
      this.saved++
      return write
    } catch (error) {
      const { rule, target } = instance
      this.failed++
      if (this.lastError !== (error as Error).message) {
        this.lastError = (error as Error).message
        this.#options.log.error(
          { rule, target, error: (error as Error).stack },
          'the state of a rule cannot be saved',
        )
      }
      return instanceRemoval(instance.key)
    }
  }

  #sealHearing(writes: Write[], sequence: number, now: number, everything: boolean): void {
    const { hearing, resolver } = this.#options
    if (this.#noData.size === 0) {
      this.#heardSequence = sequence
      return
    }
    if (!everything && now - this.#heardAt < HEARD_INTERVAL && now >= this.#heardAt) return
    this.#heardAt = now
    this.#heardSequence = sequence
    writes.push(...heardWrites(hearing, resolver.seriesDatastream, resolver.seriesCount))
  }
}

function savedOf(instance: Instance, sequence: number): SavedInstance {
  const { rule, version, target, fingerprint, alert, began, trigger, station, other, site, property } =
    instance
  const subject = { station, other, site, property }
  return { rule, version, target, fingerprint, sequence, alert, began, subject, trigger }
}
