import { expect, test } from '@jest/globals'
import type { PropertyView } from '@osprey/core/api'
import { type Comparison, type Condition, ruleDefinition } from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import {
  emptyComparison,
  freeSeverities,
  limitChoices,
  operatorsFor,
  withLimit,
  withOperator,
  withProperty,
  withStatistic,
  withThresholdKind,
} from './comparison-edit.ts'
import {
  emptyDefinition,
  idFrom,
  needsPairs,
  sameDefinition,
  withCondition,
  without,
  withSeverity,
  withSibling,
} from './definition-edit.ts'

const property = (id: string): PropertyView => {
  const found = propertyById(id)
  if (found === undefined) throw new Error(`no property ${id}`)
  return found as unknown as PropertyView
}
const PM25 = property('pm25')
const mediumOf = (id: string) => propertyById(id)?.media[0]
const above = (value: number): Comparison => ({
  ...emptyComparison(PM25),
  threshold: { kind: 'number', value },
})

test('a new rule needs only a name and a number to be right', () => {
  const empty = emptyDefinition(PM25, 'Asia/Shanghai')
  const parsed = ruleDefinition.safeParse(empty)
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([
    'name',
    'name',
    'trigger.condition.threshold.value',
  ])
  const filled = { ...empty, name: 'x', trigger: { ...empty.trigger, condition: above(75) } }
  expect(ruleDefinition.safeParse(filled).success).toBe(true)
})

test('another property keeps the window and drops the threshold of the old unit', () => {
  const changed = withProperty(above(75), property('no2'))
  expect(changed.measure).toMatchObject({ property: 'no2', statistic: 'mean', windowSeconds: 3600 })
  expect(changed.threshold).toEqual({ kind: 'number', value: Number.NaN })
})

test('the operator decides the kind of threshold; levels and the clear side of another kind go', () => {
  const levelled: Comparison = {
    ...above(75),
    levels: [{ severity: 'severe', threshold: { kind: 'number', value: 150 } }],
    clear: { kind: 'number', value: 60 },
  }
  expect(withOperator(levelled, 'ge', PM25)).toEqual({ ...levelled, operator: 'ge' })
  expect(withOperator(levelled, 'outside', PM25)).toMatchObject({
    operator: 'outside',
    threshold: { kind: 'range' },
    levels: [],
    clear: null,
  })
})

test('a percentile comes and goes with its statistic', () => {
  const some = withStatistic(above(75), 'percentile', PM25)
  expect(some.measure.percentile).toBe(95)
  expect('percentile' in withStatistic(some, 'max', PM25).measure).toBe(false)
  const aligned = { ...above(75), measure: { ...above(75).measure, aligned: true } }
  expect(withStatistic(aligned, 'last', PM25).measure.aligned).toBe(false)
})

test('a limit brings the averaging of its standard', () => {
  const chosen = withLimit(withOperator(above(75), 'exceeds', PM25), 'GB 3095-2026 / II / PM2.5 / 24h')
  expect(chosen).toMatchObject({
    operator: 'exceeds',
    measure: { statistic: 'mean', windowSeconds: 86_400, aligned: true, meanOf: 'slots' },
    threshold: { kind: 'limit', limit: 'GB 3095-2026 / II / PM2.5 / 24h' },
  })
})

test('the time zone follows a newly chosen limit, and is left alone afterwards', () => {
  const definition = emptyDefinition(PM25, 'Europe/Berlin')
  const limited = withLimit(above(75), 'GB 3095-2026 / II / PM2.5 / 24h')
  const chosen = withCondition(definition, limited, mediumOf)
  expect(chosen.timeZone).toBe('Asia/Shanghai')
  expect(
    withCondition({ ...chosen, timeZone: 'UTC' }, withSibling(limited, above(3)), mediumOf).timeZone,
  ).toBe('UTC')
})

test('a rule for one medium follows its property to another one', () => {
  const definition = emptyDefinition(PM25, 'UTC')
  expect(definition.scope.media).toEqual(['air'])
  const noise = withProperty(above(75), property('laeq'))
  expect(withCondition(definition, noise, mediumOf).scope.media).toEqual(['noise'])
  const both = { ...definition, scope: { ...definition.scope, media: ['air' as const, 'soil' as const] } }
  expect(withCondition(both, noise, mediumOf).scope.media).toEqual(['air', 'soil'])
})

test('only limits that a rule can judge are offered, the station’s own class first', () => {
  const choices = limitChoices('pm25')
  expect(choices[0]).toMatchObject({ name: 'GB 3095-2026 / * / PM2.5 / 24h', class: null })
  expect(choices.some(({ averaging }) => averaging === 'annual')).toBe(false)
  expect(new Set(choices.map(({ name }) => name)).size).toBe(choices.length)
  expect(operatorsFor(above(1).measure, PM25)).toContain('exceeds')
  expect(
    operatorsFor(emptyComparison(property('pump_running')).measure, property('pump_running')),
  ).not.toContain('exceeds')
})

test('comparing with another measure begins with the same one', () => {
  const paired = withThresholdKind(above(75), 'measure', PM25)
  expect(paired.threshold).toMatchObject({ kind: 'measure', measure: { property: 'pm25' }, factor: 1 })
  const definition = emptyDefinition(PM25, 'UTC')
  const of = (condition: Condition) => ({ ...definition, trigger: { ...definition.trigger, condition } })
  expect(needsPairs(of(paired) as typeof definition)).toBe(false)
  if (paired.threshold.kind === 'measure') paired.threshold.measure.of = 'other'
  expect(needsPairs(of(paired) as typeof definition)).toBe(true)
})

test('groups grow from one condition and shrink to one', () => {
  const two = withSibling(above(1), above(2))
  expect(two).toMatchObject({ kind: 'all', conditions: [{}, {}] })
  if (two.kind !== 'all') throw new Error('not a group')
  expect(without(two, 0)).toEqual(above(2))
  expect(withSibling(two, above(3))).toMatchObject({ conditions: [{}, {}, {}] })
})

test('levels stay above the severity of the rule', () => {
  const levelled: Comparison = {
    ...above(75),
    levels: [{ severity: 'severe', threshold: { kind: 'number', value: 1 } }],
  }
  expect(freeSeverities(levelled, 'moderate')).toEqual(['extreme'])
  const definition = emptyDefinition(PM25, 'UTC')
  if (definition.trigger.kind !== 'condition') throw new Error('no condition')
  definition.trigger.condition = levelled
  expect(withSeverity(definition, 'severe').trigger).toMatchObject({ condition: { levels: [] } })
  expect(withSeverity(definition, 'minor').trigger).toMatchObject({ condition: { levels: [{}] } })
})

test('an id is made from the name', () => {
  expect(idFrom('PM2.5 – daily mean (Class II)', new Set())).toBe('pm2-5-daily-mean-class-ii')
  expect(idFrom('日均值', new Set(['rule']))).toBe('rule-2')
  expect(idFrom('x'.repeat(100), new Set()).length).toBeLessThanOrEqual(64)
})

test('a definition equals itself in any order of its fields', () => {
  const one = emptyDefinition(PM25, 'UTC')
  const { name, ...rest } = one
  expect(sameDefinition(one, { ...rest, name })).toBe(true)
  expect(sameDefinition(one, { ...one, severity: 'minor' })).toBe(false)
})
