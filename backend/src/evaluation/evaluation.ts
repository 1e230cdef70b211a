import type { Emit } from '@osprey/core/alerting/types'
import { QUALITY } from '@osprey/core/quality'
import type { EvaluationPort, PendingAlert } from '../alerts/evaluation-port.ts'
import type { LatestObservation } from '../observations/store.ts'
import type { Judging, Sealed } from '../pipeline/judging.ts'
import { AlertBook } from './alert-book.ts'
import { AlertQueue } from './alert-queue.ts'
import type { History } from './cold-start.ts'
import type { EvaluationOptions, EvaluationStats } from './evaluation-options.ts'
import { Hearing } from './hearing.ts'
import type { ConditionInstance, Identity } from './instance.ts'
import { type Gone, type Instance, Instances } from './instances.ts'
import { NoDataWatch } from './no-data-watch.ts'
import { pendingOf } from './pending.ts'
import { Reconciliation } from './reconciliation.ts'
import { type Loaded, loadSaved } from './saved.ts'
import { buildSeriesIndex, EMPTY_INDEX } from './series-index.ts'
import { States } from './states.ts'
import { WarmUp } from './warm-up.ts'

/** Windows that end by the clock are judged so long (ms) after their end: readings may take their time. */
export const LATENESS = 60_000
/**
 * A reading from further ahead of the platform's clock than this, ms, is not judged: until that time comes it would be
 * the newest, and whatever is measured meanwhile late.
 */
export const LEAD = 300_000
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
  readonly #states: States
  readonly #book: AlertBook
  /** Those whose past is being fetched. */
  readonly #warming = new WeakSet<ConditionInstance>()
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
  #boundVersion = -1
  #boundAt = 0
  #judged = 0
  #ignored = 0
  #fromFuture = 0
  #judgedAgain = 0
  #damaged = 0
  #faults = 0
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
    this.#hearing = new Hearing()
    this.#states = new States({ hearing: this.#hearing, resolver, log })
    this.#noData = new NoDataWatch(this.#hearing, (instance, transition) =>
      this.#book.note(instance, transition),
    )
    this.#book = new AlertBook({
      queue: this.#queue,
      noData: this.#noData,
      hurry: (instance) => this.#states.hurry(instance, this.#before),
      now,
    })
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
      correct: (stored, untold) => {
        const active = new Set(rules.active().map(({ id }) => id))
        return this.#book.correct(stored, this.#instances.byKey, active, untold)
      },
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
    return this.#queue.offered > 0 || this.#states.urgent
  }

  /** Whether some states are not saved yet; they can wait for company. */
  get unsaved(): boolean {
    return this.#states.waiting > 0
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
    this.#restoreHearing(loaded, replaced)
    this.#sequence = sequence
    this.#instances.load(loaded.instances, replaced)
    await this.#instances.update()
    this.#boundVersion = resolver.version
    this.#boundAt = now()
    this.#needed = replaced ? sequence : Math.min(sequence, loaded.meta?.replayFrom ?? sequence)
    this.#states.start(this.#needed)
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
    if (phenomenonTime > receivedAt + LEAD) {
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
      try {
        instance.machine.settle(this.#emit)
      } catch (error) {
        this.#fault(instance, error as Error)
      }
      if (instance.timed && instance.machine.dueAt < this.#nextDue) this.#nextDue = instance.machine.dueAt
    }
    this.#touchedCount = 0
  }

  /**
   * Everything received before `time` (epoch milliseconds) has been taken: windows that ended are judged. Not beyond
   * the time it is here, whatever the clock of the broker says.
   */
  reach(time: number): void {
    if (time - LATENESS < this.#nextDue) return
    const ended = Math.min(time, this.#options.now()) - LATENESS
    if (ended >= this.#nextDue) this.#advance(ended)
  }

  /**
   * The broker listens (again) since `from`, epoch milliseconds; before, it last did `until`, null when that is not
   * known. An `until` after `from`: its clock was set back.
   */
  listensSince(from: number, until: number | null): void {
    const isSetBack = until !== null && until > from
    if (isSetBack) this.#rewind(from)
    // What was saved knows of everything that is read again.
    if (this.#again) return
    this.#hearing.listensAgain(from, until)
    if (!isSetBack) return
    this.#states.hurryHearing()
    for (const instance of this.#instances.noData) {
      if (instance.began <= from) continue
      instance.began = from
      this.#states.hurry(instance, this.#before)
    }
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
      if (series !== undefined) this.heardBefore(series, Math.min(resultTime, this.#options.now()), quality)
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
    const writes = [...notices.writes]
    const needed = this.#states.seal(writes, sequence, now, everything)
    return {
      writes,
      committed: () => {
        this.#needed = needed
        this.#queue.committed(notices)
      },
    }
  }

  pending(): PendingAlert[] {
    return pendingOf(this.#conditions, (instance) => this.#instances.unitOf(instance))
  }

  /** The machines of these rules that get observations and cannot judge them. */
  unknown(rules: ReadonlySet<string>): readonly Identity[] {
    const time = this.#options.now() - LATENESS
    return this.#conditions.filter(
      ({ rule, cold, machine }) => cold === null && rules.has(rule) && machine.isUnknownAt(time),
    )
  }

  /** The machines of these rules in which an error of the program was met. */
  faulty(rules: ReadonlySet<string>): readonly Identity[] {
    return this.#conditions.filter(({ rule, fault }) => fault !== undefined && rules.has(rule))
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
    if (instance?.alert?.id === alert) this.#book.forget(instance)
  }

  stats(): EvaluationStats {
    let cold = 0
    let troubled = 0
    for (const instance of this.#conditions) {
      if (instance.cold !== null) cold++
      if (instance.machine.problems.length > 0 || instance.fault !== undefined) troubled++
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
      transitions: { ...this.#book.transitions },
      saved: {
        instances: this.#states.saved,
        waiting: this.#states.waiting,
        failed: this.#states.failed,
        damaged: this.#damaged,
      },
      warmUp: {
        waiting: this.#warmUp.waiting,
        failures: this.#warmUp.failures,
        withoutPast: this.#warmUp.withoutPast,
      },
      corrections: this.#book.corrections,
      faults: this.#faults,
      queue: this.#queue.stats(),
      lastError: this.#lastError ?? this.#states.lastError ?? this.#queue.stats().lastError,
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
    try {
      if (!instance.machine.observe(input, time, value, quality, this.#emit)) {
        this.#ignored++
        return
      }
    } catch (error) {
      this.#fault(instance, error as Error)
    }
    if (this.#again) this.#judgedAgain++
    else this.#judged++
    this.#states.mark(instance, this.#before)
    if (this.#touched[number] === 1) return
    this.#touched[number] = 1
    this.#touchedList[this.#touchedCount++] = number
  }

  /** The journal is needed from here to come to the state in hand: the entry in hand is not taken wholly yet. */
  get #before(): number {
    return this.#again ? this.#sequence - 1 : this.#sequence
  }

  readonly #emit: Emit = (transition) => this.#book.note(this.#current as ConditionInstance, transition)

  #advance(time: number): void {
    let next = Number.POSITIVE_INFINITY
    for (const instance of this.#conditions) {
      if (!instance.timed || instance.cold !== null) continue
      if (instance.machine.dueAt <= time) {
        this.#current = instance
        try {
          instance.machine.advance(time, this.#emit)
        } catch (error) {
          this.#fault(instance, error as Error)
        }
        this.#states.mark(instance, this.#before)
      }
      next = Math.min(next, instance.machine.dueAt)
    }
    this.#nextDue = next
  }

  /** What goes wrong in one machine must not take the readings of others, or the report, with it. */
  #fault(instance: ConditionInstance, error: Error): void {
    this.#faults++
    this.#lastError = error.message
    if (instance.fault === error.message) return
    instance.fault = error.message
    const { rule, target } = instance
    this.#options.log.error({ rule, target, error: error.stack }, 'a rule cannot be judged')
  }

  /** What is later than `time` has not been. Read again, those that were saved since know of it. */
  #rewind(time: number): void {
    this.settle()
    this.#nextDue = Number.POSITIVE_INFINITY
    for (const instance of this.#conditions) {
      const isSeen = this.#again && this.#sequence <= instance.standsAt
      if (!isSeen && instance.cold === null && instance.machine.rewind(time)) {
        // The same times come again: what fires then is another alert.
        instance.began = time
        this.#states.mark(instance, this.#before)
      }
      if (instance.timed) this.#nextDue = Math.min(this.#nextDue, instance.machine.dueAt)
    }
  }

  /** The instances are others now. Those that stay keep their machines. */
  #use(next: readonly Instance[], gone: readonly Gone[]): void {
    this.settle()
    const conditions = next.filter((each) => each.trigger === 'condition')
    const series = this.#options.resolver.seriesCount
    this.#conditions = conditions
    this.#touched = new Uint8Array(conditions.length)
    this.#touchedList = new Int32Array(conditions.length)
    const left = gone.filter(({ replaced }) => !replaced).map(({ key }) => key)
    this.#states.use(conditions, this.#instances.noData, left)
    this.#nextDue = Number.POSITIVE_INFINITY
    for (const instance of conditions)
      if (instance.timed) this.#nextDue = Math.min(this.#nextDue, instance.machine.dueAt)
    this.#index = buildSeriesIndex(
      series,
      conditions.map(({ inputs }) => inputs),
    )
    this.#noData.use(this.#instances.noData, series)
    for (const { trigger, subject, alert, resolution, episode } of gone)
      if (alert !== null) this.#book.end(trigger, subject, alert, resolution, episode)
    for (const instance of this.#instances.takeAdopted()) this.#states.hurry(instance, this.#before)
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
    try {
      cold.finish(instance.machine, histories, this.#emit)
    } catch (error) {
      this.#fault(instance, error as Error)
    }
    instance.standsAt = this.#sequence
    this.#states.hurry(instance, this.#sequence)
    if (instance.timed) this.#nextDue = Math.min(this.#nextDue, instance.machine.dueAt)
  }

  /** What another journal may have told is not known. */
  #restoreHearing({ meta, heard }: Loaded, replaced: boolean): void {
    const { resolver, now } = this.#options
    this.#hearing.absences = meta?.absences ?? []
    if (meta === undefined || replaced) this.#hearing.missed({ from: 0, to: now() })
    for (const { datastream, flag, at } of heard) {
      const series = resolver.seriesOfDatastream(datastream)
      if (series !== undefined) this.#hearing.hear(series, flag, at)
    }
  }
}
