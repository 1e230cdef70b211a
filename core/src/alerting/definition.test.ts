import { describe, expect, test } from '@jest/globals'
import { ruleDefinition } from '../api/rules.ts'
import { type ConditionInput, compare } from './timeline.fixture.ts'

/** What is wrong with a rule about this condition, as `path: expected`. */
function problems(condition: object): string[] {
  const parsed = ruleDefinition.safeParse({
    name: 'rule',
    severity: 'minor',
    scope: {},
    trigger: { kind: 'condition', condition: condition as ConditionInput },
  })
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`)
}

const number = (value: number) => ({ kind: 'number', value })
const range = (low: number, high: number) => ({ kind: 'range', low, high })
const mean = { property: 'pm25', statistic: 'mean', windowSeconds: 86_400 }
const times = (factor: number, offset = 0) => ({ kind: 'measure', measure: mean, factor, offset })
const severe = (threshold: object) => [{ severity: 'severe', threshold }]
const not = (condition: object) => ({ kind: 'not', condition })
const within = (operator: string, more: object) => ({
  ...compare(operator, 0),
  threshold: range(6, 9),
  ...more,
})
const CLEARS = ': the alert must not clear while it would fire'

describe('the sides of thresholds', () => {
  test.each<[string, object, string[]]>([
    ['above: clears below', compare('gt', 60, {}, { clear: number(50) }), []],
    ['above: clears at the same', compare('gt', 60, {}, { clear: number(60) }), []],
    [
      'above: clears above',
      compare('gt', 60, {}, { clear: number(80) }),
      [`clear.value: at most 60${CLEARS}`],
    ],
    [
      'below: clears below',
      compare('lt', 60, {}, { clear: number(50) }),
      [`clear.value: at least 60${CLEARS}`],
    ],
    ['not above: clears above', not(compare('gt', 60, {}, { clear: number(80) })), []],
    [
      'not above: clears below',
      not(compare('gt', 60, {}, { clear: number(50) })),
      [`condition.clear.value: at least 60${CLEARS}`],
    ],
    ['above: a worse level', compare('gt', 60, {}, { levels: severe(number(90)) }), []],
    [
      'above: a milder level',
      compare('gt', 60, {}, { levels: severe(number(30)) }),
      ['levels.0.threshold.value: more than 60, from which on the alert fires'],
    ],
    [
      'below: the same level',
      compare('le', 60, {}, { levels: severe(number(60)) }),
      ['levels.0.threshold.value: less than 60, from which on the alert fires'],
    ],
    ['outside a range: clears within', within('outside', { clear: range(6.5, 8.5) }), []],
    [
      'outside a range: clears around',
      within('outside', { clear: range(5, 8.5) }),
      [`clear.low: a range that lies within 6 to 9${CLEARS}`],
    ],
    [
      'inside a range: clears within',
      within('inside', { clear: range(6.5, 8.5) }),
      [`clear.low: a range that holds 6 to 9${CLEARS}`],
    ],
    ['outside a range: a wider level', within('outside', { levels: severe(range(4, 10)) }), []],
    [
      'outside a range: a narrower level',
      within('outside', { levels: severe(range(7, 8)) }),
      ['levels.0.threshold.low: a range wider than 6 to 9'],
    ],
    [
      'another measure: clears at a smaller factor',
      compare('gt', 0, {}, { threshold: times(5, 100), clear: times(3, 100) }),
      [],
    ],
    [
      'another measure: clears at a greater offset',
      compare('gt', 0, {}, { threshold: times(5), clear: times(5, 10) }),
      [`clear.offset: at most 0${CLEARS}`],
    ],
    [
      'another measure: factor and offset on different sides cannot be told',
      compare('gt', 0, {}, { threshold: times(5), clear: times(3, 10) }),
      [],
    ],
  ])('%s', (_, condition, expected) => {
    expect(problems(condition)).toEqual(expected)
  })
})

describe('windows', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['an aligned hour', { aligned: true, statistic: 'mean', windowSeconds: 3600 }, []],
    [
      'an aligned window that does not divide an hour',
      { aligned: true, statistic: 'mean', windowSeconds: 2700 },
      [
        'measure.windowSeconds: with a clock-aligned window 1, 5, 10, 15, 20 or 30 min, 1, 2, 3, 4, 6, 8 or 12 h, 1 day or 7 days',
      ],
    ],
    ['a rolling one of any length', { statistic: 'mean', windowSeconds: 2700 }, []],
    [
      'slots that would make the window longer',
      { statistic: 'mean', windowSeconds: 3600, slotSeconds: 1000 },
      ['measure.slotSeconds: a length that divides the window of 3600 s'],
    ],
    ['slots that divide it', { statistic: 'mean', windowSeconds: 3600, slotSeconds: 900 }, []],
  ])('%s', (_, measure, expected) => {
    expect(problems(compare('gt', 10, measure))).toEqual(expected)
  })
})
