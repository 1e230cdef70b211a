export type RateVerdict = { allowed: true } | { allowed: false; retryAfterMs: number }

/** Bounds the memory many addresses can take; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000

/** So many events of each key within a sliding window. */
export class RateWindow {
  private readonly times = new Map<string, number[]>()

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** Keys whose events are remembered. */
  get remembered(): number {
    return this.times.size
  }

  /** May one more event of `key` happen at `now` (epoch milliseconds)? Changes nothing. */
  judge(key: string, now: number): RateVerdict {
    const recent = this.recent(key, now)
    const oldest = recent[recent.length - this.limit]
    return oldest === undefined
      ? { allowed: true }
      : { allowed: false, retryAfterMs: oldest + this.windowMs - now }
  }

  /** Counts an event. */
  count(key: string, now: number): void {
    const recent = [...this.recent(key, now), now].slice(-this.limit)
    this.times.delete(key)
    this.times.set(key, recent)
    for (const oldest of this.times.keys()) {
      if (this.times.size <= MAX_REMEMBERED) break
      this.times.delete(oldest)
    }
  }

  /** Takes the last event of `key` back, when it turns out not to count. */
  takeBack(key: string): void {
    this.times.get(key)?.pop()
  }

  private recent(key: string, now: number): number[] {
    // After the clock was set back, what lies ahead would count for longer than the window.
    return this.times.get(key)?.filter((time) => time > now - this.windowMs && time <= now) ?? []
  }
}
