import { Backoff, type Log, pause } from '../pipeline/retry.ts'
import type { StoredAlert } from './reconcile.ts'

export interface ReconciliationOptions {
  openAlerts: () => Promise<StoredAlert[]>
  /** Makes machines and alerts agree; answers how many did not. */
  correct: (stored: readonly StoredAlert[], untold: ReadonlySet<string>) => number
  /** Answers a function that names the alerts with notices on their way at any time between the two calls. */
  track: () => () => Set<string>
  log: Log
}

/** After the start, and now and then: a resolution by hand may have been lost with a process. */
const INTERVAL = 300_000

/** Compares the machines with the open alerts of the database. */
export class Reconciliation {
  readonly #options: ReconciliationOptions
  readonly #abort = new AbortController()
  #task: Promise<void> | undefined

  constructor(options: ReconciliationOptions) {
    this.#options = options
  }

  start(): void {
    this.#task = this.#run(this.#abort.signal)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#task
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log } = this.#options
    const backoff = new Backoff(200, 10_000)
    while (!signal.aborted) {
      try {
        await this.#compare(signal)
        backoff.reset()
        await pause(INTERVAL, signal)
      } catch (error) {
        log.warn({ error: (error as Error).message }, 'open alerts cannot be compared with the rules yet')
        await pause(backoff.next(), signal)
      }
    }
  }

  /** What is told while the database answers may or may not be in its answer: left for the next time. */
  async #compare(signal: AbortSignal): Promise<void> {
    const { openAlerts, correct, track, log } = this.#options
    const tracked = track()
    let stored: StoredAlert[] = []
    try {
      stored = await openAlerts()
    } catch (error) {
      tracked()
      throw error
    }
    // In the same turn: what fires a moment later would be in neither list.
    const untold = tracked()
    if (signal.aborted) return
    const corrections = correct(stored, untold)
    if (corrections > 0)
      log.warn({ corrections }, 'rules and open alerts disagreed and were brought together')
  }
}
