import type { Emit, Transition } from '@osprey/core/alerting/types'
import type { Resolution } from '@osprey/core/api/alerts'
import { FUTURE_TOLERANCE, QUALITY } from '@osprey/core/quality'
import type { AlertNotice } from '../alerts/alert-notice.ts'
import type { EvaluationPort, PendingAlert } from '../alerts/evaluation-port.ts'
import type { LatestObservation } from '../observations/store.ts'
import type { Judging, Sealed } from '../pipeline/judging.ts'
import type { Sink } from '../pipeline/notices.ts'
import type { Outbox, Write } from '../pipeline/outbox.ts'
import type { Resolver } from '../pipeline/resolver.ts'
import type { Log } from '../pipeline/retry.ts'
import { AlertQueue } from './alert-queue.ts'
import type { History } from './cold-start.ts'
import { Hearing } from './hearing.ts'
import { alertId, type ConditionInstance, type Identity, type OpenAlert } from './instance.ts'
import { type Gone, type Instance, Instances } from './instances.ts'
import type { BuildMachine, RuleSource } from './machine.ts'
import { type NoDataInstance, NoDataWatch } from './no-data-watch.ts'
import { type Correction, reconcile, type StoredAlert } from './reconcile.ts'
import { Reconciliation } from './reconciliation.ts'
import { SaveQueue } from './save-queue.ts'
import {
  heardWrites,
  instanceRemoval,
  instanceWrite,
  type Loaded,
  loadSaved,
  metaWrite,
  type SavedInstance,
} from './saved.ts'
import { buildSeriesIndex, EMPTY_INDEX } from './series-index.ts'
import { WarmUp } from './warm-up.ts'

export interface EvaluationOptions {
  resolver: Resolver
  outbox: Outbox
  rules: RuleSource
  build: BuildMachine
  /** Is told of alerts; repeated until it succeeds. */
  alerts: Sink<AlertNotice>
  /** The alerts that are open in the database. */
  openAlerts: () => Promise<StoredAlert[]>
  /** Observations of a datastream from `from` (included) to `to` (excluded), ascending. */
  history: (datastream: number, from: number, to: number) => Promise<History>
  /** Receive time up to which readings have reached the store, epoch milliseconds. */
  storedUpTo: () => number
  now: () => number
  log: Log
  /** Bytes of notices the queue may hold before the pipeline stops reading. */
  queueBytes?: number
}

export interface EvaluationStats {
  instances: { condition: number; noData: number; cold: number; troubled: number }
  observations: { judged: number; ignored: number; fromFuture: number; again: number }
  transitions: { fired: number; raised: number; resolved: number }
  saved: { instances: number; waiting: number; failed: number; damaged: number }
  warmUp: { waiting: number; failures: number; withoutPast: number }
  corrections: number
  queue: ReturnType<AlertQueue['stats']>
  lastError: string | undefined
}

/** Windows that end by the clock are judged so long (ms) after their end: readings may take their time. */
export const LATENESS = 60_000
/** Every changed instance is saved about so often, ms: so much of the journal is read again after a crash. */
const SAVE_CYCLE = 15_000
const SAVED_AT_LEAST = 16
const SAVED_BYTES = 1024 * 1024
const HEARD_INTERVAL = 10_000
/** New datastreams may be members of rules for silence. */
const REBIND_INTERVAL = 5000

/**
 * Judges the active rules on every reading the pipeline takes. Its machines live in memory; their states, what they
 * have to tell and the position in the journal are changed in one transaction (see `seal`), so that after a crash no
 * transition is lost, and none is made twice.
 */
export class Evaluation implements EvaluationPort, Judging {
  readonly #options: EvaluationOptions
  readonly #queue: AlertQueue
  readonly #hearing: Hearing
  readonly #noData: NoDataWatch
  readonly #instances: Instances
  readonly #warmUp: WarmUp
  readonly #reconciliation: Reconciliation
  readonly #saves = new SaveQueue<ConditionInstance>()
  /** Those whose past is being fetched. */
  readonly #warming = new WeakSet<ConditionInstance>()
  readonly #changedNoData = new Set<NoDataInstance>()
  #removals: string[] = []
  #conditions: readonly ConditionInstance[] = []
  #index = EMPTY_INDEX
  #touched = new Uint8Array(0)
  #touchedList = new Int32Array(0)
  #touchedCount = 0
  /** Whose machine is at work; the machines emit to one function. */
  #current: ConditionInstance | undefined
  #nextDue = Number.POSITIVE_INFINITY
  /** Sequence of the last entry taken, or of the one in hand while the journal is read again. */
  #sequence = 0
  #again = false
  #started = false
  #needed = 0
  #sealedAt = 0
  #heardAt = 0
  #heardSequence = 0
  #boundVersion = -1
  #boundAt = 0
  #judged = 0
  #ignored = 0
  #fromFuture = 0
  #judgedAgain = 0
  readonly #transitions = { fired: 0, raised: 0, resolved: 0 }
  #savedCount = 0
  #saveFailures = 0
  #damaged = 0
  #corrections = 0
  #lastError: string | undefined

  constructor(options: EvaluationOptions) {
    const { resolver, outbox, rules, build, alerts, history, storedUpTo, now, log, queueBytes } = options
    this.#options = options
    this.#queue = new AlertQueue({
      outbox,
      sink: alerts,
      log,
      ...(queueBytes !== undefined && { maxBytes: queueBytes }),
    })
    this.#hearing = new Hearing(Number.NEGATIVE_INFINITY)
    this.#noData = new NoDataWatch(this.#hearing, (instance, transition) =>
      this.#transition(instance, transition),
    )
    this.#instances = new Instances({
      rules,
      resolver,
      build,
      now,
      log,
      apply: (next, gone) => this.#use(next, gone),
    })
    this.#warmUp = new WarmUp({
      history: async (series, from, to) => {
        const datastream = resolver.seriesDatastream[series] as number
        return datastream === 0 ? undefined : history(datastream, from, to)
      },
      storedUpTo,
      now,
      warm: (instance, histories) => this.#warm(instance, histories),
      log,
    })
    this.#reconciliation = new Reconciliation({
      openAlerts: options.openAlerts,
      correct: (stored, untold) => this.#correct(stored, untold),
      track: () => this.#queue.track(),
      log,
    })
  }

  /** Nothing more may be read until some alerts have been told. */
  get full(): boolean {
    return this.#queue.full
  }

  /** Whether a transaction is worth while for its own sake. */
  get urgent(): boolean {
    return (
      this.#queue.offered > 0 ||
      this.#saves.urgent > 0 ||
      this.#changedNoData.size > 0 ||
      this.#removals.length > 0
    )
  }

  /** Whether some states are not saved yet; they can wait for company. */
  get unsaved(): boolean {
    return this.#saves.length > 0
  }

  /** The journal is needed from after this sequence on. */
  get neededFrom(): number {
    return this.#needed
  }

  /** While true the observations offered were taken before, and are for the machines that have not seen them. */
  set readingAgain(again: boolean) {
    this.#again = again
  }

  get readingAgain(): boolean {
    return this.#again
  }

  /**
   * Takes up what an earlier run saved. `sequence`: the last journal entry it has taken; `replaced`: the journal is
   * another one than then, so that its sequences mean something else. Answers from after which sequence the journal is
   * to be read again for the machines.
   */
  async start({ sequence, replaced }: { sequence: number; replaced: boolean }): Promise<number> {
    const { outbox, resolver, now, log } = this.#options
    this.#queue.start(now())
    const loaded = loadSaved(outbox)
    this.#damaged = loaded.damaged.length
    if (this.#damaged > 0) {
      log.error({ records: this.#damaged }, 'saved states of rules are damaged, those rules begin anew')
      await outbox.write(loaded.damaged.map((key) => ({ table: 'instances', key, value: null })))
    }
    this.#restoreHearing(loaded)
    this.#sequence = sequence
    this.#instances.load(loaded.instances, replaced)
    await this.#instances.update()
    this.#boundVersion = resolver.version
    this.#boundAt = now()
    this.#needed = replaced ? sequence : Math.min(sequence, loaded.meta?.replayFrom ?? sequence)
    this.#heardSequence = this.#needed
    this.#started = true
    this.#warmUp.start()
    this.#reconciliation.start()
    return this.#needed
  }

  async stop(): Promise<void> {
    this.#instances.stop()
    await Promise.all([this.#warmUp.stop(), this.#reconciliation.stop(), this.#queue.stop()])
  }

  /** Rules, stations or what they refer to have changed. Resolves when the instances follow. */
  changed(): Promise<void> {
    return this.#started ? this.#instances.update() : Promise.resolve()
  }

  /** Everything up to the journal entry before was taken; `sequence` is the last one. */
  position(sequence: number): void {
    this.#sequence = sequence
  }

  /**
   * Offers a reading. Categories are offered as the number of the category, -1 when it is none of them, booleans as 0
   * and 1, missing values as NaN.
   */
  observe(series: number, phenomenonTime: number, receivedAt: number, value: number, quality: number): void {
    if (quality > QUALITY.fail) return
    if (this.#again) this.#hearing.hear(series, quality, receivedAt)
    else this.#noData.hear(series, quality, receivedAt)
    const index = this.#index
    if (series >= index.series) return
    const end = index.offsets[series + 1] as number
    let at = index.offsets[series] as number
    if (at === end) return
    if (phenomenonTime > receivedAt + FUTURE_TOLERANCE) {
      this.#fromFuture++
      return
    }
    for (; at < end; at++) {
      const number = index.instance[at] as number
      this.#offer(
        this.#conditions[number] as ConditionInstance,
        number,
        index.input[at] as number,
        phenomenonTime,
        value,
        quality,
      )
    }
  }

  /** The report is at its end: what it touched is judged. */
  settle(): void {
    for (let at = 0; at < this.#touchedCount; at++) {
      const number = this.#touchedList[at] as number
      this.#touched[number] = 0
      const instance = this.#conditions[number] as ConditionInstance
      this.#current = instance
      instance.machine.settle(this.#emit)
      if (instance.timed && instance.machine.dueAt < this.#nextDue) this.#nextDue = instance.machine.dueAt
    }
    this.#touchedCount = 0
  }

  /** Everything received before `time` (epoch milliseconds) has been taken: windows that ended are judged. */
  reach(time: number): void {
    if (time - LATENESS >= this.#nextDue) this.#advance(time - LATENESS)
  }

  /** The broker listens (again) since `from`, epoch milliseconds: what was not heard before is not silence. */
  listensSince(from: number): void {
    this.#hearing.listensAgain(this.#again ? Math.max(from, this.#hearing.listeningSince) : from)
  }

  /**
   * Called every second. `heard`: everything received until then has been taken (epoch milliseconds), as far as that
   * can be told; undefined when it cannot.
   */
  tick(heard: number | undefined): void {
    if (!this.#started || this.#again) return
    if (heard !== undefined) {
      this.reach(heard)
      this.#noData.judge(heard)
    }
    const now = this.#options.now()
    if (this.#boundVersion !== this.#options.resolver.version && now - this.#boundAt >= REBIND_INTERVAL) {
      this.#boundVersion = this.#options.resolver.version
      this.#boundAt = now
      if (this.#instances.noData.length > 0 || this.#instances.watchesSilence()) void this.changed()
    }
  }

  /** A reading was accepted in an earlier run: it was heard. */
  heardBefore(series: number, receivedAt: number, quality: number): void {
    if (quality <= QUALITY.fail) this.#hearing.hear(series, quality, receivedAt)
  }

  /** What the store knew last was heard, at least then. */
  restore(observations: readonly LatestObservation[]): void {
    for (const { datastream, resultTime, quality } of observations) {
      const series = this.#options.resolver.seriesOfDatastream(datastream)
      if (series !== undefined) this.heardBefore(series, resultTime, quality)
    }
  }

  /**
   * Takes for a transaction what is to be told, and states: of every instance that did something, and of others as
   * their turn comes. `sequence`: the last journal entry of the transaction. With `everything` no state is left out.
   */
  seal(sequence: number, everything: boolean): Sealed {
    if (!this.#started || this.#again) return { writes: [], committed: () => {} }
    this.#sequence = sequence
    const now = this.#options.now()
    const notices = this.#queue.seal()
    const writes: Write[] = [...notices.writes, ...this.#removals.map(instanceRemoval)]
    this.#removals = []
    for (const instance of this.#changedNoData) writes.push(this.#noDataWrite(instance, sequence))
    this.#changedNoData.clear()
    this.#sealStates(writes, sequence, everything ? Number.POSITIVE_INFINITY : this.#share(now), everything)
    this.#sealHearing(writes, sequence, now, everything)
    const needed = Math.min(this.#saves.oldest ?? sequence, this.#heardSequence)
    writes.push(metaWrite({ replayFrom: needed, listeningSince: this.#hearing.listeningSince }))
    return {
      writes,
      committed: () => {
        this.#needed = needed
        this.#queue.committed(notices)
      },
    }
  }

  pending(): PendingAlert[] {
    const pending: PendingAlert[] = []
    for (const instance of this.#conditions) {
      if (instance.machine.state !== 'pending') continue
      const { key: _key, ...rest } = subjectOf(instance)
      pending.push({
        ...rest,
        ruleName: instance.definition.name,
        trigger: 'condition',
        severity: instance.definition.severity,
        since: instance.machine.since,
        value: instance.machine.current().value,
        unit: this.#instances.unitOf(instance),
      })
    }
    return pending
  }

  current(
    rule: string,
    target: string,
  ): { value: number | null; at: number | null; holds: boolean | null } | undefined {
    const instance = this.#instances.get(rule, target)
    if (instance === undefined) return undefined
    if (instance.trigger === 'condition') return instance.machine.current()
    const heardAt = this.#noData.heardAt(instance)
    if (heardAt === Number.NEGATIVE_INFINITY) return { value: null, at: null, holds: null }
    const silent = Math.max(0, (this.#options.now() - heardAt) / 1000)
    return { value: silent, at: heardAt, holds: instance.alert !== null }
  }

  resolve(rule: string, target: string, alert: string): void {
    const instance = this.#instances.get(rule, target)
    if (instance?.alert?.id === alert) this.#forgetAlert(instance)
  }

  stats(): EvaluationStats {
    let cold = 0
    let troubled = 0
    for (const instance of this.#conditions) {
      if (instance.cold !== null) cold++
      if (instance.machine.problems.length > 0) troubled++
    }
    return {
      instances: {
        condition: this.#conditions.length,
        noData: this.#instances.noData.length,
        cold,
        troubled,
      },
      observations: {
        judged: this.#judged,
        ignored: this.#ignored,
        fromFuture: this.#fromFuture,
        again: this.#judgedAgain,
      },
      transitions: { ...this.#transitions },
      saved: {
        instances: this.#savedCount,
        waiting: this.#saves.length,
        failed: this.#saveFailures,
        damaged: this.#damaged,
      },
      warmUp: {
        waiting: this.#warmUp.waiting,
        failures: this.#warmUp.failures,
        withoutPast: this.#warmUp.withoutPast,
      },
      corrections: this.#corrections,
      queue: this.#queue.stats(),
      lastError: this.#lastError ?? this.#queue.stats().lastError,
    }
  }

  #offer(
    instance: ConditionInstance,
    number: number,
    input: number,
    time: number,
    value: number,
    quality: number,
  ): void {
    if (this.#again && (this.#sequence <= instance.standsAt || instance.cold !== null)) return
    if (instance.cold !== null) {
      instance.cold.add(input, time, value, quality)
      return
    }
    this.#current = instance
    if (!instance.machine.observe(input, time, value, quality, this.#emit)) {
      this.#ignored++
      return
    }
    if (this.#again) this.#judgedAgain++
    else this.#judged++
    if (!this.#saves.isDirty(number)) this.#saves.mark(instance, number, this.#before)
    if (this.#touched[number] === 1) return
    this.#touched[number] = 1
    this.#touchedList[this.#touchedCount++] = number
  }

  /** The journal is needed from here to come to the state in hand: the entry in hand is not taken wholly yet. */
  get #before(): number {
    return this.#again ? this.#sequence - 1 : this.#sequence
  }

  readonly #emit: Emit = (transition) => this.#transition(this.#current as ConditionInstance, transition)

  #advance(time: number): void {
    let next = Number.POSITIVE_INFINITY
    for (const instance of this.#conditions) {
      if (!instance.timed || instance.cold !== null) continue
      if (instance.machine.dueAt <= time) {
        this.#current = instance
        instance.machine.advance(time, this.#emit)
        this.#saves.mark(instance, instance.index, this.#before)
      }
      next = Math.min(next, instance.machine.dueAt)
    }
    this.#nextDue = next
  }

  #transition(instance: Instance, transition: Transition): void {
    this.#transitions[transition.kind]++
    if (transition.kind === 'fired') {
      const { at: firedAt, since, severity } = transition
      instance.alert = { id: alertId(instance.rule, instance.target, firedAt), since, firedAt, severity }
    }
    // A machine that took over an alert it does not know of has nothing to tell.
    if (instance.alert === null) return
    this.#tell(instance.trigger, instance, instance.alert, transition, 'cleared')
    if (transition.kind === 'raised') instance.alert.severity = transition.severity
    if (transition.kind === 'resolved') instance.alert = null
    this.#hurry(instance)
  }

  #tell(
    trigger: Instance['trigger'],
    subject: Omit<Identity, 'key' | 'version'> & { version: number },
    alert: OpenAlert,
    transition: Transition,
    resolution: Exclude<Resolution, 'by_hand'>,
  ): void {
    const { rule, version: ruleVersion, target, station, other, site, property } = subject
    this.#queue.offer({
      alert: alert.id,
      rule,
      ruleVersion,
      target,
      station,
      other,
      site,
      property,
      trigger,
      recordedAt: this.#options.now(),
      transition,
      ...(transition.kind === 'resolved' && { resolution }),
    })
  }

  #end(
    trigger: Instance['trigger'],
    subject: Omit<Identity, 'key'>,
    alert: OpenAlert,
    resolution: Gone['resolution'],
    episode: Partial<Gone['episode']> = {},
  ): void {
    this.#transitions.resolved++
    const at = Math.max(this.#options.now(), alert.firedAt)
    const over = { kind: 'resolved', at, peak: null, peakAt: null, observations: 0, flagged: 0 } as const
    this.#tell(trigger, subject, alert, { ...over, ...episode }, resolution)
  }

  /** Its state is saved with what it tells. */
  #hurry(instance: Instance): void {
    if (instance.trigger === 'no_data') this.#changedNoData.add(instance)
    else this.#saves.hurry(instance, instance.index, this.#before)
  }

  #forgetAlert(instance: Instance): void {
    instance.alert = null
    if (instance.trigger === 'condition') instance.machine.resolve()
    this.#hurry(instance)
  }

  /** The instances are others now. Those that stay keep their machines. */
  #use(next: readonly Instance[], gone: readonly Gone[]): void {
    this.settle()
    const changed = new Map(Array.from(this.#saves.changed(), ({ instance, from }) => [instance, from]))
    const conditions = next.filter((each) => each.trigger === 'condition')
    const series = this.#options.resolver.seriesCount
    this.#conditions = conditions
    this.#touched = new Uint8Array(conditions.length)
    this.#touchedList = new Int32Array(conditions.length)
    this.#saves.reset(conditions.length)
    this.#nextDue = Number.POSITIVE_INFINITY
    conditions.forEach((instance, index) => {
      instance.index = index
      if (instance.timed) this.#nextDue = Math.min(this.#nextDue, instance.machine.dueAt)
    })
    for (const [instance, from] of [...changed].sort(([, one], [, other]) => one - other)) {
      if (conditions[instance.index] === instance) this.#saves.mark(instance, instance.index, from)
    }
    this.#index = buildSeriesIndex(
      series,
      conditions.map(({ inputs }) => inputs),
    )
    this.#noData.use(this.#instances.noData, series)
    for (const { key, trigger, subject, alert, resolution, episode, replaced } of gone) {
      if (alert !== null) this.#end(trigger, subject, alert, resolution, episode)
      if (!replaced) this.#removals.push(key)
    }
    for (const instance of this.#instances.takeAdopted()) this.#hurry(instance)
    const cold = conditions.filter((instance) => instance.cold !== null && !this.#warming.has(instance))
    for (const instance of cold) this.#warming.add(instance)
    this.#warmUp.add(cold)
  }

  #warm(instance: ConditionInstance, histories: (History | undefined)[]): void {
    const { cold } = instance
    instance.cold = null
    if (cold === null || this.#conditions[instance.index] !== instance) return
    this.settle()
    this.#current = instance
    cold.finish(instance.machine, histories, this.#emit)
    instance.standsAt = this.#sequence
    this.#saves.hurry(instance, instance.index, this.#sequence)
    if (instance.timed) this.#nextDue = Math.min(this.#nextDue, instance.machine.dueAt)
  }

  #restoreHearing({ meta, heard }: Loaded): void {
    const { resolver, now } = this.#options
    this.#hearing.listeningSince = meta?.listeningSince ?? now()
    for (const { datastream, flag, at } of heard) {
      const series = resolver.seriesOfDatastream(datastream)
      if (series !== undefined) this.#hearing.hear(series, flag, at)
    }
  }

  /** How many states are saved in this transaction, so that all are in a cycle. */
  #share(now: number): number {
    const passed = Math.min(SAVE_CYCLE, Math.max(0, now - this.#sealedAt))
    this.#sealedAt = now
    return Math.max(SAVED_AT_LEAST, Math.ceil((this.#saves.length * passed) / SAVE_CYCLE))
  }

  #sealStates(writes: Write[], sequence: number, most: number, everything: boolean): void {
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
      this.#savedCount++
      return write
    } catch (error) {
      const { rule, target } = instance
      this.#saveFailures++
      if (this.#lastError !== (error as Error).message) {
        this.#lastError = (error as Error).message
        this.#options.log.error(
          { rule, target, error: (error as Error).stack },
          'the state of a rule cannot be saved',
        )
      }
      return instanceRemoval(instance.key)
    }
  }

  #noDataWrite(instance: NoDataInstance, sequence: number): Write {
    if (instance.alert === null) return instanceRemoval(instance.key)
    return instanceWrite(instance.key, savedOf(instance, sequence), new Uint8Array(0))
  }

  #sealHearing(writes: Write[], sequence: number, now: number, everything: boolean): void {
    const { resolver } = this.#options
    if (this.#instances.noData.length === 0) {
      this.#heardSequence = sequence
      return
    }
    if (!everything && now - this.#heardAt < HEARD_INTERVAL && now >= this.#heardAt) return
    this.#heardAt = now
    this.#heardSequence = sequence
    writes.push(...heardWrites(this.#hearing, resolver.seriesDatastream, resolver.seriesCount))
  }

  /** Answers how many machines and alerts disagreed. */
  #correct(stored: readonly StoredAlert[], untold: ReadonlySet<string>): number {
    const corrections: Correction<Instance>[] = reconcile<Instance>({
      stored,
      instances: this.#instances.byKey,
      active: new Set(this.#options.rules.active().map(({ id }) => id)),
      untold,
    })
    for (const correction of corrections) {
      if (correction.kind === 'resolve') this.#forgetAlert(correction.instance)
      else if (correction.kind === 'adopt') this.#adopt(correction.instance, correction.stored)
      else {
        const { stored: alert, resolution } = correction
        this.#end(alert.trigger, { ...alert, version: alert.ruleVersion }, alert, resolution)
      }
    }
    this.#corrections += corrections.length
    return corrections.length
  }

  #adopt(instance: Instance, { id, since, firedAt, severity }: StoredAlert): void {
    const open = { id, since, firedAt, severity }
    if (instance.trigger === 'condition') {
      if (instance.alert !== null) instance.machine.resolve()
      instance.machine.adopt(open)
    } else this.#noData.await(instance)
    instance.alert = open
    this.#hurry(instance)
  }
}

function subjectOf({ key, rule, version, target, station, other, site, property }: Identity) {
  return { key, rule, ruleVersion: version, target, station, other, site, property }
}

function savedOf(instance: Instance, sequence: number): SavedInstance {
  const { rule, version, target, fingerprint, alert, trigger, station, other, site, property } = instance
  const subject = { station, other, site, property }
  return { rule, version, target, fingerprint, sequence, alert, subject, trigger }
}
