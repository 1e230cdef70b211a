import type { ByteReader, ByteWriter } from './binary.ts'

/** A percentile is of at most so many observations, the newest. */
export const MAX_RAW_VALUES = 2048

const scratch = new Float64Array(MAX_RAW_VALUES)

/** The newest observations of a window themselves, in the order of their times: what a percentile needs. */
export class RawValues {
  private times = new Float64Array(64)
  private values = new Float64Array(64)
  private start = 0
  private end = 0

  add(time: number, value: number): void {
    let at = this.end
    while (at > this.start && (this.times[at - 1] as number) > time) at--
    if (this.end - this.start === MAX_RAW_VALUES) {
      if (at === this.start) return
      this.start++
    }
    if (this.end === this.times.length) at -= this.makeRoom()
    this.times.copyWithin(at + 1, at, this.end)
    this.values.copyWithin(at + 1, at, this.end)
    this.times[at] = time
    this.values[at] = value
    this.end++
  }

  clear(): void {
    this.start = 0
    this.end = 0
  }

  dropBefore(time: number): void {
    while (this.start < this.end && (this.times[this.start] as number) < time) this.start++
  }

  dropFrom(time: number): void {
    while (this.end > this.start && (this.times[this.end - 1] as number) >= time) this.end--
  }

  /** Linear between ranks; NaN when empty. */
  percentile(percent: number): number {
    const count = this.end - this.start
    if (count === 0) return Number.NaN
    const sorted = scratch.subarray(0, count)
    sorted.set(this.values.subarray(this.start, this.end))
    sorted.sort()
    const rank = (percent / 100) * (count - 1)
    const below = Math.floor(rank)
    const lower = sorted[below] as number
    const upper = sorted[Math.min(below + 1, count - 1)] as number
    return lower + (upper - lower) * (rank - below)
  }

  write(to: ByteWriter): void {
    to.u32(this.end - this.start)
    for (let at = this.start; at < this.end; at++) {
      to.f64(this.times[at] as number)
      to.f64(this.values[at] as number)
    }
  }

  read(from: ByteReader): void {
    this.clear()
    for (let left = from.u32(); left > 0; left--) {
      const time = from.f64()
      this.add(time, from.f64())
    }
  }

  /** Moves what there is to the front, or to twice the space; by how much positions changed. */
  private makeRoom(): number {
    const moved = this.start
    const count = this.end - this.start
    if (count * 2 > this.times.length) {
      const times = new Float64Array(this.times.length * 2)
      const values = new Float64Array(this.times.length * 2)
      times.set(this.times.subarray(this.start, this.end))
      values.set(this.values.subarray(this.start, this.end))
      this.times = times
      this.values = values
    } else {
      this.times.copyWithin(0, this.start, this.end)
      this.values.copyWithin(0, this.start, this.end)
    }
    this.start = 0
    this.end = count
    return moved
  }
}
