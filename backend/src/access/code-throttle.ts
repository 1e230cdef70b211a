import { SlidingWindow } from './sliding-window.ts'
import type { Attempt, ThrottleVerdict } from './throttle.ts'

/**
 * Who may try a second-factor code now. Only someone who knows the password comes this far, so a bound per
 * account locks out nobody because of an outsider. It holds over all addresses together: a code has a million
 * values of which three are good at a time, and one try per address would be enough for a large botnet. A browser
 * that logged in before has a bound of its own.
 */
const WINDOW_MS = 3_600_000
const MAX_FAILURES = 10
const REMEMBERED_FAILURES = 60

export class CodeThrottle {
  private readonly failures = new SlidingWindow(WINDOW_MS, REMEMBERED_FAILURES)

  judge(attempt: Attempt, now: number): ThrottleVerdict {
    const retryAfterMs = this.failures.wait(keyOf(attempt), MAX_FAILURES, now)
    if (retryAfterMs === 0) return { allowed: true }
    return { allowed: false, reason: attempt.knownBrowser ? 'browser' : 'account', retryAfterMs }
  }

  /** Counts before the code is looked at, so that attempts in flight count too. */
  begun(attempt: Attempt, now: number): void {
    this.failures.add(keyOf(attempt), now)
  }

  succeeded(attempt: Attempt): void {
    this.failures.forget(keyOf(attempt))
  }
}

function keyOf({ account, knownBrowser }: Attempt): string {
  return knownBrowser ? `browser ${knownBrowser}` : `account ${account}`
}
