import { setTimeout as wait } from 'node:timers/promises'

/** Growing pauses between attempts, jittered so that many callers do not come back in step. */
export class Backoff {
  readonly #first: number
  readonly #longest: number
  readonly #random: () => number
  #attempt = 0

  /** `first` and `longest` in milliseconds; `random` answers 0 ≤ x < 1. */
  constructor(first: number, longest: number, random: () => number = Math.random) {
    this.#first = first
    this.#longest = longest
    this.#random = random
  }

  /** The next pause in milliseconds: between half and all of first × 2^attempt, never beyond the longest. */
  next(): number {
    const full = Math.min(this.#longest, this.#first * 2 ** this.#attempt)
    this.#attempt = Math.min(this.#attempt + 1, 30)
    return full * (0.5 + this.#random() / 2)
  }

  reset(): void {
    this.#attempt = 0
  }
}

/** Waits, but no longer than until the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await wait(milliseconds, undefined, { signal }).catch(() => undefined)
}

/**
 * Tries until it succeeds, with growing pauses. Answers false when the signal aborted before that; an attempt
 * is made even then.
 */
export async function untilDone(
  attempt: () => Promise<void>,
  signal: AbortSignal,
  failed: (error: Error) => void,
): Promise<boolean> {
  const backoff = new Backoff(50, 5000)
  for (;;) {
    try {
      await attempt()
      return true
    } catch (error) {
      failed(error as Error)
      if (signal.aborted) return false
      await pause(backoff.next(), signal)
    }
  }
}

/** Lets everything else that is due have its turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** A place where one task waits to be woken. */
export class Wakeup {
  #resolve: (() => void) | undefined
  #woken = false

  wake(): void {
    this.#woken = true
    this.#resolve?.()
  }

  /** Resolves at the next `wake`, at once if there was one since the last wait. Who stops must wake. */
  async wait(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
    }
    this.#resolve = undefined
    this.#woken = false
  }
}

/** What the pipeline logs to; pino fits. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
