/** Bounds the memory an attacker with many addresses can take; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000

/** When something happened to each of many keys lately, over a sliding window. Times are epoch milliseconds. */
export class SlidingWindow {
  private readonly times = new Map<string, number[]>()

  /** `instants`: how many are kept of a key, at least the largest limit asked about. */
  constructor(
    private readonly windowMs: number,
    private readonly instants: number,
  ) {}

  /** Keys whose events are remembered. */
  get size(): number {
    return this.times.size
  }

  recent(key: string, now: number): number {
    return this.within(key, now).length
  }

  /** Milliseconds until `key` has fewer than `limit` events in the window; 0 when it has now. */
  wait(key: string, limit: number, now: number): number {
    const times = this.within(key, now)
    const decisive = times[times.length - limit]
    return decisive === undefined ? 0 : decisive + this.windowMs - now
  }

  add(key: string, now: number): void {
    const times = [...this.within(key, now), now].slice(-this.instants)
    this.times.delete(key)
    this.times.set(key, times)
    for (const oldest of this.times.keys()) {
      if (this.times.size <= MAX_REMEMBERED) break
      this.times.delete(oldest)
    }
  }

  /** Takes the last event of `key` back, when it turns out not to count. */
  takeBack(key: string): void {
    const times = this.times.get(key)
    times?.pop()
    if (times?.length === 0) this.times.delete(key)
  }

  forget(key: string): void {
    this.times.delete(key)
  }

  private within(key: string, now: number): number[] {
    // After the clock was set back, what lies ahead would count for longer than the window.
    return this.times.get(key)?.filter((time) => time > now - this.windowMs && time <= now) ?? []
  }
}
