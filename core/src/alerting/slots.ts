import type { MeasureStatistic } from '../api/rules.ts'
import type { ByteReader, ByteWriter } from './binary.ts'
import { RawValues } from './raw-values.ts'

export type WindowStatistic = Exclude<MeasureStatistic, 'last'>

export interface SlotsOptions {
  statistic: WindowStatistic
  meanOf: 'observations' | 'slots'
  percentile: number
  capacity: number
  /** Values are levels in decibel: their mean is that of the energies (ISO 1996-1, equivalent continuous level). */
  isLevel: boolean
}

const HOUR = 3_600_000
const NONE = new Float64Array(0)

/**
 * The parts of one window. Each keeps just what the statistic needs, so that old observations can be forgotten and
 * late ones added. The statistic is made of the parts anew each time: nothing drifts, and a machine that was saved
 * and read back goes on with the very same numbers.
 */
export class Slots {
  /** Observations in the window and slots that hold any, as of the last `compute`. */
  count = 0
  filled = 0

  private readonly statistic: WindowStatistic
  private readonly ofSlots: boolean
  private readonly percent: number
  private readonly isLevel: boolean
  private readonly counts: Uint32Array
  private readonly firstTimes: Float64Array
  private readonly lastTimes: Float64Array
  /** Mean of a slot; with statistic sum the sum, with min and max the extreme, with rate the first value. */
  private readonly main: Float64Array
  /** Squared deviations with stddev; with sum what rounding lost; with rate the last value. */
  private readonly extra: Float64Array
  private readonly raw: RawValues | null

  constructor({ statistic, meanOf, percentile, capacity, isLevel }: SlotsOptions) {
    this.statistic = statistic
    this.ofSlots = meanOf === 'slots'
    this.percent = percentile
    this.isLevel = isLevel && statistic === 'mean'
    this.counts = new Uint32Array(capacity)
    this.firstTimes = new Float64Array(capacity)
    this.lastTimes = new Float64Array(capacity)
    this.main = statistic === 'count' || statistic === 'percentile' ? NONE : new Float64Array(capacity)
    const hasExtra = statistic === 'stddev' || statistic === 'sum' || statistic === 'rate'
    this.extra = hasExtra ? new Float64Array(capacity) : NONE
    this.raw = statistic === 'percentile' ? new RawValues() : null
  }

  get capacity(): number {
    return this.counts.length
  }

  /** False when it counts as one that was there already: within the times the slot knows. */
  add(at: number, time: number, value: number): boolean {
    const count = this.counts[at] as number
    if (count === 0) {
      this.firstTimes[at] = time
      this.lastTimes[at] = time
    } else if (time < (this.firstTimes[at] as number)) this.firstTimes[at] = time
    else if (time > (this.lastTimes[at] as number)) this.lastTimes[at] = time
    else return false
    this.counts[at] = count + 1
    this.take(at, time, this.isLevel ? energyOf(value) : value, count)
    return true
  }

  clear(at: number): void {
    this.counts[at] = 0
  }

  clearAll(): void {
    this.counts.fill(0)
    this.raw?.clear()
  }

  /** Slots before this time are no longer in the window. */
  dropBefore(time: number): void {
    this.raw?.dropBefore(time)
  }

  /** Slots from this time on were forgotten. */
  dropFrom(time: number): void {
    this.raw?.dropFrom(time)
  }

  /** The statistic over the first `size` positions; NaN when not known. */
  compute(size: number): number {
    this.tally(size)
    if (this.statistic === 'count') return this.count
    if (this.count === 0) return Number.NaN
    switch (this.statistic) {
      case 'mean':
        return this.meanLevel(this.ofSlots ? this.meanOfSlots(size) : this.mean(size))
      case 'min':
        return this.least(size)
      case 'max':
        return this.greatest(size)
      case 'sum':
        return this.sum(size)
      case 'rate':
        return this.rate(size)
      case 'stddev':
        return this.deviation(size)
      case 'percentile':
        return (this.raw as RawValues).percentile(this.percent)
    }
  }

  /** The statistic over all positions but one. */
  computeWithout(at: number): number {
    const held = this.counts[at] as number
    this.counts[at] = 0
    const value = this.compute(this.capacity)
    this.counts[at] = held
    return value
  }

  private meanLevel(mean: number): number {
    return this.isLevel ? levelOf(mean) : mean
  }

  write(to: ByteWriter): void {
    const { counts } = this
    let filled = 0
    for (const count of counts) if (count > 0) filled++
    to.u32(filled)
    for (let at = 0; at < counts.length; at++) {
      if (counts[at] === 0) continue
      to.u32(at)
      to.u32(counts[at] as number)
      to.f64(this.firstTimes[at] as number)
      to.f64(this.lastTimes[at] as number)
      if (this.main !== NONE) to.f64(this.main[at] as number)
      if (this.extra !== NONE) to.f64(this.extra[at] as number)
    }
    this.raw?.write(to)
  }

  read(from: ByteReader): void {
    this.counts.fill(0)
    for (let left = from.u32(); left > 0; left--) {
      const at = from.u32()
      this.counts[at] = from.u32()
      this.firstTimes[at] = from.f64()
      this.lastTimes[at] = from.f64()
      if (this.main !== NONE) this.main[at] = from.f64()
      if (this.extra !== NONE) this.extra[at] = from.f64()
    }
    this.raw?.read(from)
  }

  private take(at: number, time: number, value: number, before: number): void {
    const { main, extra } = this
    const held = main[at] as number
    switch (this.statistic) {
      case 'count':
        return
      case 'percentile':
        this.raw?.add(time, value)
        return
      case 'mean':
        // Welford: the mean of equal values is that value, to the last bit.
        main[at] = before === 0 ? value : held + (value - held) / (before + 1)
        return
      case 'stddev': {
        const mean = before === 0 ? value : held + (value - held) / (before + 1)
        extra[at] = before === 0 ? 0 : (extra[at] as number) + (value - held) * (value - mean)
        main[at] = mean
        return
      }
      case 'min':
        main[at] = before === 0 ? value : Math.min(held, value)
        return
      case 'max':
        main[at] = before === 0 ? value : Math.max(held, value)
        return
      case 'sum': {
        const sum = before === 0 ? value : held + value
        extra[at] = before === 0 ? 0 : (extra[at] as number) + lost(held, value, sum)
        main[at] = sum
        return
      }
      case 'rate':
        if (before === 0 || time === this.firstTimes[at]) main[at] = value
        if (before === 0 || time === this.lastTimes[at]) extra[at] = value
        return
    }
  }

  private tally(size: number): void {
    const { counts } = this
    let count = 0
    let filled = 0
    for (let at = 0; at < size; at++) {
      const here = counts[at] as number
      if (here === 0) continue
      count += here
      filled++
    }
    this.count = count
    this.filled = filled
  }

  /** Taken around the mean of one slot, so that the mean of equal values is that value. */
  private mean(size: number): number {
    const { counts, main } = this
    let pivot = 0
    let hasPivot = false
    let sum = 0
    for (let at = 0; at < size; at++) {
      const count = counts[at] as number
      if (count === 0) continue
      if (!hasPivot) {
        pivot = main[at] as number
        hasPivot = true
      }
      sum += count * ((main[at] as number) - pivot)
    }
    return pivot + sum / this.count
  }

  private meanOfSlots(size: number): number {
    const { counts, main } = this
    let pivot = 0
    let hasPivot = false
    let sum = 0
    for (let at = 0; at < size; at++) {
      if (counts[at] === 0) continue
      if (!hasPivot) {
        pivot = main[at] as number
        hasPivot = true
      }
      sum += (main[at] as number) - pivot
    }
    return pivot + sum / this.filled
  }

  private least(size: number): number {
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < size; at++) {
      if (this.counts[at] !== 0 && (this.main[at] as number) < least) least = this.main[at] as number
    }
    return least
  }

  private greatest(size: number): number {
    let greatest = Number.NEGATIVE_INFINITY
    for (let at = 0; at < size; at++) {
      if (this.counts[at] !== 0 && (this.main[at] as number) > greatest) greatest = this.main[at] as number
    }
    return greatest
  }

  /** After Neumaier: ten times 0.1 is 1. */
  private sum(size: number): number {
    let sum = 0
    let rest = 0
    for (let at = 0; at < size; at++) {
      if (this.counts[at] === 0) continue
      const part = this.main[at] as number
      const next = sum + part
      rest += lost(sum, part, next) + (this.extra[at] as number)
      sum = next
    }
    return sum + rest
  }

  private rate(size: number): number {
    let first = -1
    let last = -1
    for (let at = 0; at < size; at++) {
      if (this.counts[at] === 0) continue
      if (first < 0 || (this.firstTimes[at] as number) < (this.firstTimes[first] as number)) first = at
      if (last < 0 || (this.lastTimes[at] as number) > (this.lastTimes[last] as number)) last = at
    }
    const milliseconds = (this.lastTimes[last] as number) - (this.firstTimes[first] as number)
    if (milliseconds === 0) return Number.NaN
    return (((this.extra[last] as number) - (this.main[first] as number)) / milliseconds) * HOUR
  }

  /** After Chan: the parts' own deviations and those of their means. */
  private deviation(size: number): number {
    if (this.count < 2) return Number.NaN
    const mean = this.mean(size)
    let squares = 0
    for (let at = 0; at < size; at++) {
      const count = this.counts[at] as number
      if (count === 0) continue
      const apart = (this.main[at] as number) - mean
      squares += (this.extra[at] as number) + count * apart * apart
    }
    return Math.sqrt(squares / (this.count - 1))
  }
}

/** What the rounding of `sum` took from `one + other`. */
function lost(one: number, other: number, sum: number): number {
  return Math.abs(one) >= Math.abs(other) ? one - sum + other : other - sum + one
}

function energyOf(level: number): number {
  return 10 ** (level / 10)
}

/** To a billionth, so that the mean of equal levels is that level. */
function levelOf(energy: number): number {
  return Math.round(1e10 * Math.log10(energy)) / 1e9
}
