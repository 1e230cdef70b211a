import { describe, expect, test } from '@jest/globals'
import { exceeds, LEVEL_SCALES, levelOf, roundHalfToEven } from './levels.ts'

/** Property, value, level, whether the limit is exceeded. */
const CASES: [string, number, number | null, boolean][] = [
  ['pm25', -3, 0, false],
  ['pm25', 0, 0, false],
  ['pm25', 35, 0, false],
  // Rounded to integers first, half to even (HJ 633-2026, GB/T 8170).
  ['pm25', 35.4, 0, false],
  ['pm25', 35.5, 1, false],
  ['pm25', 60, 1, false],
  ['pm25', 60.5, 1, false],
  ['pm25', 60.51, 2, true],
  ['pm25', 115, 2, true],
  ['pm25', 116, 3, true],
  ['pm25', 250, 4, true],
  ['pm25', 251, 5, true],
  ['pm10', 120, 1, false],
  ['pm10', 121, 2, true],
  ['pm10', 421, 5, true],
  ['so2', 500, 1, false],
  ['so2', 501, 2, true],
  ['so2', 651, 3, true],
  ['so2', 5000, 3, true],
  ['no2', 200, 1, false],
  ['no2', 201, 2, true],
  ['no2', 2341, 5, true],
  ['co', 5.04, 0, false],
  ['co', 5.06, 1, false],
  ['co', 10, 1, false],
  ['co', 10.1, 2, true],
  ['co', 90.1, 5, true],
  ['o3', 160, 0, false],
  ['o3', 201, 2, true],
  ['o3', 801, 5, true],
  ['ph', 5.99, 5, true],
  ['ph', 6, 0, false],
  ['ph', 7.4, 0, false],
  ['ph', 9, 0, false],
  ['ph', 9.01, 5, true],
  ['dissolved_oxygen', 12, 0, false],
  ['dissolved_oxygen', 7.5, 0, false],
  ['dissolved_oxygen', 7.49, 1, false],
  ['dissolved_oxygen', 5, 2, false],
  ['dissolved_oxygen', 4.99, 3, true],
  ['dissolved_oxygen', 2, 4, true],
  ['dissolved_oxygen', 1.99, 5, true],
  ['dissolved_oxygen', 0, 5, true],
  // Classes I and II share their limit: nothing is of class II.
  ['cod', 15, 0, false],
  ['cod', 15.01, 2, false],
  ['cod', 20.01, 3, true],
  ['cod', 40.01, 5, true],
  ['ammonia_nitrogen', 1, 2, false],
  ['ammonia_nitrogen', 1.01, 3, true],
  ['total_phosphorus', 0.2, 2, false],
  ['total_phosphorus', 0.21, 3, true],
  ['laeq', 50, 0, false],
  ['laeq', 60, 2, false],
  ['laeq', 60.1, 3, true],
  ['laeq', 71, 5, true],
  ['total_nitrogen', 50, null, false],
  ['emission_so2', 5000, null, false],
  ['temperature', 60, null, false],
  ['unknown', 1, null, false],
  ['constructor', 1, null, false],
  ['pm25', Number.NaN, null, false],
  ['pm25', Infinity, null, false],
]

test.each(CASES)('%s of %d is level %s, exceeding: %s', (property, value, level, exceeding) => {
  expect(levelOf(property, value)).toBe(level)
  expect(exceeds(property, value)).toBe(exceeding)
})

test('a scale is not applied to a medium it is not made for', () => {
  expect(levelOf('cod', 300, 'surface-water')).toBe(5)
  expect(levelOf('cod', 300, 'waste-water')).toBeNull()
  expect(exceeds('cod', 300, 'waste-water')).toBe(false)
  expect(levelOf('pm25', 300, 'air')).toBe(5)
})

describe('every scale', () => {
  test.each(Object.entries(LEVEL_SCALES))('%s', (_id, scale) => {
    const { bounds, direction, exceedsFrom } = scale
    const sign = direction === 'down' ? -1 : 1
    for (let index = 1; index < bounds.length; index++) {
      expect(sign * ((bounds[index] as number) - (bounds[index - 1] as number))).toBeGreaterThanOrEqual(0)
    }
    expect(bounds.length).toBeLessThanOrEqual(5)
    expect(exceedsFrom).toBeGreaterThan(0)
    expect(scale.standard).toMatch(/^(HJ|GB) \d+-\d{4}$/)
    expect(scale.clause).not.toBe('')
  })
})

test.each([
  [0.5, 0, 0],
  [1.5, 0, 2],
  [2.5, 0, 2],
  [2.500001, 0, 3],
  [35.99, 0, 36],
  [-0.5, 0, 0],
  [-1.5, 0, -2],
  [1.05, 1, 1],
  [1.15, 1, 1.2],
  [1.25, 1, 1.2],
  [8.345, 2, 8.34],
  [10, 1, 10],
])('%d rounded to %d decimals is %d', (value, decimals, rounded) => {
  expect(roundHalfToEven(value, decimals) + 0).toBe(rounded)
})
