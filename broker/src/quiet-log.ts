import type { Logger } from 'pino'

/** One message of a kind is logged this often (ms). */
const INTERVAL = 10_000

/**
 * Logs each kind of message at most once per interval, with the number left out since. One faulty peer can cause
 * millions of the same error (reliability hazard 9).
 */
export class QuietLog {
  readonly #logger: Logger
  readonly #now: () => number
  readonly #kinds = new Map<string, { loggedAt: number; suppressed: number }>()

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger
    this.#now = now
  }

  /** `kind` comes from a fixed set; details go into `fields`. */
  warn(kind: string, fields: Record<string, unknown>): void {
    const now = this.#now()
    const known = this.#kinds.get(kind) ?? { loggedAt: Number.NEGATIVE_INFINITY, suppressed: 0 }
    this.#kinds.set(kind, known)
    if (now - known.loggedAt < INTERVAL) {
      known.suppressed++
      return
    }
    this.#logger.warn({ ...fields, suppressed: known.suppressed }, kind)
    known.loggedAt = now
    known.suppressed = 0
  }
}
