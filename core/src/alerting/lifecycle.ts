import type { ConditionTrigger } from '../api/rules.ts'
import type { ByteReader, ByteWriter } from './binary.ts'
import type { MachineState, Verdict } from './types.ts'

export type Step = 'none' | 'fired' | 'raised' | 'resolved'

/** So many of the newest intervals between verdicts are remembered. */
const INTERVALS = 8

const STATES: readonly MachineState[] = ['inactive', 'pending', 'firing']

/**
 * Inactive → pending → firing → inactive, by verdicts in time: hold time before it fires, for every level by itself;
 * clear time and shortest life before it resolves. What is not known changes nothing, but a longer gap between
 * verdicts begins hold and clear times anew: longer than the rule says, and than what is usual at the station.
 */
export class Lifecycle {
  state: MachineState = 'inactive'
  /** Since when the condition holds; NaN when inactive. */
  since = Number.NaN
  /** While firing: the worst level reached. */
  level = 0
  /** Of the last alert, also after it is over: no second one can fire at the same time. */
  firedAt = Number.NEGATIVE_INFINITY
  private readonly trueSince: Float64Array
  private readonly lastTrue: Float64Array
  private clearSince = Number.NaN
  private lastClear = Number.NaN
  private readonly intervals = new Float64Array(INTERVALS)
  private intervalsTaken = 0
  private lastKnown = Number.NaN

  private readonly hold: number
  private readonly clear: number
  private readonly keepFiring: number

  constructor(
    trigger: ConditionTrigger,
    levels: number,
    /** Longest time between two verdicts that still belong together. */
    private readonly gap: number,
  ) {
    this.hold = trigger.holdSeconds * 1000
    this.clear = trigger.clearSeconds * 1000
    this.keepFiring = trigger.keepFiringSeconds * 1000
    this.trueSince = new Float64Array(levels).fill(Number.NaN)
    this.lastTrue = new Float64Array(levels).fill(Number.NaN)
  }

  /**
   * @param verdicts by level
   * @param clears whether the condition is over, by the clear thresholds
   */
  judge(now: number, verdicts: readonly Verdict[], clears: Verdict): Step {
    let held = -1
    let since = Number.NaN
    let isKnown = false
    for (let level = 0; level < verdicts.length; level++) {
      this.note(level, verdicts[level] as Verdict, now)
      if (verdicts[level] !== null) isKnown = true
      const start = this.trueSince[level] as number
      if (Number.isNaN(start)) continue
      if (!(since <= start)) since = start
      if (verdicts[level] === true && now - start >= this.hold) held = level
    }
    const step =
      this.state === 'firing' ? this.judgeFiring(now, held, clears) : this.judgeIdle(now, held, since)
    if (isKnown) this.noteKnown(now)
    return step
  }

  /** Outside of its hours a rule has no alert. */
  rest(now: number, isKnown: boolean): Step {
    if (isKnown) this.noteKnown(now)
    const wasFiring = this.state === 'firing'
    this.reset()
    return wasFiring ? 'resolved' : 'none'
  }

  private judgeIdle(now: number, held: number, since: number): Step {
    this.since = since
    if (held >= 0 && now > this.firedAt) {
      this.state = 'firing'
      this.level = held
      this.firedAt = now
      this.forgetClear()
      return 'fired'
    }
    this.state = Number.isNaN(since) ? 'inactive' : 'pending'
    return 'none'
  }

  /** Back to inactive. */
  reset(): void {
    this.state = 'inactive'
    this.since = Number.NaN
    this.level = 0
    this.trueSince.fill(Number.NaN)
    this.lastTrue.fill(Number.NaN)
    this.forgetClear()
  }

  /** The clock was set back to `time`: what is later began then. */
  rewind(time: number): void {
    this.since = Math.min(this.since, time)
    this.firedAt = Math.min(this.firedAt, time)
    this.clearSince = Math.min(this.clearSince, time)
    this.lastClear = Math.min(this.lastClear, time)
    this.lastKnown = Math.min(this.lastKnown, time)
    for (const times of [this.trueSince, this.lastTrue])
      for (let level = 0; level < times.length; level++) times[level] = Math.min(times[level] as number, time)
  }

  adopt(since: number, firedAt: number, level: number): void {
    this.reset()
    this.state = 'firing'
    this.since = since
    this.firedAt = firedAt
    this.level = level
  }

  write(to: ByteWriter): void {
    to.u8(STATES.indexOf(this.state))
    to.u8(this.level)
    for (const part of [this.since, this.firedAt, this.clearSince, this.lastClear]) to.f64(part)
    for (const part of this.trueSince) to.f64(part)
    for (const part of this.lastTrue) to.f64(part)
    to.f64(this.lastKnown)
    const remembered = Math.min(this.intervalsTaken, INTERVALS)
    to.u8(remembered)
    for (let number = this.intervalsTaken - remembered; number < this.intervalsTaken; number++)
      to.f64(this.intervals[number % INTERVALS] as number)
  }

  read(from: ByteReader): void {
    this.state = STATES[from.u8()] ?? 'inactive'
    this.level = from.u8()
    this.since = from.f64()
    this.firedAt = from.f64()
    this.clearSince = from.f64()
    this.lastClear = from.f64()
    for (let at = 0; at < this.trueSince.length; at++) this.trueSince[at] = from.f64()
    for (let at = 0; at < this.lastTrue.length; at++) this.lastTrue[at] = from.f64()
    this.lastKnown = from.f64()
    this.intervalsTaken = from.u8()
    for (let at = 0; at < this.intervalsTaken; at++) this.intervals[at] = from.f64()
  }

  private judgeFiring(now: number, held: number, clears: Verdict): Step {
    if (held > this.level) {
      this.level = held
      this.forgetClear()
      return 'raised'
    }
    if (clears === false) this.forgetClear()
    if (clears !== true) return 'none'
    if (Number.isNaN(this.clearSince) || this.isGap(now - this.lastClear)) this.clearSince = now
    this.lastClear = now
    if (now - this.clearSince < this.clear || now - this.firedAt < this.keepFiring) return 'none'
    this.reset()
    return 'resolved'
  }

  private note(level: number, verdict: Verdict, now: number): void {
    if (verdict === false) this.trueSince[level] = Number.NaN
    if (verdict !== true) return
    const isBroken = this.isGap(now - (this.lastTrue[level] as number))
    if (isBroken || Number.isNaN(this.trueSince[level])) this.trueSince[level] = now
    this.lastTrue[level] = now
  }

  private noteKnown(now: number): void {
    const interval = now - this.lastKnown
    if (interval > 0) this.intervals[this.intervalsTaken++ % INTERVALS] = interval
    this.lastKnown = now
  }

  private isGap(interval: number): boolean {
    return interval > this.gap && interval > 1.5 * this.usualInterval()
  }

  /** The second longest of those remembered: a station that pauses once is not one that is slow. */
  private usualInterval(): number {
    const remembered = Math.min(this.intervalsTaken, INTERVALS)
    let longest = 0
    let second = 0
    for (let at = 0; at < remembered; at++) {
      const interval = this.intervals[at] as number
      if (interval >= longest) {
        second = longest
        longest = interval
      } else if (interval > second) second = interval
    }
    return remembered === 1 ? longest : second
  }

  private forgetClear(): void {
    this.clearSince = Number.NaN
    this.lastClear = Number.NaN
  }
}
