/** Bounds the memory an attacker with many addresses can take; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000
/** Twice what any limit asks for: a few that are taken back open nothing. */
const MAX_INSTANTS = 60

/** When each of many keys failed lately, over a sliding window. Times are epoch milliseconds. */
export class FailureCounts {
  private readonly failures = new Map<string, number[]>()

  constructor(private readonly windowMs: number) {}

  get size(): number {
    return this.failures.size
  }

  recent(key: string, now: number): number {
    return this.within(key, now).length
  }

  /** Milliseconds until `key` has fewer than `limit` failures in the window; 0 when it has now. */
  wait(key: string, limit: number, now: number): number {
    const times = this.within(key, now)
    const decisive = times[times.length - limit]
    return decisive === undefined ? 0 : decisive + this.windowMs - now
  }

  add(key: string, now: number): void {
    const times = [...this.within(key, now), now].slice(-MAX_INSTANTS)
    this.failures.delete(key)
    this.failures.set(key, times)
    for (const oldest of this.failures.keys()) {
      if (this.failures.size <= MAX_REMEMBERED) break
      this.failures.delete(oldest)
    }
  }

  takeBack(key: string): void {
    const times = this.failures.get(key)
    times?.pop()
    if (times?.length === 0) this.failures.delete(key)
  }

  forget(key: string): void {
    this.failures.delete(key)
  }

  private within(key: string, now: number): number[] {
    // After the clock was set back, what lies ahead would count for longer than the window.
    return this.failures.get(key)?.filter((time) => time > now - this.windowMs && time <= now) ?? []
  }
}
