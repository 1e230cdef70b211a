import { silenceDueAt } from '@osprey/core/alerting/no-data'
import type { Transition } from '@osprey/core/alerting/types'
import type { NoDataTrigger, Severity } from '@osprey/core/api/rules'
import type { Hearing } from './hearing.ts'
import type { Identity, OpenAlert } from './instance.ts'

/** A rule that watches one datastream, station or site for silence. */
export interface NoDataInstance extends Identity {
  readonly trigger: 'no_data'
  readonly fingerprint: string
  name: string
  readonly per: NoDataTrigger['per']
  readonly graceMs: number
  readonly severity: Severity
  readonly flags: readonly number[]
  /** Series of its members. */
  members: Int32Array
  /** Named in the evidence. */
  readonly memberOf: string
  alert: OpenAlert | null
  /** Since when silence counts, epoch milliseconds: when it began to watch, or somebody resolved its alert. */
  began: number
  /** Whether it is saved as it is. */
  isSaved: boolean
}

export type NoDataEmit = (instance: NoDataInstance, transition: Transition) => void

/**
 * Judges silence. What it decides depends on receive times and on when the broker listened, and not on when it is
 * asked: a silence that began and ended between two looks is found when the next reading ends it.
 */
export class NoDataWatch {
  readonly #hearing: Hearing
  readonly #emit: NoDataEmit
  #instances: readonly NoDataInstance[] = []
  #bySeries = new Map<number, NoDataInstance[]>()
  /** By series: 1 while an instance it belongs to fires. */
  #awaited = new Uint8Array(0)
  #shortest = Number.POSITIVE_INFINITY

  constructor(hearing: Hearing, emit: NoDataEmit) {
    this.#hearing = hearing
    this.#emit = emit
  }

  /** Takes another set of instances, each bound to its members. */
  use(instances: readonly NoDataInstance[], series: number): void {
    this.#instances = instances
    this.#bySeries = new Map()
    this.#shortest = Number.POSITIVE_INFINITY
    for (const instance of instances) {
      this.#shortest = Math.min(this.#shortest, instance.graceMs)
      for (const member of instance.members) {
        const known = this.#bySeries.get(member)
        if (known === undefined) this.#bySeries.set(member, [instance])
        else known.push(instance)
      }
    }
    this.#awaited = new Uint8Array(series)
    for (const instance of instances) if (instance.alert !== null) this.await(instance)
  }

  /** Its next reading resolves it. */
  await(instance: NoDataInstance): void {
    for (const member of instance.members) this.#awaited[member] = 1
  }

  /** A usable flag of a series was heard. Costs a look and a store unless something may have been silent. */
  hear(series: number, quality: number, receivedAt: number): void {
    const known = this.#bySeries.size > 0
    if (
      known &&
      (this.#awaited[series] === 1 || receivedAt - this.#heardAt(series, quality) >= this.#shortest)
    ) {
      this.#hearAfterSilence(series, quality, receivedAt)
    } else this.#hearing.hear(series, quality, receivedAt)
  }

  /** Everything received until `now` (epoch milliseconds) has been heard: who has been silent for too long by then? */
  judge(now: number): void {
    for (const instance of this.#instances) if (instance.alert === null) this.#judge(instance, now)
  }

  /** When the newest member was heard; -Infinity for never. Members never heard are left out. */
  heardAt({ members, flags }: NoDataInstance): number {
    let newest = Number.NEGATIVE_INFINITY
    for (const member of members) newest = Math.max(newest, this.#hearing.heardAt(member, flags))
    return newest
  }

  #heardAt(series: number, quality: number): number {
    return this.#hearing.heardAt(series, FLAG[quality] as readonly number[])
  }

  #hearAfterSilence(series: number, quality: number, receivedAt: number): void {
    const instances = this.#bySeries.get(series) ?? []
    for (const instance of instances) {
      // What is heard in the very moment the grace time ends is in time.
      if (instance.alert === null && instance.flags.includes(quality)) this.#judge(instance, receivedAt - 1)
    }
    this.#hearing.hear(series, quality, receivedAt)
    this.#awaited[series] = 0
    for (const instance of instances) {
      if (instance.alert === null) continue
      if (instance.flags.includes(quality))
        this.#resolve(instance, Math.max(receivedAt, instance.alert.firedAt))
      else this.#awaited[series] = 1
    }
  }

  #judge(instance: NoDataInstance, now: number): void {
    const heardAt = this.heardAt(instance)
    if (heardAt === Number.NEGATIVE_INFINITY) return
    const at = silenceDueAt(Math.max(heardAt, instance.began), instance.graceMs, this.#hearing.absences)
    if (now < at) return
    const silent = (at - heardAt) / 1000
    this.#emit(instance, {
      kind: 'fired',
      at,
      since: heardAt,
      severity: instance.severity,
      value: silent,
      unit: 's',
      evidence: { items: [evidenceOf(instance, silent)], readings: [] },
    })
    this.await(instance)
  }

  #resolve(instance: NoDataInstance, at: number): void {
    const { since } = instance.alert as OpenAlert
    const silent = (at - since) / 1000
    this.#emit(instance, {
      kind: 'resolved',
      at,
      cause: 'cleared',
      peak: silent,
      peakAt: at,
      observations: 0,
      flagged: 0,
    })
  }
}

const FLAG: readonly (readonly number[])[] = [[], [1], [2], [3], [4]]

function evidenceOf(instance: NoDataInstance, silent: number) {
  return {
    station: instance.memberOf,
    thresholdStation: null,
    property: instance.property ?? '*',
    statistic: 'silence',
    windowSeconds: instance.graceMs / 1000,
    value: silent,
    operator: 'ge',
    threshold: instance.graceMs / 1000,
    thresholdHigh: null,
    limit: null,
    unit: 's',
    coverage: null,
    count: 0,
    holds: true,
  }
}
