import { describe, expect, test } from '@jest/globals'
import { ByteWriter } from './binary.ts'
import {
  compare,
  EPOCH,
  type Happening,
  instanceOf,
  rule,
  run,
  STATION,
  written,
} from './timeline.fixture.ts'
import type { Transition } from './types.ts'

const hourly = compare('gt', 10, { statistic: 'percentile', percentile: 90, windowSeconds: 3600 })
const definition = rule(
  {
    kind: 'all',
    conditions: [
      hourly,
      compare('ge', 1, { property: 'pm10', statistic: 'sum', windowSeconds: 3600, aligned: true }),
    ],
  },
  { holdSeconds: 600, clearSeconds: 600 },
)
const silent = () => {}

describe('a saved machine', () => {
  const busy = () => {
    const instance = instanceOf(definition)
    for (let minute = 0; minute < 130; minute++) {
      instance.observe(0, EPOCH + minute * 60_000, 20 + (minute % 7), 1, silent)
      instance.observe(1, EPOCH + minute * 60_000, minute / 10, 2, silent)
      instance.settle(silent)
    }
    return instance
  }

  test('goes on as if nothing had happened, whatever it was doing', () => {
    const happenings: Happening[] = []
    for (let minute = 0; minute < 400; minute++) {
      happenings.push([minute * 60, minute % 200 < 100 ? 20 : 1, { together: true }])
      happenings.push([minute * 60, 1, { input: 1 }])
      if (minute % 13 === 5) happenings.push({ restart: true })
    }
    const uninterrupted = run(
      definition,
      happenings.filter((each) => !('restart' in each)),
    )
    expect(uninterrupted.length).toBeGreaterThan(1)
    expect(run(definition, happenings)).toEqual(uninterrupted)
  })

  test('is the same bytes again', () => {
    const saved = busy().snapshot()
    const other = instanceOf(definition)
    expect(other.restore(saved)).toBe(true)
    expect(other.snapshot()).toEqual(saved)
    expect(saved.length).toBeLessThan(8000)
  })

  test('with bytes left over or missing is refused, and nothing changes', () => {
    const saved = busy().snapshot()
    for (const length of [saved.length - 4 - 8, saved.length - 4 + 8]) {
      const to = new ByteWriter()
      for (let at = 0; at < length; at++) to.u8(saved[at] ?? 0)
      const other = instanceOf(definition)
      const before = other.snapshot()
      expect(other.restore(to.sealed())).toBe(false)
      expect(other.snapshot()).toEqual(before)
    }
  })

  test('tells what it knows at once', () => {
    const instance = busy()
    const other = instanceOf(definition)
    other.restore(instance.snapshot())
    expect(other.current()).toEqual(instance.current())
    expect([other.state, other.since, other.severity, other.dueAt]).toEqual([
      'firing',
      instance.since,
      'minor',
      EPOCH + 3 * 3_600_000,
    ])
  })

  test('does not fit another definition, station class or a damaged copy; then nothing changes', () => {
    const saved = busy().snapshot()
    const fresh = instanceOf(definition).snapshot()
    const edited = instanceOf(rule(hourly, { holdSeconds: 601 }))
    expect(edited.restore(saved)).toBe(false)
    expect(instanceOf(definition, undefined, { ...STATION, class: 'I' }).restore(saved)).toBe(false)
    const instance = instanceOf(definition)
    for (let at = 0; at < saved.length; at += 7) {
      const damaged = saved.slice()
      damaged[at] = (damaged[at] as number) ^ 1
      expect(instance.restore(damaged)).toBe(false)
    }
    expect(instance.restore(saved.subarray(0, saved.length - 9))).toBe(false)
    expect(instance.restore(new Uint8Array())).toBe(false)
    expect(instance.snapshot()).toEqual(fresh)
  })

  test('fits when only name and description were edited', () => {
    const renamed = { ...definition, name: 'another', description: 'text' }
    expect(instanceOf(renamed).restore(busy().snapshot())).toBe(true)
  })
})

describe('an adopted alert', () => {
  const above10 = rule(compare('gt', 10))

  test('goes on firing with its severity, and resolves', () => {
    const told: Transition[] = []
    const instance = instanceOf(above10)
    instance.adopt({ since: EPOCH - 120_000, firedAt: EPOCH - 60_000, severity: 'minor' })
    expect([instance.state, instance.since, instance.severity]).toEqual(['firing', EPOCH - 120_000, 'minor'])
    instance.observe(0, EPOCH, 12, 1, (transition) => told.push(transition))
    instance.settle((transition) => told.push(transition))
    expect(told).toEqual([])
    instance.observe(0, EPOCH + 60_000, 9, 1, (transition) => told.push(transition))
    instance.settle((transition) => told.push(transition))
    expect(told).toEqual([
      {
        kind: 'resolved',
        at: EPOCH + 60_000,
        cause: 'cleared',
        peak: 12,
        peakAt: EPOCH,
        observations: 1,
        flagged: 0,
      },
    ])
  })

  test('of a severity the rule no longer has keeps the next lower one', () => {
    const levels = [{ severity: 'severe', threshold: { kind: 'number', value: 20 } }]
    const instance = instanceOf(rule(compare('gt', 10, {}, { levels })))
    instance.adopt({ since: EPOCH, firedAt: EPOCH, severity: 'extreme' })
    expect(instance.severity).toBe('severe')
  })
})

test('observations of the episode are counted, and those whose flag is not good', () => {
  const told: Transition[] = []
  const emit = (transition: Transition) => void told.push(transition)
  const instance = instanceOf(rule(compare('gt', 10), { holdSeconds: 60 }))
  const observations = [
    [5, 1],
    [11, 3],
    [12, 1],
    [13, 2],
    [4, 1],
  ] as const
  observations.forEach(([value, quality], minute) => {
    instance.observe(0, EPOCH + minute * 60_000, value, quality, emit)
  })
  instance.settle(emit)
  expect(told.at(-1)).toMatchObject({ kind: 'resolved', observations: 3, flagged: 2, peak: 13 })
})

test('no two alerts fire at one time, so that their ids differ', () => {
  const told: string[] = []
  const emit = (transition: Transition) => void told.push(written(transition))
  const both = rule({ kind: 'all', conditions: [compare('gt', 10), compare('gt', 10, { property: 'pm10' })] })
  const instance = instanceOf(both)
  instance.observe(1, EPOCH - 60_000, 11, 1, emit)
  instance.observe(0, EPOCH, 11, 1, emit)
  instance.settle(emit)
  instance.resolve()
  instance.observe(1, EPOCH, 12, 1, emit)
  instance.settle(emit)
  expect(told).toEqual(['fired 0 since 0 minor 11'])
})

describe('warm-up', () => {
  const definition = rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 600 }))

  test('fills the windows and judges nothing', () => {
    const told: string[] = []
    const emit = (transition: Transition) => void told.push(written(transition))
    const instance = instanceOf(definition)
    for (let minute = -9; minute < 0; minute++) instance.warmUp(0, EPOCH + minute * 60_000, 20, 1)
    expect(instance.state).toBe('inactive')
    instance.observe(0, EPOCH, 0, 1, emit)
    instance.settle(emit)
    expect(told).toEqual(['fired 0 since 0 minor 18'])
  })

  test('may come after the first live observations', () => {
    const told: string[] = []
    const emit = (transition: Transition) => void told.push(written(transition))
    const instance = instanceOf(definition)
    instance.observe(0, EPOCH, 0, 1, emit)
    instance.settle(emit)
    for (let minute = -9; minute < 0; minute++) instance.warmUp(0, EPOCH + minute * 60_000, 20, 1)
    instance.observe(0, EPOCH + 1000, 7, 1, emit)
    instance.settle(emit)
    expect(told).toEqual([`fired 1 since 1 minor ${187 / 11}`])
  })

  test('needs what the longest window and the hold time reach back to', () => {
    expect(instanceOf(definition).history).toBe(600_000)
    const daily = rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 86_400, aligned: true }), {
      holdSeconds: 60,
    })
    expect(instanceOf(daily).history).toBe((2 * 86_400 + 60) * 1000)
  })
})

describe('problems', () => {
  const problems = (definition: ReturnType<typeof rule>, station = STATION) =>
    instanceOf(definition, undefined, station).problems.map(({ en, zh }) => {
      expect(zh).toMatch(/[\u4e00-\u9fff]/)
      return en
    })
  const limited = (limit: string, asOf: string | null = null) =>
    rule({ ...compare('exceeds', 0), threshold: { kind: 'limit', limit, asOf } })

  test('none', () => {
    expect(problems(limited('GB 3095-2026 / * / PM2.5 / 24h'))).toEqual([])
  })

  test.each([
    [
      'an unknown property',
      rule(compare('gt', 1, { property: 'nothing' })),
      'there is no observed property nothing',
    ],
    ['an unknown limit', limited('GB 1 / I / PM2.5 / 24h'), 'is not known'],
    ['a limit of another property', limited('GB 3095-2026 / II / SO2 / 24h'), 'does not apply to pm25'],
    [
      'a limit before it was in force',
      limited('GB 3095-2026 / II / PM2.5 / 24h', '2001-01-01'),
      'not in force on 2001-01-01',
    ],
    [
      'a category that does not exist',
      rule({
        ...compare('eq', 0, { property: 'run_state' }),
        threshold: { kind: 'category', value: 'asleep' },
      }),
      'none of its categories',
    ],
    [
      'units that cannot be converted',
      rule({
        ...compare('gt', 0),
        threshold: {
          kind: 'measure',
          measure: { property: 'temperature', statistic: 'last', windowSeconds: 60 },
        },
      }),
      'temperature cannot be compared with pm25',
    ],
  ])('%s: told, and never judged', (_, definition, expected) => {
    expect(problems(definition)).toEqual([expect.stringContaining(expected)])
    const instance = instanceOf(definition)
    instance.inputs.forEach((_, input) => {
      instance.observe(input, EPOCH, 1e6, 1, silent)
    })
    instance.settle(silent)
    expect([instance.state, instance.current().holds]).toEqual(['inactive', null])
  })

  test('a station without a class that the limit depends on', () => {
    const bare = { ...STATION, class: null }
    expect(problems(limited('GB 3095-2026 / * / PM2.5 / 24h'), bare)).toEqual([
      expect.stringContaining('the class of the station is not set'),
    ])
  })
})
