import { SlidingWindow } from './sliding-window.ts'

export type RateVerdict = { allowed: true } | { allowed: false; retryAfterMs: number }

/** So many events of each key within a sliding window. */
export class RateWindow {
  private readonly events: SlidingWindow

  constructor(
    private readonly limit: number,
    windowMs: number,
  ) {
    this.events = new SlidingWindow(windowMs, limit)
  }

  /** Keys whose events are remembered. */
  get remembered(): number {
    return this.events.size
  }

  /** May one more event of `key` happen at `now` (epoch milliseconds)? Changes nothing. */
  judge(key: string, now: number): RateVerdict {
    const retryAfterMs = this.events.wait(key, this.limit, now)
    return retryAfterMs === 0 ? { allowed: true } : { allowed: false, retryAfterMs }
  }

  /** Counts an event. */
  count(key: string, now: number): void {
    this.events.add(key, now)
  }

  /** Takes the last event of `key` back, when it turns out not to count. */
  takeBack(key: string): void {
    this.events.takeBack(key)
  }
}
