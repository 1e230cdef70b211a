import { describe, expect, test } from '@jest/globals'
import type { RuleDefinition } from '../api/rules.ts'
import { compare, EPOCH, instanceOf, rule, run, STATION } from './timeline.fixture.ts'

const HOUR = 3600
const silent = () => {}
/** Three of the four quarters of an hour must hold an observation. */
const QUARTERS = { statistic: 'mean', windowSeconds: HOUR, slotSeconds: 900, minimumCoverage: 0.75 }
const meanOfQuarters = rule(compare('gt', 10, QUARTERS))

/** Whether it says that it cannot judge, at every hour from the first observation on. */
function unknownAt(
  definition: RuleDefinition,
  observations: readonly (readonly [second: number, value: number, input?: number])[],
  seconds: readonly number[],
  restarts = false,
): boolean[] {
  let instance = instanceOf(definition)
  let next = 0
  return seconds.map((second) => {
    for (; next < observations.length; next++) {
      const [at, value, input = 0] = observations[next] as [number, number, number?]
      if (at > second) break
      instance.observe(input, EPOCH + at * 1000, value, 1, silent)
      instance.settle(silent)
    }
    instance.advance(EPOCH + second * 1000, silent)
    if (restarts) {
      const saved = instance.snapshot()
      instance = instanceOf(definition)
      instance.restore(saved)
    }
    return instance.isUnknownAt(EPOCH + second * 1000)
  })
}

const every = (seconds: number, count: number, value = 20) =>
  Array.from({ length: count }, (_, index) => [index * seconds, value] as const)
const HOURS = [0, 1, 2, 3, 4].map((hour) => hour * HOUR)

describe('a rule that gets observations and cannot judge', () => {
  test.each([false, true])('says so once its window had the time to fill; restarts: %p', (restarts) => {
    expect(unknownAt(meanOfQuarters, every(HOUR, 5), HOURS, restarts)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ])
    expect(unknownAt(meanOfQuarters, every(900, 20), HOURS, restarts)).toEqual(HOURS.map(() => false))
  })

  test('says no more when nothing comes in, and waits for its window again when it does', () => {
    const observations = [
      ...every(HOUR, 3),
      ...every(HOUR, 3).map(([at, value]) => [at + 10 * HOUR, value] as const),
    ]
    const hours = [2, 4, 5, 10, 11, 12].map((hour) => hour * HOUR)
    expect(unknownAt(meanOfQuarters, observations, hours)).toEqual([true, true, false, false, true, true])
  })

  test('waits for the first whole one of aligned windows', () => {
    const aligned = rule(compare('gt', 10, { ...QUARTERS, aligned: true }))
    const observations = every(HOUR, 5).map(([at, value]) => [at + 1800, value] as const)
    const hours = HOURS.map((at) => at + 1800)
    expect(unknownAt(aligned, observations, hours)).toEqual([false, false, true, true, true])
  })

  test('says so of an input that is never told', () => {
    const both = rule({
      kind: 'all',
      conditions: [compare('gt', 10), compare('gt', 10, { property: 'pm10' })],
    })
    expect(unknownAt(both, every(HOUR, 3), HOURS.slice(0, 3))).toEqual([false, true, true])
    // What is false whatever the other says is known.
    expect(unknownAt(both, every(HOUR, 3, 5), HOURS.slice(0, 3))).toEqual([false, false, false])
  })

  test('says nothing of the hours in which it is not to judge', () => {
    const night = rule(
      compare('gt', 10),
      {},
      {
        schedule: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '23:00' }],
      },
    )
    expect(unknownAt(night, every(HOUR, 5), HOURS)).toEqual(HOURS.map(() => false))
  })

  test('says nothing of what is told as a problem', () => {
    const definition = rule(compare('gt', 10, { property: 'state' }))
    const instance = instanceOf(definition, new Set(), STATION, () => undefined)
    expect(instance.problems).toHaveLength(1)
    expect(instance.isUnknownAt(EPOCH)).toBe(false)
  })
})

test('a legal limit beside another condition waits for its first window', () => {
  const daily = {
    kind: 'comparison',
    measure: { property: 'pm25', statistic: 'mean', windowSeconds: 24 * HOUR, aligned: true },
    operator: 'exceeds',
    threshold: { kind: 'limit', limit: 'GB 3095-2026 / II / PM2.5 / 24h' },
  } as const
  const told = run(rule({ kind: 'any', conditions: [compare('gt', 500), daily] }), [
    [HOUR, 100],
    [2 * HOUR, 600],
    { advance: 24 * HOUR },
  ])
  expect(told).toEqual(['fired 7200 since 7200 minor 600'])
})
