import { Backoff, type Log, nextTurn, pause, Wakeup } from '../pipeline/retry.ts'
import type { History } from './cold-start.ts'
import type { ConditionInstance } from './instance.ts'

export interface WarmUpOptions {
  /** Observations of a series from `from` (included) to `to` (excluded), ascending; undefined when it has none. */
  history: (series: number, from: number, to: number) => Promise<History | undefined>
  /** Receive time up to which readings have reached the store, epoch milliseconds. */
  storedUpTo: () => number
  now: () => number
  /** Called with what was found; at once, without histories, when the store does not answer in time. */
  warm: (instance: ConditionInstance, histories: (History | undefined)[]) => void
  log: Log
  /** Without an answer of the store for so long, ms, an instance goes on with what it has received since. */
  patience?: number
  /** However well the store answers: an instance waits no longer than this, ms, for its turn and its past. */
  longest?: number
}

/** Instances whose past is fetched at the same time. */
const AT_ONCE = 2
const PATIENCE = 60_000
const LONGEST = 300_000
/** Readings on their way to the store are waited for so long, ms. */
const STORE_LAG = 10_000
const LOOK = 100

/** Fetches the past of new instances from the store, a few at a time, oldest first. */
export class WarmUp {
  failures = 0
  /** Instances that went on without their past. */
  withoutPast = 0
  readonly #options: WarmUpOptions
  readonly #queue: ConditionInstance[] = []
  readonly #wakeups: Wakeup[] = []
  #abort = new AbortController()
  #tasks: Promise<void>[] = []
  /** When the store answered last, epoch milliseconds. */
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(options: WarmUpOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#queue.length
  }

  start(): void {
    this.#abort = new AbortController()
    for (let at = 0; at < AT_ONCE; at++) {
      const wakeup = new Wakeup()
      this.#wakeups.push(wakeup)
      this.#tasks.push(this.#run(wakeup, this.#abort.signal))
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    for (const wakeup of this.#wakeups) wakeup.wake()
    await Promise.all(this.#tasks)
  }

  add(instances: readonly ConditionInstance[]): void {
    this.#queue.push(...instances)
    for (const wakeup of this.#wakeups) wakeup.wake()
  }

  async #run(wakeup: Wakeup, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const instance = this.#queue.shift()
      if (instance === undefined) await wakeup.wait()
      else if (instance.cold !== null) await this.#warm(instance, instance.cold.since, signal)
    }
  }

  async #warm(instance: ConditionInstance, since: number, signal: AbortSignal): Promise<void> {
    const { storedUpTo, now, warm, log } = this.#options
    const backoff = new Backoff(200, 5000)
    while (storedUpTo() < since && now() - since < STORE_LAG && !signal.aborted) await pause(LOOK, signal)
    let reason = 'too many wait for it'
    for (;;) {
      const timeLeft = this.#timeLeft(since)
      if (signal.aborted || instance.cold === null || timeLeft <= 0) break
      try {
        const histories = await this.#inTime(this.#histories(instance, since), timeLeft, signal)
        this.#answeredAt = now()
        if (!signal.aborted && instance.cold !== null) warm(instance, histories)
        return
      } catch (error) {
        reason = (error as Error).message
        this.failures++
        await pause(Math.min(backoff.next(), Math.max(0, this.#timeLeft(since))), signal)
      }
    }
    if (signal.aborted || instance.cold === null) return
    this.withoutPast++
    log.warn(
      { rule: instance.rule, target: instance.target, error: reason },
      'the store does not tell the past of a rule, it is judged by what comes in',
    )
    warm(instance, [])
    // All that wait for the same store go on now.
    await nextTurn()
  }

  /** Milliseconds an instance may still wait: once the store has kept one waiting for long, none goes on waiting. */
  #timeLeft(since: number): number {
    const { now, patience = PATIENCE, longest = LONGEST } = this.#options
    return Math.min(Math.max(since, this.#answeredAt) + patience, since + longest) - now()
  }

  /** The query itself cannot be called back: its answer is not waited for. */
  async #inTime<Answer>(query: Promise<Answer>, within: number, signal: AbortSignal): Promise<Answer> {
    const over = new AbortController()
    const stop = AbortSignal.any([over.signal, signal])
    query.catch(() => {})
    try {
      return await Promise.race([
        query,
        pause(within, stop).then(() => {
          throw new Error('the store does not answer in time')
        }),
      ])
    } finally {
      over.abort()
    }
  }

  async #histories({ machine, inputs }: ConditionInstance, since: number): Promise<(History | undefined)[]> {
    const to = this.#options.now() + 1
    const from = Math.floor(since - machine.history)
    const histories: (History | undefined)[] = []
    for (const series of inputs) histories.push(await this.#options.history(series, from, to))
    return histories
  }
}
