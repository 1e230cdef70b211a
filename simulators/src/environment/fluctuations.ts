import { autoregressiveAt, streamOf } from './hash-noise.ts'
import { memoize } from './memo.ts'

/** Slow random changes by name, the same for the same seed. Remembers what it computed: neighbours are asked for next. */
export class Fluctuations {
  private readonly processes = new Map<string, { step: number; value: (index: number) => number }>()

  constructor(readonly seed: number) {}

  /**
   * The process of that name at a time: mean 0, variance 1, forgetting within `memory` ms. A name has one memory
   * and step; those given first hold.
   */
  at(name: string, time: number, memory: number, step: number = memory / 4): number {
    let process = this.processes.get(name)
    if (process === undefined) {
      const stream = streamOf(name)
      process = {
        step,
        value: memoize((index) => autoregressiveAt(this.seed, stream, index, { step, memory }), 256),
      }
      this.processes.set(name, process)
    }
    const position = time / process.step
    const index = Math.floor(position)
    const here = process.value(index)
    return here + (position - index) * (process.value(index + 1) - here)
  }
}
