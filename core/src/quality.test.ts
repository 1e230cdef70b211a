import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  checkQuality,
  FUTURE_TOLERANCE,
  numberQuality,
  OLDEST_PLAUSIBLE,
  QUALITY,
  type QualityInput,
} from './quality.ts'

const NOW = Date.UTC(2026, 10, 22, 8)
const reading: QualityInput = {
  value: 20,
  kind: 'number',
  range: [0, 100],
  phenomenonTime: NOW,
  receivedAt: NOW,
}

test.each<[string, Partial<QualityInput>, number, string]>([
  ['inside', {}, QUALITY.good, 'within_range'],
  ['at the lower end', { value: 0 }, QUALITY.good, 'within_range'],
  ['at the upper end', { value: 100 }, QUALITY.good, 'within_range'],
  ['below', { value: -0.001 }, QUALITY.fail, 'out_of_range'],
  ['above', { value: 100.001 }, QUALITY.fail, 'out_of_range'],
  ['without a range', { range: undefined }, QUALITY.notEvaluated, 'no_range'],
  ['null', { value: null }, QUALITY.missing, 'missing'],
  ['not a number', { value: Number.NaN }, QUALITY.missing, 'missing'],
  ['infinite', { value: Infinity }, QUALITY.fail, 'out_of_range'],
  ['a switch', { value: true, kind: 'boolean', range: undefined }, QUALITY.good, 'within_range'],
  [
    'a category',
    { value: 'off', kind: 'category', range: undefined, categories: ['off', 'running'] },
    QUALITY.good,
    'within_range',
  ],
  [
    'no category',
    { value: 'on fire', kind: 'category', range: undefined, categories: ['off', 'running'] },
    QUALITY.fail,
    'unknown_category',
  ],
  [
    'any category',
    { value: 'x', kind: 'category', range: undefined, categories: undefined },
    QUALITY.good,
    'within_range',
  ],
  ['an hour ahead', { phenomenonTime: NOW + FUTURE_TOLERANCE }, QUALITY.good, 'within_range'],
  ['more than an hour ahead', { phenomenonTime: NOW + FUTURE_TOLERANCE + 1 }, QUALITY.fail, 'future_time'],
  ['in 2099', { phenomenonTime: Date.UTC(2099, 0) }, QUALITY.fail, 'future_time'],
  ['in 1970', { phenomenonTime: 0 }, QUALITY.suspect, 'old_time'],
  ['ten years old', { phenomenonTime: NOW - OLDEST_PLAUSIBLE }, QUALITY.good, 'within_range'],
  ['older', { phenomenonTime: NOW - OLDEST_PLAUSIBLE - 1 }, QUALITY.suspect, 'old_time'],
  ['old and impossible', { value: -1, phenomenonTime: 0 }, QUALITY.fail, 'out_of_range'],
  ['missing in 2099', { value: null, phenomenonTime: Date.UTC(2099, 0) }, QUALITY.missing, 'missing'],
])('%s', (_case, change, flag, reason) => {
  expect(checkQuality({ ...reading, ...change })).toEqual({ flag, reason })
})

test('numbers are judged alike without an object', () => {
  const value = fc.oneof(fc.double({ min: -200, max: 200 }), fc.constant(Number.NaN))
  const time = fc.integer({ min: NOW - 2 * OLDEST_PLAUSIBLE, max: NOW + 3 * FUTURE_TOLERANCE })
  fc.assert(
    fc.property(value, time, fc.boolean(), (number, phenomenonTime, limited) => {
      const range: [number, number] | undefined = limited ? [0, 100] : undefined
      const [minimum, maximum] = range ?? [-Infinity, Infinity]
      const verdict = checkQuality({ value: number, kind: 'number', range, phenomenonTime, receivedAt: NOW })
      expect(numberQuality(number, minimum, maximum, phenomenonTime, NOW)).toBe(verdict.flag)
    }),
  )
})
