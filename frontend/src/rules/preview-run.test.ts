import { expect, test } from '@jest/globals'
import type { RuleContext, StationFacts } from '@osprey/core/alerting/types'
import type { PropertyView } from '@osprey/core/api'
import type { Comparison, RuleDefinition } from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import { emptyComparison, withLimit } from './comparison-edit.ts'
import { emptyDefinition } from './definition-edit.ts'
import { type Columns, inputsOf, previewCondition, previewNoData, thresholdLines } from './preview-run.ts'

const PM25 = propertyById('pm25') as unknown as PropertyView
const MINUTE = 60_000
const NOON = Date.UTC(2026, 10, 22, 12)
const station: StationFacts = {
  id: 'st-1',
  name: 'One',
  medium: 'air',
  site: null,
  class: 'II',
  jurisdictions: [],
  attributes: {},
}
const context: RuleContext = { property: propertyById, holidays: new Set() }
const target = { station, other: null, context }

function definition(change: Partial<Comparison>): RuleDefinition {
  const base = emptyDefinition(PM25, 'UTC')
  if (base.trigger.kind !== 'condition') throw new Error('no condition')
  const comparison = { ...emptyComparison(PM25), ...change }
  return { ...base, name: 'x', trigger: { ...base.trigger, condition: comparison } }
}

/** One value a minute before noon, the last at noon. */
function columns(values: number[]): Columns {
  return {
    times: Float64Array.from(values, (_, at) => NOON - (values.length - 1 - at) * MINUTE),
    values: Float64Array.from(values),
    qualities: new Uint8Array(values.length).fill(1),
  }
}

const LAST = { ...emptyComparison(PM25).measure, statistic: 'last' as const, windowSeconds: 600 }

test('the browser finds the firings and the values that were compared', () => {
  const rule = definition({ measure: LAST, threshold: { kind: 'number', value: 75 } })
  expect(inputsOf(rule, target).inputs).toEqual([{ of: 'station', property: 'pm25' }])
  const run = previewCondition(rule, target, [columns([10, 80, 90, 20, 80])], {
    from: NOON - 10 * MINUTE,
    to: NOON + 1,
  })
  expect(run.firings).toEqual([
    { fired: NOON - 3 * MINUTE, end: NOON - MINUTE, severity: 'moderate' },
    { fired: NOON, end: null, severity: 'moderate' },
  ])
  expect(run.watched.values).toEqual([10, 80, 90, 20, 80])
})

test('a higher level raises the firing', () => {
  const rule = definition({
    measure: LAST,
    threshold: { kind: 'number', value: 75 },
    levels: [{ severity: 'extreme', threshold: { kind: 'number', value: 150 } }],
  })
  const run = previewCondition(rule, target, [columns([80, 200, 10])], {
    from: NOON - 10 * MINUTE,
    to: NOON + 1,
  })
  expect(run.firings).toMatchObject([{ severity: 'extreme', end: NOON }])
})

test('lines stand where the thresholds are, limits by the class of the station', () => {
  const limited = definition(withLimit(emptyComparison(PM25), 'GB 3095-2026 / * / PM2.5 / 24h'))
  const [line] = thresholdLines(limited, target, NOON)
  expect(line?.value).toBeGreaterThan(0)
  expect(thresholdLines(limited, { ...target, station: { ...station, class: null } }, NOON)).toEqual([])
  const ranged = definition({
    operator: 'outside',
    threshold: { kind: 'range', low: 6, high: 9 },
    clear: { kind: 'range', low: 6.5, high: 8.5 },
  })
  expect(thresholdLines(ranged, target, NOON).map(({ kind, value }) => [kind, value])).toEqual([
    ['threshold', 6],
    ['threshold', 9],
    ['clear', 6.5],
    ['clear', 8.5],
  ])
})

test('another series of the rule has the lines of its own comparison', () => {
  const base = definition({ measure: LAST, threshold: { kind: 'number', value: 75 } })
  if (base.trigger.kind !== 'condition') throw new Error('no condition')
  const no2: Comparison = {
    ...emptyComparison({ id: 'no2', kind: 'number' }),
    threshold: { kind: 'number', value: 40 },
  }
  const rule: RuleDefinition = {
    ...base,
    trigger: { ...base.trigger, condition: { kind: 'all', conditions: [base.trigger.condition, no2] } },
  }
  const input = { of: 'station' as const, property: 'no2' }
  expect(thresholdLines(rule, target, NOON, input).map(({ value }) => value)).toEqual([40])
  expect(thresholdLines(rule, target, NOON).map(({ value }) => value)).toEqual([75])
})

test('silences are found as well', () => {
  const rule: RuleDefinition = {
    ...emptyDefinition(PM25, 'UTC'),
    trigger: { kind: 'no_data', per: 'station', properties: null, graceSeconds: 600 },
  }
  const heard = { ...columns([1, 1]), times: Float64Array.of(NOON - 60 * MINUTE, NOON - 30 * MINUTE) }
  expect(previewNoData(rule, [heard], { from: NOON - 120 * MINUTE, to: NOON })).toEqual([
    { fired: NOON - 50 * MINUTE, end: NOON - 30 * MINUTE, severity: 'moderate' },
    { fired: NOON - 20 * MINUTE, end: null, severity: 'moderate' },
  ])
})
