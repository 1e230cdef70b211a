import type { DatastreamRegistration, Resolver } from './resolver.ts'
import { Backoff, type Log, pause, Wakeup } from './retry.ts'

export type CreateDatastreams = (
  wanted: { station: string; property: string }[],
) => Promise<DatastreamRegistration[]>

/**
 * Most datastreams asked for in one call: each answer sets off a look through all held readings, so few answers
 * are better. After a failure fewer are asked for, so that one that cannot be made does not stop all.
 */
const MOST_AT_ONCE = 20_000
const RETRY_FIRST = 100
const RETRY_LONGEST = 10_000

/**
 * Creates the datastreams of readings that are the first of their kind, beside the pipeline: it does not wait
 * for them, and readings of other datastreams pass.
 */
export class DatastreamCreation {
  readonly #resolver: Resolver
  readonly #create: CreateDatastreams
  readonly #log: Log
  readonly #wanted = new Set<number>()
  readonly #backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST)
  readonly #wakeup = new Wakeup()
  #abort = new AbortController()
  #task: Promise<void> | undefined
  #atOnce = MOST_AT_ONCE
  #created = 0
  #lastError: string | undefined

  constructor(options: { resolver: Resolver; create: CreateDatastreams; log: Log }) {
    this.#resolver = options.resolver
    this.#create = options.create
    this.#log = options.log
  }

  /** Asks for the datastream of a series slot; again and again is the same as once. */
  want(series: number): void {
    if (this.#wanted.has(series)) return
    this.#wanted.add(series)
    this.#wakeup.wake()
  }

  start(): void {
    this.#abort = new AbortController()
    this.#task = this.#run(this.#abort.signal)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#wakeup.wake()
    await this.#task
  }

  stats(): { wanted: number; created: number; lastError: string | undefined } {
    return { wanted: this.#wanted.size, created: this.#created, lastError: this.#lastError }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const slots = this.#take()
      if (slots.length === 0) {
        await this.#wakeup.wait()
        continue
      }
      try {
        await this.#createAll(slots)
        this.#atOnce = Math.min(MOST_AT_ONCE, this.#atOnce * 4)
      } catch (error) {
        this.#failed(error as Error)
        this.#atOnce = Math.ceil(this.#atOnce / 4)
      }
      if (this.#putBack(slots)) await pause(this.#backoff.next(), signal)
      else this.#backoff.reset()
    }
  }

  async #createAll(slots: readonly number[]): Promise<void> {
    const list = slots.map((slot) => ({
      station: this.#resolver.stationOfSeries(slot).id,
      property: this.#resolver.propertyOfSeries(slot).id,
    }))
    const created = await this.#create(list)
    for (const datastream of created) this.#resolver.setDatastream(datastream)
    this.#created += created.length
    for (const slot of slots) if (this.#resolver.seriesDatastream[slot] !== 0) this.#wanted.delete(slot)
    this.#lastError = undefined
  }

  /** Wanted series that can have a datastream; those of removed stations are no longer wanted. */
  #take(): number[] {
    const slots: number[] = []
    for (const slot of this.#wanted) {
      const exists = this.#resolver.seriesDatastream[slot] !== 0
      if (exists || !this.#resolver.stationOfSeries(slot).present) this.#wanted.delete(slot)
      else if (slots.push(slot) === this.#atOnce) break
    }
    return slots
  }

  /** Puts what was not created behind the others; answers whether there was any. */
  #putBack(slots: readonly number[]): boolean {
    const left = slots.filter((slot) => this.#wanted.delete(slot))
    for (const slot of left) this.#wanted.add(slot)
    return left.length > 0
  }

  #failed(error: Error): void {
    if (this.#lastError !== error.message) {
      this.#log.warn({ wanted: this.#wanted.size, error: error.message }, 'datastreams cannot be created yet')
    }
    this.#lastError = error.message
  }
}
