import { type Absence, absencesUntil, withAbsence } from '@osprey/core/alerting/no-data'
import { QUALITY } from '@osprey/core/quality'

const FLAGS = 4
const FIRST_CAPACITY = 1024
const NEVER = Number.NEGATIVE_INFINITY
/** After the broker was away its devices have so long, ms, to connect again. */
const RECONNECT = 60_000

/**
 * When each series was last heard, by quality flag (1 to 4), as receive times of the broker: silence is a matter of
 * the platform's clock, not of the device's. Missing values are not heard.
 */
export class Hearing {
  /** When the broker did not listen, ascending. */
  absences: readonly Absence[] = []
  #heard = new Float64Array(FIRST_CAPACITY * FLAGS).fill(NEVER)

  /** Notes a reading and answers how long its flag had not been heard before; Infinity for the first. */
  hear(series: number, quality: number, receivedAt: number): number {
    const at = series * FLAGS + quality - 1
    if (at >= this.#heard.length) this.#grow(at)
    const before = this.#heard[at] as number
    if (receivedAt > before) this.#heard[at] = receivedAt
    return receivedAt - before
  }

  /** When it was last heard with one of the flags; -Infinity for never. */
  heardAt(series: number, flags: readonly number[]): number {
    let newest = NEVER
    for (const flag of flags) {
      const heard = this.#heard[series * FLAGS + flag - 1]
      if (heard !== undefined && heard > newest) newest = heard
    }
    return newest
  }

  /** Nothing could be heard in that time. */
  missed(absence: Absence): void {
    this.absences = withAbsence(this.absences, absence)
  }

  /**
   * The broker listens again, at `time`; before, it last did `until`, null when that is not known. If the clock was
   * set back in between, no time beyond `time` can be right.
   */
  listensAgain(time: number, until: number | null): void {
    if (until !== null && until > time) this.#setBack(time)
    this.missed({ from: Math.min(until ?? 0, time), to: time + RECONNECT })
  }

  /** The flags of a series, for saving; undefined when it was never heard. */
  of(series: number): Float64Array | undefined {
    if (this.heardAt(series, [QUALITY.good, QUALITY.notEvaluated, QUALITY.suspect, QUALITY.fail]) === NEVER)
      return undefined
    return this.#heard.subarray(series * FLAGS, (series + 1) * FLAGS)
  }

  #setBack(time: number): void {
    this.absences = absencesUntil(this.absences, time)
    for (let at = 0; at < this.#heard.length; at++) {
      if ((this.#heard[at] as number) > time) this.#heard[at] = time
    }
  }

  #grow(at: number): void {
    let capacity = this.#heard.length
    while (capacity <= at) capacity *= 2
    const wider = new Float64Array(capacity).fill(NEVER)
    wider.set(this.#heard)
    this.#heard = wider
  }
}
