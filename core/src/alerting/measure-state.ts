import type { Measure } from '../api/rules.ts'
import type { ByteReader, ByteWriter } from './binary.ts'
import { Slots } from './slots.ts'
import { DAY, HOUR, windowEnd, windowStart } from './zone.ts'

/** A measure with its newest result. NaN stands for a value that is not known. */
export interface MeasureState {
  readonly measure: Measure
  readonly input: number
  value: number
  /** Time the value stands for. */
  at: number
  /** Moment whose schedule and limits it is judged by. */
  reference: number
  count: number
  /** Share of the slots that hold observations; NaN for the newest value, which has none. */
  coverage: number
}

/** A measure over a window, fed with observations. */
export interface WindowState extends MeasureState {
  /** Takes an observation, old or new. False: outside the window, or known already. */
  add(time: number, value: number): boolean
  write(to: ByteWriter): void
  read(from: ByteReader): void
}

/** Milliseconds of one slot. */
export function slotLength({ windowSeconds, slotSeconds }: Measure): number {
  return (slotSeconds ?? Math.max(1, Math.ceil(windowSeconds / 60))) * 1000
}

/** Whether a rolling window is made of slots that are over only. */
export function judgesWholeSlots({ statistic, meanOf, aligned }: Measure): boolean {
  return statistic === 'mean' && meanOf === 'slots' && !aligned
}

/** The newest value, while it is not older than the window. */
export class LastValue implements MeasureState {
  value = Number.NaN
  at = Number.NaN
  reference = Number.NaN
  count = 0
  readonly coverage = Number.NaN
  private readonly maximumAge: number

  constructor(
    readonly measure: Measure,
    readonly input: number,
  ) {
    this.maximumAge = measure.windowSeconds * 1000
  }

  evaluate(now: number, reference: number, newestTime: number, newestValue: number): void {
    const isFresh = now - newestTime <= this.maximumAge
    this.value = isFresh ? newestValue : Number.NaN
    this.count = isFresh ? 1 : 0
    this.at = newestTime
    this.reference = reference
  }
}

/** A window that ends now. */
export class RollingWindow implements WindowState {
  value = Number.NaN
  at = Number.NaN
  reference = Number.NaN
  count = 0
  coverage = 0
  private readonly slot: number
  private readonly slots: Slots
  /** Slots of the window. */
  private readonly size: number
  /** The slot that is still open has no weight: its first reading would count as much as a whole one. */
  private readonly ofWholeSlots: boolean
  /** Number of the newest slot since the epoch; the ring holds it and those before it. */
  private head = Number.NEGATIVE_INFINITY

  constructor(
    readonly measure: Measure,
    readonly input: number,
    isLevel: boolean,
  ) {
    const { statistic, meanOf, percentile = 0, windowSeconds } = measure
    if (statistic === 'last') throw new Error('the newest value has no window')
    this.slot = slotLength(measure)
    this.size = Math.ceil((windowSeconds * 1000) / this.slot)
    this.ofWholeSlots = judgesWholeSlots(measure)
    const capacity = this.size + (this.ofWholeSlots ? 1 : 0)
    this.slots = new Slots({ statistic, meanOf, percentile, capacity, isLevel })
  }

  add(time: number, value: number): boolean {
    const number = Math.floor(time / this.slot)
    if (number > this.head) this.moveTo(number)
    else if (number <= this.head - this.slots.capacity) return false
    return this.slots.add(this.position(number), time, value)
  }

  evaluate(now: number, reference: number): void {
    const number = Math.floor(now / this.slot)
    if (number > this.head) this.moveTo(number)
    const { slots } = this
    const value = this.ofWholeSlots
      ? slots.computeWithout(this.position(this.head))
      : slots.compute(slots.capacity)
    this.count = slots.count
    this.coverage = slots.filled / this.size
    this.value = this.coverage < this.measure.minimumCoverage ? Number.NaN : value
    this.at = this.ofWholeSlots ? this.head * this.slot : now
    this.reference = reference
  }

  /** Forgets what is later than `time`. */
  rewind(time: number): void {
    const number = Math.floor(time / this.slot)
    if (!(this.head > number)) return
    const { slots } = this
    const { capacity } = slots
    // What the later slots have overwritten is lost.
    if (this.head - number >= capacity) slots.clearAll()
    else {
      for (let later = number + 1; later <= this.head; later++) slots.clear(this.position(later))
      slots.dropFrom((number + 1) * this.slot)
    }
    this.head = number
  }

  write(to: ByteWriter): void {
    to.f64(this.head)
    this.slots.write(to)
  }

  read(from: ByteReader): void {
    this.head = from.f64()
    this.slots.read(from)
  }

  private moveTo(number: number): void {
    const { slots } = this
    if (number - this.head >= slots.capacity) slots.clearAll()
    else {
      for (let next = this.head + 1; next <= number; next++) slots.clear(this.position(next))
      slots.dropBefore((number - slots.capacity + 1) * this.slot)
    }
    this.head = number
  }

  private position(number: number): number {
    const { capacity } = this.slots
    const position = number % capacity
    return position < 0 ? position + capacity : position
  }
}

/** Windows that follow each other, each judged when it ends; in between the result of the last one stands. */
export class AlignedWindow implements WindowState {
  value = Number.NaN
  at = Number.NaN
  reference = Number.NaN
  count = 0
  coverage = 0
  /** Of the window that is open; NaN when none is. */
  start = Number.NaN
  end = Number.NaN
  private readonly slot: number
  private readonly length: number
  private readonly slots: Slots
  private size = 0

  constructor(
    readonly measure: Measure,
    readonly input: number,
    private readonly timeZone: string,
    /** For so long after the last observation empty windows are still counted (statistic count). */
    private readonly emptyFor: number,
    isLevel: boolean,
  ) {
    const { statistic, meanOf, percentile = 0, windowSeconds } = measure
    if (statistic === 'last') throw new Error('the newest value has no window')
    this.slot = slotLength(measure)
    this.length = windowSeconds * 1000
    // A window in which clocks are put back is longer, by three hours at the most.
    const longest = this.length + (this.length >= HOUR ? Math.min(3 * HOUR, DAY) : 0)
    const capacity = Math.ceil(longest / this.slot) + 1
    this.slots = new Slots({ statistic, meanOf, percentile, capacity, isLevel })
  }

  get isOpen(): boolean {
    return !Number.isNaN(this.start)
  }

  /** Begins with the window that holds `time`. The result of an earlier one stands only if it has just ended. */
  open(time: number): void {
    this.openAt(windowStart(time, this.length, this.timeZone))
    if (this.at !== this.start) this.forget()
  }

  add(time: number, value: number): boolean {
    // NaN compares false: nothing is taken before a window is open.
    if (!(time >= this.start && time < this.end)) return false
    const at = Math.min(Math.floor((time - this.start) / this.slot), this.slots.capacity - 1)
    return this.slots.add(at, time, value)
  }

  /** Ends the open window and opens the next one, unless nothing more can come of it before an observation does. */
  close(lastObserved: number): void {
    const { slots, end } = this
    const value = slots.compute(this.size)
    this.count = slots.count
    this.coverage = slots.filled / Math.ceil((end - this.start) / this.slot)
    this.value = this.coverage < this.measure.minimumCoverage ? Number.NaN : value
    this.at = end
    this.reference = end - 1
    const isAwaited =
      this.count > 0 || (this.measure.statistic === 'count' && end - lastObserved <= this.emptyFor)
    if (isAwaited) this.openAt(end)
    else this.shut()
  }

  /** Forgets a window that begins later than `time`, and a result of one that ends later. */
  rewind(time: number): void {
    if (this.start > time) this.shut()
    if (this.at > time) this.forget()
  }

  write(to: ByteWriter): void {
    for (const part of [this.start, this.value, this.at, this.count, this.coverage]) to.f64(part)
    this.slots.write(to)
  }

  read(from: ByteReader): void {
    this.start = from.f64()
    this.value = from.f64()
    this.at = from.f64()
    this.count = from.f64()
    this.coverage = from.f64()
    this.reference = this.at - 1
    this.measureOpen()
    this.slots.read(from)
  }

  private openAt(start: number): void {
    this.slots.clearAll()
    this.start = start
    this.measureOpen()
  }

  private shut(): void {
    this.slots.clearAll()
    this.start = Number.NaN
    this.end = Number.NaN
  }

  private measureOpen(): void {
    this.end = this.isOpen ? windowEnd(this.start, this.length, this.timeZone) : Number.NaN
    const { capacity } = this.slots
    this.size = this.isOpen ? Math.min(Math.ceil((this.end - this.start) / this.slot), capacity) : 0
  }

  private forget(): void {
    this.value = Number.NaN
    this.at = Number.NaN
    this.reference = Number.NaN
    this.count = 0
    this.coverage = 0
  }
}
