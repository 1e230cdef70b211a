import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type RuleDefinition, ruleDefinition } from '../api/rules.ts'
import { type InputColumns, replayInstance, replaySteps } from './replay.ts'
import { type ConditionInput, compare, EPOCH, instanceOf, rule } from './timeline.fixture.ts'
import type { Transition } from './types.ts'

const statistic = fc.constantFrom(
  'last',
  'mean',
  'min',
  'max',
  'sum',
  'count',
  'rate',
  'stddev',
  'percentile',
)
const measure = fc
  .record({
    statistic,
    property: fc.constantFrom('pm25', 'pm10'),
    windowSeconds: fc.constantFrom(60, 600, 3600, 7200, 86_400),
    aligned: fc.boolean(),
    slotSeconds: fc.constantFrom(undefined, 1, 60),
    minimumCoverage: fc.constantFrom(0, 0, 0, 0.05, 0.5),
    meanOf: fc.constantFrom('observations', 'slots'),
    percentile: fc.constantFrom(0, 50, 98),
  })
  .map(({ aligned, percentile, slotSeconds, ...rest }) => ({
    ...rest,
    aligned: aligned && rest.statistic !== 'last',
    ...(slotSeconds === undefined ||
    rest.windowSeconds % slotSeconds !== 0 ||
    rest.windowSeconds / slotSeconds > 1500
      ? {}
      : { slotSeconds }),
    ...(rest.statistic === 'percentile' ? { percentile } : {}),
  }))
const value = fc.nat(6)
const number = value.map((each) => ({ kind: 'number', value: each }))
const comparison = fc
  .record({
    measure,
    operator: fc.constantFrom('gt', 'ge', 'lt', 'le', 'eq', 'ne'),
    threshold: fc.oneof(number, fc.record({ kind: fc.constant('measure'), measure, offset: value })),
    clear: fc.option(number),
    severe: fc.option(number),
  })
  .map(({ severe, ...rest }) => ({
    kind: 'comparison',
    ...rest,
    levels: severe === null ? [] : [{ severity: 'severe', threshold: severe }],
  }))
const condition = fc.oneof(
  { weight: 2, arbitrary: comparison },
  fc.record({
    kind: fc.constantFrom('all', 'any'),
    conditions: fc.array(comparison, { minLength: 1, maxLength: 3 }),
  }),
  comparison.map((each) => ({ kind: 'not', condition: each })),
) as unknown as fc.Arbitrary<ConditionInput>
/** Without clear thresholds and levels where they would be on the wrong side. */
function withSoundSides(input: ConditionInput): ConditionInput {
  const sound = ruleDefinition.safeParse({
    name: 'rule',
    severity: 'minor',
    scope: {},
    trigger: { kind: 'condition', condition: input },
  })
  if (sound.success) return input
  return JSON.parse(
    JSON.stringify(input, (name, part) => (name === 'levels' ? [] : name === 'clear' ? null : part)),
  )
}
const lengths = fc.constantFrom(0, 0, 0, 60, 600)
const definitions: fc.Arbitrary<RuleDefinition> = fc
  .record({
    condition,
    holdSeconds: lengths,
    clearSeconds: lengths,
    keepFiringSeconds: lengths,
    gapSeconds: fc.constantFrom(120, 3600, 86_400),
    timeZone: fc.constantFrom('Asia/Shanghai', 'UTC', 'Europe/Berlin'),
    hours: fc.option(fc.constantFrom({ from: '00:00', to: '08:30' }, { from: '20:00', to: '03:00' }), {
      freq: 1,
    }),
  })
  .map(({ condition, timeZone, hours, ...trigger }) =>
    rule(withSoundSides(condition), trigger, {
      timeZone,
      schedule: hours === null ? null : [{ days: [1, 2, 3, 4, 5, 6, 7], ...hours }],
    }),
  )

/** Something observed a while after what was before it, of one property or both at once. */
const observation = fc.record({
  after: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 120_000 }) },
    { weight: 3, arbitrary: fc.constantFrom(1000, 60_000, 600_000) },
    { weight: 1, arbitrary: fc.constantFrom(1_000_000, 10_000_000, 40_000_000) },
  ),
  values: fc.tuple(fc.option(value, { freq: 4 }), fc.option(value, { freq: 2 })),
  quality: fc.constantFrom(1, 1, 1, 2, 3, 4, 9),
  /** What happens to the live machine before it comes. */
  before: fc.constantFrom('nothing', 'nothing', 'settle', 'advance', 'advance half-way', 'restart'),
})

describe('backtest and live are the same', () => {
  test('for random rules and series, wherever it is settled, advanced or restarted in between', () => {
    let transitions = 0
    fc.assert(
      fc.property(
        definitions,
        fc.array(observation, { minLength: 1, maxLength: 120, size: 'max' }),
        (definition, observations) => {
          let live = instanceOf(definition)
          const inputs = live.inputs
          const told: Transition[] = []
          const emit = (transition: Transition) => void told.push(transition)
          const rows = inputs.map(() => [] as [number, number, number][])
          let now = EPOCH
          for (const { after, values, quality, before } of observations) {
            const previous = now
            now += after
            if (before === 'settle') live.settle(emit)
            if (before === 'advance') live.advance(now, emit)
            if (before === 'advance half-way') live.advance(previous + after / 2, emit)
            if (before === 'restart') {
              const saved = live.snapshot()
              live = instanceOf(definition)
              expect(live.restore(saved)).toBe(true)
            }
            inputs.forEach(({ property }, input) => {
              const observed = property === 'pm25' ? values[0] : values[1]
              if (observed === null) return
              live.observe(input, now, observed, quality, emit)
              rows[input]?.push([now, observed, quality])
            })
          }
          const to = now + 10_000_000
          live.advance(to, emit)

          const replayed: Transition[] = []
          replayInstance(
            instanceOf(definition),
            columnsOf(rows),
            { from: EPOCH, to },
            (each) => void replayed.push(each),
          )
          expect(replayed).toEqual(told)
          transitions += told.length
        },
      ),
      { numRuns: 200 },
    )
    expect(transitions).toBeGreaterThan(100)
  })
})

function columnsOf(rows: [number, number, number][][]): InputColumns[] {
  return rows.map((each, input) => ({
    input,
    times: Float64Array.from(each, ([time]) => time),
    values: Float64Array.from(each, ([, observed]) => observed),
    qualities: Uint8Array.from(each, ([, , quality]) => quality),
  }))
}

describe('a range', () => {
  const definition = rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 600 }))
  const minutes = (values: number[]) =>
    columnsOf([values.map((each, minute) => [EPOCH + minute * 60_000, each, 1])])
  const at = (minute: number) => EPOCH + minute * 60_000
  const replay = (values: number[], from: number, to: number, of = definition) => {
    const told: string[] = []
    const observations = replayInstance(
      instanceOf(of),
      minutes(values),
      { from: at(from), to: at(to) },
      (each) => told.push(`${each.kind} ${(each.at - EPOCH) / 60_000}`),
    )
    return { told, observations }
  }

  test('what is before it fills the windows; what is under way fires at the first look', () => {
    expect(replay([20, 20, 20, 20, 0, 0, 0, 0], 2, 100)).toEqual({
      told: ['fired 2', 'resolved 7'],
      observations: 8,
    })
    expect(replay([20, 20, 0, 0, 0], 2, 100).told).toEqual(['fired 2', 'resolved 3'])
  })

  test('its end is excluded', () => {
    expect(replay([0, 0, 90], 0, 2)).toEqual({ told: [], observations: 2 })
  })

  test('windows that ended before it or at its start are not judged, those that end with it are', () => {
    const hourly = rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true }))
    const values = Array.from({ length: 180 }, () => 20)
    expect(replay(values, 60, 120, hourly).told).toEqual(['fired 120'])
    expect(replay(values, 61, 119, hourly).told).toEqual([])
  })

  test('the progress is told, and it can be stopped', () => {
    const steps = replaySteps(
      instanceOf(definition),
      minutes([1, 2, 3, 4, 5]),
      { from: at(0), to: at(9) },
      () => {},
      2,
    )
    expect([...steps]).toEqual([2, 4])
  })
})
