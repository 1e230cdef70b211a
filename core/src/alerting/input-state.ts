import type { ByteReader, ByteWriter } from './binary.ts'
import type { LastValue, WindowState } from './measure-state.ts'
import type { InputKey } from './types.ts'

/** Newest observations that go into the evidence of an alert. */
const READINGS = 8

export interface Reading {
  time: number
  value: number
  quality: number
}

/** A series an instance reads: its newest observation, the one not yet settled, and the windows over it. */
export class InputState {
  newestTime = Number.NEGATIVE_INFINITY
  newestValue = Number.NaN
  isPending = false
  pendingTime = Number.NaN
  pendingValue = Number.NaN
  pendingQuality = 0
  readonly lasts: LastValue[] = []
  readonly windows: WindowState[] = []
  private readonly times = new Float64Array(READINGS)
  private readonly values = new Float64Array(READINGS)
  private readonly qualities = new Uint8Array(READINGS)
  private taken = 0

  constructor(
    readonly key: InputKey,
    /** Its values are places in a list of categories. */
    readonly isCategory: boolean,
  ) {}

  /** Takes the newest observation for good. */
  take(time: number, value: number, quality: number): void {
    this.newestTime = time
    this.newestValue = value
    const at = this.taken % READINGS
    this.times[at] = time
    this.values[at] = value
    this.qualities[at] = quality
    this.taken++
    this.fill(time, value)
  }

  /** Adds it to the windows that it still lies in. */
  fill(time: number, value: number): boolean {
    let isTaken = false
    for (const window of this.windows) if (window.add(time, value)) isTaken = true
    return isTaken
  }

  /** Forgets the newest observation when it is later than `time`. */
  rewind(time: number): void {
    if (!(this.newestTime > time)) return
    this.newestTime = Number.NEGATIVE_INFINITY
    this.newestValue = Number.NaN
  }

  /** The newest observations, oldest first. */
  readings(): Reading[] {
    const found: Reading[] = []
    for (let number = Math.max(0, this.taken - READINGS); number < this.taken; number++) {
      const at = number % READINGS
      found.push({
        time: this.times[at] as number,
        value: this.values[at] as number,
        quality: this.qualities[at] as number,
      })
    }
    return found
  }

  write(to: ByteWriter): void {
    to.f64(this.newestTime)
    to.f64(this.newestValue)
    to.u8(this.isPending ? 1 : 0)
    to.f64(this.pendingTime)
    to.f64(this.pendingValue)
    to.u8(this.pendingQuality)
    const readings = this.readings()
    to.u8(readings.length)
    for (const { time, value, quality } of readings) {
      to.f64(time)
      to.f64(value)
      to.u8(quality)
    }
  }

  read(from: ByteReader): void {
    this.newestTime = from.f64()
    this.newestValue = from.f64()
    this.isPending = from.u8() === 1
    this.pendingTime = from.f64()
    this.pendingValue = from.f64()
    this.pendingQuality = from.u8()
    this.taken = from.u8()
    for (let at = 0; at < this.taken; at++) {
      this.times[at] = from.f64()
      this.values[at] = from.f64()
      this.qualities[at] = from.u8()
    }
  }
}
