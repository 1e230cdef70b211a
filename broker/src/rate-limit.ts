/**
 * The generic cell rate algorithm (ITU-T I.371): a token bucket that needs one number of state and says how long a
 * message has to wait instead of only yes or no.
 */
export class RateLimit {
  readonly perSecond: number
  readonly #interval: number
  readonly #tolerance: number
  #arrival = 0
  #last = 0

  /** `perSecond` messages on average, up to `burst` of them at once; 0 per second means without limit. */
  constructor(perSecond: number, burst: number) {
    this.perSecond = perSecond
    this.#interval = perSecond > 0 ? 1000 / perSecond : 0
    this.#tolerance = this.#interval * Math.max(0, burst - 1)
  }

  /** Takes one message at the time `now` (ms) and returns the milliseconds it has to wait. */
  take(now: number): number {
    const arrival = this.#expected(now)
    this.#arrival = arrival + this.#interval
    return Math.max(0, arrival - this.#tolerance - now)
  }

  /** Takes one message only if it need not wait. */
  allow(now: number): boolean {
    const arrival = this.#expected(now)
    if (arrival - this.#tolerance > now) return false
    this.#arrival = arrival + this.#interval
    return true
  }

  /** When the message is due; starts anew when the clock was set back, or nothing would pass until it caught up. */
  #expected(now: number): number {
    if (now < this.#last) this.#arrival = now
    this.#last = now
    return Math.max(this.#arrival, now)
  }
}
