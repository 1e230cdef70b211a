import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { durationOf, durationParts, UNIT_SECONDS } from './durations.ts'

test.each([
  [0, { count: 0, unit: 'min' }],
  [45, { count: 45, unit: 's' }],
  [600, { count: 10, unit: 'min' }],
  [5400, { count: 90, unit: 'min' }],
  [3600, { count: 1, unit: 'h' }],
  [86_400, { count: 1, unit: 'd' }],
  [100_800, { count: 28, unit: 'h' }],
])('%d seconds is said as a person would', (seconds, expected) => {
  expect(durationOf(seconds)).toEqual(expected)
})

test('no second is lost on the way through count and unit', () => {
  fc.assert(
    fc.property(fc.nat(31 * 86_400), (seconds) => {
      const { count, unit } = durationOf(seconds)
      expect(Number.isInteger(count)).toBe(true)
      expect(count * UNIT_SECONDS[unit]).toBe(seconds)
    }),
  )
})

test('a length of time is read in its two largest units', () => {
  expect(durationParts(93_784)).toEqual([
    { count: 1, unit: 'd' },
    { count: 2, unit: 'h' },
  ])
  expect(durationParts(3605)).toEqual([{ count: 1, unit: 'h' }])
  expect(durationParts(0)).toEqual([{ count: 0, unit: 's' }])
})
