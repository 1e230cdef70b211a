/** Longest time (ms) a publish is held back; beyond it the device is far over its rate and is disconnected. */
const LONGEST_WAIT = 5000

interface Held {
  releaseAt: number
  release: () => void
}

/**
 * Publishes of one device that came faster than its rate. They are handled later, in order. Aedes reads on only when
 * all packets read so far are handled, so holding them slows the device down through TCP: it loses nothing.
 */
export class HeldPublishes {
  readonly #now: () => number
  readonly #queue: Held[] = []
  #timer: NodeJS.Timeout | undefined
  #cancelled = false

  constructor(now: () => number) {
    this.#now = now
  }

  get empty(): boolean {
    return this.#queue.length === 0
  }

  /** Releases after `wait` ms, and never before what is held already; false when that would take too long. */
  hold(wait: number, release: () => void): boolean {
    if (wait > LONGEST_WAIT || this.#cancelled) return false
    this.#queue.push({ releaseAt: this.#now() + wait, release })
    this.#timer ??= setTimeout(this.#releaseDue, wait)
    return true
  }

  /** Forgets what is held: the connection is gone and nothing of it was acknowledged. */
  cancel(): void {
    this.#cancelled = true
    this.#queue.length = 0
    clearTimeout(this.#timer)
  }

  #releaseDue = (): void => {
    this.#timer = undefined
    const now = this.#now()
    while (this.#queue[0] && this.#queue[0].releaseAt <= now) this.#queue.shift()?.release()
    const next = this.#queue[0]
    if (next) this.#timer = setTimeout(this.#releaseDue, Math.max(1, next.releaseAt - now))
  }
}
