const MINUTE = 60_000

/** Gives everyone the same number of turns per minute of receive time. */
export class MinuteShare<Key> {
  readonly #turns: number
  readonly #taken = new Map<Key, number>()
  #minute = 0

  constructor(turns: number) {
    this.#turns = turns
  }

  /** Takes a turn at `receivedAt` (epoch milliseconds); false when the share of that minute is used up. */
  take(key: Key, receivedAt: number): boolean {
    const minute = Math.floor(receivedAt / MINUTE)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#taken.clear()
    }
    const taken = this.#taken.get(key) ?? 0
    if (taken >= this.#turns) return false
    this.#taken.set(key, taken + 1)
    return true
  }
}
