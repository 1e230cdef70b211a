import { StoreUnavailableError } from './store.ts'

/**
 * Lends each of a few resources (connections) to one task at a time, in order of asking. The queue is bounded:
 * when `maxWaiting` tasks wait already, the next one is refused with StoreUnavailableError.
 */
export class Turnstile<T> {
  readonly #free: T[]
  readonly #size: number
  readonly #waiting: ((resource: T) => void)[] = []
  readonly #maxWaiting: number
  readonly #name: string
  #closed = false

  constructor(name: string, resources: readonly T[], maxWaiting: number) {
    this.#name = name
    this.#free = [...resources]
    this.#size = resources.length
    this.#maxWaiting = maxWaiting
  }

  async use<R>(task: (resource: T) => Promise<R>): Promise<R> {
    const resource = await this.#take()
    try {
      return await task(resource)
    } finally {
      this.#giveBack(resource)
    }
  }

  /** Refuses new tasks, and resolves when those running and waiting have ended. */
  async close(): Promise<void> {
    this.#closed = true
    for (let taken = 0; taken < this.#size; taken++) {
      if (this.#free.length > 0) this.#free.pop()
      else await new Promise<T>((resolve) => this.#waiting.push(resolve))
    }
  }

  async #take(): Promise<T> {
    if (this.#closed) throw new StoreUnavailableError(`${this.#name}: closed`, { retryAfter: 1000 })
    if (this.#free.length > 0) return this.#free.pop() as T
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new StoreUnavailableError(`${this.#name}: ${this.#waiting.length} calls are waiting already`, {
        retryAfter: 1000,
      })
    }
    return new Promise<T>((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(resource: T): void {
    const next = this.#waiting.shift()
    if (next) next(resource)
    else this.#free.push(resource)
  }
}
