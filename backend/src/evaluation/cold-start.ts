import type { Emit } from '@osprey/core/alerting/types'
import type { Machine } from './machine.ts'

/** Observations of one series from the store, ascending by time. */
export interface History {
  times: Float64Array
  values: Float64Array
  qualities: Uint8Array
}

/** Observations kept while the store is asked; beyond it the oldest are in the store by then, or late enough to miss. */
const KEPT = 4096

/**
 * A machine that begins in the middle of things: what arrives waits until its windows can be filled, so that a mean
 * of the first minute is not judged as one of the day.
 */
export class ColdStart {
  /** Epoch milliseconds. */
  readonly since: number
  dropped = 0
  readonly #inputs: number[] = []
  readonly #times: number[] = []
  readonly #values: number[] = []
  readonly #qualities: number[] = []

  constructor(since: number) {
    this.since = since
  }

  add(input: number, time: number, value: number, quality: number): void {
    if (this.#times.length === KEPT) {
      for (const column of [this.#inputs, this.#times, this.#values, this.#qualities]) column.shift()
      this.dropped++
    }
    this.#inputs.push(input)
    this.#times.push(time)
    this.#values.push(value)
    this.#qualities.push(quality)
  }

  /**
   * Offers everything in the order of time: what is older than the beginning only fills the windows; what came since,
   * and the newest however old it is, is judged. Of two for the same time the one received goes before the stored one,
   * and the machine ignores the other.
   */
  finish(machine: Machine, histories: readonly (History | undefined)[], emit: Emit): void {
    const newest = this.#newest(histories)
    if (newest === Number.NEGATIVE_INFINITY) return
    const judgedFrom = Math.min(newest, this.since)
    const received = this.#times.map((_, at) => at)
    received.sort(
      (one, other) => (this.#times[one] as number) - (this.#times[other] as number) || other - one,
    )
    const next = histories.map(() => 0)
    let waiting = 0
    let started = false
    const take = (input: number, time: number, value: number, quality: number) => {
      if (time < judgedFrom) machine.warmUp(input, time, value, quality)
      else {
        if (!started) machine.startAt(time)
        started = true
        machine.observe(input, time, value, quality, emit)
      }
    }
    for (;;) {
      const at = received[waiting]
      let time = at === undefined ? Number.POSITIVE_INFINITY : (this.#times[at] as number)
      let from = -1
      histories.forEach((history, input) => {
        const stored = history?.times[next[input] as number]
        if (stored === undefined || stored >= time) return
        time = stored
        from = input
      })
      if (from >= 0) {
        const { values, qualities } = histories[from] as History
        const row = next[from] as number
        next[from] = row + 1
        take(from, time, values[row] as number, qualities[row] as number)
      } else if (at === undefined) break
      else {
        waiting++
        take(this.#inputs[at] as number, time, this.#values[at] as number, this.#qualities[at] as number)
      }
    }
    machine.settle(emit)
  }

  #newest(histories: readonly (History | undefined)[]): number {
    let newest = Number.NEGATIVE_INFINITY
    for (const time of this.#times) newest = Math.max(newest, time)
    for (const history of histories) newest = Math.max(newest, history?.times.at(-1) ?? newest)
    return newest
  }
}
