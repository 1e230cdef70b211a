import { afterEach, expect, test } from '@jest/globals'
import { T0 } from '../pipeline/spine.fixture.ts'
import { ColdStart, type History } from './cold-start.ts'
import type { ConditionInstance } from './instance.ts'
import { WarmUp, type WarmUpOptions } from './warm-up.ts'

let warmUp: WarmUp
let clock = T0
const log = { info: () => {}, warn: () => {}, error: () => {} } as never
const empty: History = {
  times: new Float64Array(0),
  values: new Float64Array(0),
  qualities: new Uint8Array(0),
}

afterEach(() => warmUp.stop())

function instances(count: number, since = clock): ConditionInstance[] {
  return Array.from({ length: count }, (_, at) => ({
    rule: 'rule',
    target: `station-${at}`,
    cold: new ColdStart(since),
    inputs: Int32Array.of(at),
    machine: { history: 0 },
  })) as unknown as ConditionInstance[]
}

/** Runs until all are warm; answers how many had a past. */
async function warmed(all: ConditionInstance[], options: Partial<WarmUpOptions>): Promise<number> {
  let left = all.length
  let known = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  warmUp = new WarmUp({
    history: async () => empty,
    storedUpTo: () => Number.POSITIVE_INFINITY,
    now: () => clock,
    log,
    warm: (instance, histories) => {
      instance.cold = null
      if (histories.length > 0) known++
      if (--left === 0) resolve()
    },
    ...options,
  })
  warmUp.start()
  warmUp.add(all)
  await promise
  return known
}

test('a store that does not answer keeps none waiting for longer than the first', async () => {
  let asked = 0
  const history = () => {
    asked++
    return new Promise<never>(() => {})
  }
  const known = await warmed(instances(500, Date.now()), { history, now: Date.now, patience: 30 })
  expect(known).toBe(0)
  expect(warmUp.withoutPast).toBe(500)
  // Each of those who fetch asks once or, when its time is not quite over, twice.
  expect(asked).toBeLessThanOrEqual(4)
})

test('a slow store is asked for as long as it answers, up to a limit', async () => {
  const history = async () => {
    clock += 40_000
    return empty
  }
  // Two more than the limit allows: the others go on without their past.
  const known = await warmed(instances(20), { history, patience: 60_000, longest: 300_000 })
  expect(known).toBeGreaterThan(5)
  expect(known).toBeLessThan(12)
  expect(warmUp.withoutPast).toBe(20 - known)
})

test('a store that fails is asked again', async () => {
  let asked = 0
  const history = async () => {
    if (++asked === 1) throw new Error('not now')
    return empty
  }
  expect(await warmed(instances(3), { history })).toBe(3)
  expect(warmUp.failures).toBe(1)
})
