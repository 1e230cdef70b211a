import { SEVERITIES, type Severity } from '../api/rules.ts'
import { QUALITY } from '../quality.ts'
import { ByteReader, ByteWriter, fingerprint } from './binary.ts'
import { type CompiledRule, compileRule, gapOf, historyOf, patienceOf } from './compiled-rule.ts'
import { evidenceOf, orNull, unitOf } from './evidence.ts'
import type { InputState } from './input-state.ts'
import { Lifecycle } from './lifecycle.ts'
import { isActive } from './schedule.ts'
import type { Problem } from './threshold-state.ts'
import type { Emit, InputKey, InstanceOptions, MachineState, Verdict } from './types.ts'
import { MINUTE } from './zone.ts'

/** Of the layout of saved machines. */
const SNAPSHOT_VERSION = 2

/**
 * A condition rule judged for one station, by phenomenon time alone: the same observations in the same order give the
 * same transitions, live, after a restart and in a backtest.
 *
 * Observations are offered with `observe` and judged with `settle`; those of one time belong together. What is late is
 * added to the windows and judged with the next observation, never by itself.
 */
export class RuleInstance {
  /** Distinct series it reads; `input` elsewhere is an index into it. */
  readonly inputs: readonly InputKey[]
  /** Why it can never judge, or not all of it. */
  readonly problems: readonly Problem[]
  /** Milliseconds before now of which it needs the observations, to begin as if it had always been there. */
  readonly history: number

  private readonly rule: CompiledRule
  private readonly lifecycle: Lifecycle
  private readonly verdicts: Verdict[]
  private readonly flags: number
  /** Whether anything but the ends of aligned windows can change a verdict. */
  private readonly judgesEachTime: boolean
  private readonly identity: number
  private readonly patience: ReturnType<typeof patienceOf>
  /** The newest time judged or offered; goes back with the clock only. */
  private now = Number.NEGATIVE_INFINITY
  private lastObserved = Number.NEGATIVE_INFINITY
  /** Since when observations come without a long break. */
  private heardSince = Number.NaN
  private isDirty = false
  private pendingTime = Number.NaN
  private due = Number.POSITIVE_INFINITY
  private peak = Number.NaN
  private peakAt = Number.NaN
  private worst = Number.NEGATIVE_INFINITY
  /** Observations while pending or firing, and those since the last judgement. */
  private observations = 0
  private flagged = 0
  private newObservations = 0
  private newFlagged = 0
  private activeMinute = Number.NaN
  private activeThen = true

  /** @param options whose definition has a trigger of kind `condition` */
  constructor(private readonly options: InstanceOptions) {
    const { definition } = options
    this.rule = compileRule(options)
    if (definition.trigger.kind !== 'condition')
      throw new Error('only conditions have a machine of their own')
    this.inputs = this.rule.inputs.map(({ key }) => key)
    this.problems = this.rule.problems
    this.history = historyOf(definition)
    this.patience = patienceOf(definition)
    this.lifecycle = new Lifecycle(definition.trigger, this.rule.severities.length, gapOf(definition))
    this.verdicts = this.rule.severities.map(() => null)
    this.flags = definition.qualityFlags.reduce((mask, flag) => mask | (1 << flag), 0)
    this.judgesEachTime = this.rule.rolling.length + this.rule.lasts.length > 0
    this.identity = this.identify()
  }

  get state(): MachineState {
    return this.lifecycle.state
  }

  /** Since when the condition holds; NaN when inactive. */
  get since(): number {
    return this.lifecycle.since
  }

  /** While firing: the worst reached. */
  get severity(): Severity | null {
    return this.state === 'firing' ? this.severityOf(this.lifecycle.level) : null
  }

  /** The next time at which `advance` has something to do; Infinity when never. */
  get dueAt(): number {
    return this.due
  }

  /**
   * Offers an observation: categories as their index, booleans as 0 and 1. What was offered for another time is
   * settled first.
   * @returns false when it is ignored: too late, known already, or its quality flag does not count
   */
  observe(input: number, time: number, value: number, quality: number, emit: Emit): boolean {
    const series = this.rule.inputs[input] as InputState
    if (!this.counts(series, time, value, quality)) return false
    if (this.isDirty && time !== this.pendingTime) this.settle(emit)
    if (time <= series.newestTime) {
      if (this.isDirty) this.settle(emit)
      return this.takeLate(series, time, value, quality)
    }
    if (!this.isDirty) {
      this.closeUntil(time, emit)
      this.isDirty = true
      this.pendingTime = time
    }
    // A second one of the same time, before it was judged, replaces the first.
    series.isPending = true
    series.pendingTime = time
    series.pendingValue = value
    series.pendingQuality = quality
    return true
  }

  /** Judges at the newest time offered. Does nothing when nothing was offered since. Call after each report. */
  settle(emit: Emit): void {
    if (!this.isDirty) return
    this.isDirty = false
    const time = this.pendingTime
    if (time > this.now) this.now = time
    this.hear(time)
    this.openWindows(this.now)
    for (const series of this.rule.inputs) {
      if (!series.isPending) continue
      series.isPending = false
      this.countNew(series.pendingQuality)
      series.take(series.pendingTime, series.pendingValue, series.pendingQuality)
    }
    if (this.judgesEachTime) this.judge(this.now, this.now, emit)
  }

  /**
   * Closes the aligned windows that ended at or before `time` and judges them at their end; nothing else depends on
   * the clock.
   */
  advance(time: number, emit: Emit): void {
    this.settle(emit)
    this.closeUntil(time, emit)
  }

  /**
   * Offers an observation from before the machine began: it fills the windows and is never judged. In the order of
   * time, or in any order when newer ones were offered already.
   */
  warmUp(input: number, time: number, value: number, quality: number): boolean {
    const series = this.rule.inputs[input] as InputState
    if (!this.counts(series, time, value, quality)) return false
    if (series.isPending || time <= series.newestTime) return series.fill(time, value)
    this.closeUntil(time, null)
    this.now = Math.max(this.now, time)
    this.hear(time)
    this.openWindows(this.now)
    series.take(time, value, quality)
    return true
  }

  /** Ends the warm-up: windows that ended at or before `time` are closed and not judged. */
  startAt(time: number): void {
    this.closeUntil(time, null)
  }

  /**
   * The clock was set back to `time`: what is later cannot be right, and must not keep it waiting for that time. An
   * alert stays open. False when it knows of nothing later.
   */
  rewind(time: number): boolean {
    if (!(Math.max(this.now, this.isDirty ? this.pendingTime : this.now) > time)) return false
    if (this.isDirty && this.pendingTime > time) {
      this.isDirty = false
      for (const series of this.rule.inputs) series.isPending = false
    }
    for (const series of this.rule.inputs) series.rewind(time)
    for (const window of this.rule.rolling) window.rewind(time)
    for (const window of this.rule.aligned) window.rewind(time)
    this.findDue()
    this.lastObserved = Math.min(this.lastObserved, time)
    this.heardSince = Math.min(this.heardSince, time)
    this.now = this.lastObserved
    this.lifecycle.rewind(time)
    return true
  }

  /** Somebody resolved the alert by hand: back to inactive. */
  resolve(): void {
    this.lifecycle.reset()
    this.forgetEpisode()
  }

  /** Takes over an alert that is open, after its state was lost. */
  adopt({ since, firedAt, severity }: { since: number; firedAt: number; severity: Severity }): void {
    const rank = SEVERITIES.indexOf(severity)
    const level = this.rule.severities.findLastIndex((each) => SEVERITIES.indexOf(each) <= rank)
    this.lifecycle.adopt(since, firedAt, Math.max(0, level))
    this.forgetEpisode()
  }

  /** The first comparison and the whole condition, as last judged. */
  current(): { value: number | null; at: number | null; holds: Verdict } {
    const measure = this.rule.comparisons[0]?.measure
    return {
      value: orNull(measure?.value ?? Number.NaN),
      at: orNull(measure?.at ?? Number.NaN),
      holds: this.verdicts[0] ?? null,
    }
  }

  /**
   * Whether observations come in (as of `time`) and it cannot judge them all the same, though its windows had the time
   * to fill: too few for their coverage, too old, or none of another input. What is told as a problem is not told again
   * here.
   */
  isUnknownAt(time: number): boolean {
    const { fillsIn, hearsWithin } = this.patience
    if (this.problems.length > 0 || !(time - this.lastObserved <= hearsWithin)) return false
    if (time - this.heardSince < fillsIn) return false
    // Not the verdicts: outside of its schedule what holds is kept as not known.
    return this.verdicts.every((_, level) => this.rule.judge(level) === null)
  }

  /** While pending or firing: the worst value so far, and the observations that counted. */
  episode(): { peak: number | null; peakAt: number | null; observations: number; flagged: number } {
    const { peak, peakAt, observations, flagged } = this
    return { peak: orNull(peak), peakAt: orNull(peakAt), observations, flagged }
  }

  /** All it knows, in few bytes; the same for the same state. */
  snapshot(): Uint8Array {
    const to = new ByteWriter()
    to.u8(SNAPSHOT_VERSION)
    to.f64(this.identity)
    to.u8(this.isDirty ? 1 : 0)
    for (const verdict of this.verdicts) to.u8(verdict === null ? 2 : verdict ? 1 : 0)
    for (const part of [this.now, this.lastObserved, this.heardSince, this.pendingTime]) to.f64(part)
    for (const part of [this.peak, this.peakAt, this.worst]) to.f64(part)
    for (const part of [this.observations, this.flagged, this.newObservations, this.newFlagged]) to.f64(part)
    this.lifecycle.write(to)
    for (const series of this.rule.inputs) series.write(to)
    for (const window of this.rule.rolling) window.write(to)
    for (const window of this.rule.aligned) window.write(to)
    return to.sealed()
  }

  /** False, and nothing changes, when the bytes are damaged or of another definition. */
  restore(bytes: Uint8Array): boolean {
    const from = new ByteReader(bytes)
    if (!from.isWhole() || from.u8() !== SNAPSHOT_VERSION || from.f64() !== this.identity) return false
    const before = this.snapshot()
    if (this.read(from)) return true
    const back = new ByteReader(before)
    back.u8()
    back.f64()
    this.read(back)
    return false
  }

  /** False when there are fewer or more bytes than its parts take. */
  private read(from: ByteReader): boolean {
    try {
      this.readParts(from)
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
    return from.isSpent
  }

  private readParts(from: ByteReader): void {
    this.isDirty = from.u8() === 1
    for (let level = 0; level < this.verdicts.length; level++)
      this.verdicts[level] = [false, true, null][from.u8()] ?? null
    this.now = from.f64()
    this.lastObserved = from.f64()
    this.heardSince = from.f64()
    this.pendingTime = from.f64()
    this.peak = from.f64()
    this.peakAt = from.f64()
    this.worst = from.f64()
    this.observations = from.f64()
    this.flagged = from.f64()
    this.newObservations = from.f64()
    this.newFlagged = from.f64()
    this.lifecycle.read(from)
    for (const series of this.rule.inputs) series.read(from)
    for (const window of this.rule.rolling) window.read(from)
    for (const window of this.rule.aligned) window.read(from)
    this.findDue()
    this.measureLast(this.now, this.now)
    for (const window of this.rule.rolling) window.evaluate(this.now, this.now)
  }

  private counts(series: InputState, time: number, value: number, quality: number): boolean {
    if (((this.flags >> quality) & 1) === 0 || !Number.isFinite(value) || !Number.isFinite(time)) return false
    return !(series.isCategory && value < 0)
  }

  private takeLate(series: InputState, time: number, value: number, quality: number): boolean {
    if (!series.fill(time, value)) return false
    this.countNew(quality)
    return true
  }

  private countNew(quality: number): void {
    this.newObservations++
    if (quality !== QUALITY.good) this.newFlagged++
  }

  private hear(time: number): void {
    if (time <= this.lastObserved) return
    if (time - this.lastObserved > this.patience.hearsWithin) this.heardSince = time
    this.lastObserved = time
  }

  private openWindows(time: number): void {
    const { aligned } = this.rule
    if (aligned.length === 0) return
    let hasOpened = false
    for (const window of aligned) {
      if (window.isOpen) continue
      window.open(time)
      hasOpened = true
    }
    if (hasOpened) this.findDue()
  }

  /** Closes what ended at or before `time`, in order. Without `emit` nothing is judged. */
  private closeUntil(time: number, emit: Emit | null): void {
    while (this.due <= time) {
      const end = this.due
      for (const window of this.rule.aligned) if (window.end === end) window.close(this.lastObserved)
      this.findDue()
      this.now = Math.max(this.now, end)
      if (emit !== null) this.judge(end, end - 1, emit)
    }
  }

  private findDue(): void {
    let due = Number.POSITIVE_INFINITY
    for (const { end } of this.rule.aligned) if (end < due) due = end
    this.due = due
  }

  private measureLast(now: number, reference: number): void {
    for (const last of this.rule.lasts) {
      const { newestTime, newestValue } = this.rule.inputs[last.input] as InputState
      last.evaluate(now, reference, newestTime, newestValue)
    }
  }

  /** @param reference moment whose schedule and limits count: for a window that ended, its last one */
  private judge(now: number, reference: number, emit: Emit): void {
    const { rolling, judge } = this.rule
    this.measureLast(now, reference)
    for (const window of rolling) window.evaluate(now, reference)
    const isOff = !this.isActiveAt(reference)
    const { verdicts, lifecycle } = this
    let isWorse = false
    let isKnown = false
    for (let level = 0; level < verdicts.length; level++) {
      const verdict = judge(level)
      if (level > 0 && verdict === true) isWorse = true
      if (verdict !== null) isKnown = true
      verdicts[level] = isOff && verdict === true ? null : verdict
    }
    if (isOff) {
      if (lifecycle.rest(now, isKnown) === 'resolved') this.tellResolved(now, 'hours_ended', emit)
      else this.forgetEpisode()
      return
    }
    switch (lifecycle.judge(now, verdicts, isWorse ? false : this.clears())) {
      case 'fired':
        this.countEpisode()
        this.tellFired(now, emit)
        return
      case 'raised':
        this.countEpisode()
        emit({ kind: 'raised', at: now, severity: this.severityOf(lifecycle.level), value: this.value() })
        return
      case 'resolved':
        this.tellResolved(now, 'cleared', emit)
        return
      default:
        if (lifecycle.state === 'inactive') this.forgetEpisode()
        else this.countEpisode()
    }
  }

  /** It is over when neither side holds: what is beyond the threshold is not over, whatever the clear one says. */
  private clears(): Verdict {
    const base = this.verdicts[0] as Verdict
    const { judge, clearLevel } = this.rule
    if (base === true || clearLevel === 0) return base === null ? null : !base
    const holds = judge(clearLevel)
    if (holds === true) return false
    return base === null || holds === null ? null : true
  }

  /** What was judged just now belongs to the episode: its observations, and maybe its worst value. */
  private countEpisode(): void {
    this.observations += this.newObservations
    this.flagged += this.newFlagged
    this.newObservations = 0
    this.newFlagged = 0
    const first = this.rule.comparisons[0]
    if (first === undefined) return
    const badness = first.badness()
    if (Number.isNaN(badness) || badness <= this.worst) return
    this.worst = badness
    this.peak = first.measure.value
    this.peakAt = first.measure.at
  }

  private forgetEpisode(): void {
    this.observations = 0
    this.flagged = 0
    this.newObservations = 0
    this.newFlagged = 0
    this.peak = Number.NaN
    this.peakAt = Number.NaN
    this.worst = Number.NEGATIVE_INFINITY
  }

  private tellFired(now: number, emit: Emit): void {
    const { comparisons, inputs } = this.rule
    const { level, since } = this.lifecycle
    const first = this.rule.comparisons[0]?.comparison.measure
    emit({
      kind: 'fired',
      at: now,
      since,
      severity: this.severityOf(level),
      value: this.value(),
      unit: first === undefined ? '1' : unitOf(first, this.options.context.property(first.property)),
      evidence: evidenceOf(comparisons, inputs, level, this.options),
    })
  }

  private tellResolved(now: number, cause: 'cleared' | 'hours_ended', emit: Emit): void {
    const { peak, peakAt, observations, flagged } = this
    this.forgetEpisode()
    emit({
      kind: 'resolved',
      at: now,
      cause,
      peak: orNull(peak),
      peakAt: orNull(peakAt),
      observations,
      flagged,
    })
  }

  private value(): number | null {
    return orNull(this.rule.comparisons[0]?.measure.value ?? Number.NaN)
  }

  private severityOf(level: number): Severity {
    return this.rule.severities[level] ?? this.options.definition.severity
  }

  private isActiveAt(time: number): boolean {
    const { schedule, timeZone } = this.options.definition
    if (schedule === null) return true
    const minute = Math.floor(time / MINUTE)
    if (minute !== this.activeMinute) {
      this.activeThen = isActive(schedule, timeZone, this.options.context.holidays, time)
      this.activeMinute = minute
    }
    return this.activeThen
  }

  /** What a saved machine must agree in: how it judges, and whom. */
  private identify(): number {
    const { definition, station, other, context } = this.options
    const { trigger, severity, qualityFlags, timeZone, schedule } = definition
    const series = this.inputs.map(({ property }) => {
      const known = context.property(property)
      return [property, known?.unit, known?.categories]
    })
    const stations = [station.id, station.class, other?.id, other?.class]
    return fingerprint(
      JSON.stringify([trigger, severity, qualityFlags, timeZone, schedule, stations, series]),
    )
  }
}
