import { expect, test } from '@jest/globals'
import type { PropertyView } from '@osprey/core/api'
import type { AlertDetailView } from '@osprey/core/api/alerts'
import { type RuleDefinitionInput, ruleDefinition } from '@osprey/core/api/rules'
import { alertFixture } from './alerts.fixture.ts'
import { clearThresholds, eventPlan, eventSeries, eventWindow } from './event-plan.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const PM25 = { id: 'pm25', kind: 'number', unit: 'ug/m3' } as PropertyView
const START = Date.parse('2026-11-22T03:00:00Z')

const detail = (change: Partial<AlertDetailView> = {}): AlertDetailView => ({
  ...alertFixture(),
  sentence: { en: '', zh: '' },
  instruction: '',
  evidence: { items: [], readings: [] },
  events: [],
  next: null,
  similar: [],
  now: null,
  ...change,
})

test('the window shows what led to the alert and what followed', () => {
  const resolved = detail({ resolvedAt: '2026-11-22T05:00:00Z' })
  expect(eventWindow(resolved, START + DAY)).toEqual({ from: START - 72 * MINUTE, to: START + 192 * MINUTE })
  // A young alert has at least half an hour around it, and nothing of the future.
  expect(eventWindow(detail(), START + 5 * MINUTE)).toEqual({
    from: START - 30 * MINUTE,
    to: START + 5 * MINUTE,
  })
})

test('a long averaging window is in sight as a whole', () => {
  const item = { windowSeconds: 86_400 } as AlertDetailView['evidence']['items'][number]
  const alert = detail({ evidence: { items: [item], readings: [] } })
  expect(eventWindow(alert, START + MINUTE).from).toBe(START - DAY)
})

test('long alerts are read as aggregates', () => {
  expect(eventPlan(DAY, PM25)).toMatchObject({ span: DAY, every: null })
  expect(eventPlan(5 * DAY, PM25)).toMatchObject({ span: 5 * DAY, every: '15m' })
  expect(eventPlan(60 * DAY, PM25)).toMatchObject({ every: '1h' })
})

test('the series of the evidence are shown, of missing data those that are missing', () => {
  const of = (station: string, property: string) => ({ station, property }) as never
  const alert = detail({
    evidence: {
      items: [of('st-1', 'pm25'), of('st-2', 'pm25'), of('st-1', 'pm25')],
      readings: [of('st-1', 'pm25')],
    },
  })
  expect(eventSeries(alert, [])).toEqual([
    { station: 'st-1', property: 'pm25' },
    { station: 'st-2', property: 'pm25' },
  ])
  expect(eventSeries(detail(), ['pm25', 'o3'])).toHaveLength(2)
  expect(eventSeries(detail({ property: 'o3' }), ['pm25', 'o3'])).toEqual([
    { station: 'st-1', property: 'o3' },
  ])
  expect(eventSeries(detail({ station: null }), [])).toEqual([])
})

test('clear thresholds are found anywhere in the condition', () => {
  const compare = (property: string, clear: unknown) => ({
    kind: 'comparison',
    measure: { property, statistic: 'last', windowSeconds: 600 },
    operator: 'gt',
    threshold: { kind: 'number', value: 75 },
    clear,
  })
  const definition = ruleDefinition.parse({
    name: 'r',
    severity: 'minor',
    scope: {},
    trigger: {
      kind: 'condition',
      condition: {
        kind: 'any',
        conditions: [
          compare('pm25', { kind: 'number', value: 60 }),
          { kind: 'not', condition: compare('pm25', null) },
          compare('o3', { kind: 'number', value: 70 }),
        ],
      },
    },
  } as RuleDefinitionInput)
  expect(clearThresholds(definition, 'pm25')).toEqual([60])
})
