import { expect, test } from '@jest/globals'
import { covers, hits, runsOf, share } from './detection-score.ts'

test('points of one type in a row are one anomaly, with a single other one inside too', () => {
  expect(runsOf(['', 'E', 'E', 'A', 'E', '', 'E', 'A', 'A'])).toEqual([
    { type: 'E', first: 1, last: 4 },
    { type: 'A', first: 3, last: 3 },
    { type: 'E', first: 6, last: 6 },
    { type: 'A', first: 7, last: 8 },
  ])
  expect(runsOf(['', ''])).toEqual([])
})

test('an alert hits what it overlaps or touches, and nothing two points away', () => {
  const run = { first: 10, last: 12 }
  expect(hits({ first: 4, last: 8 }, run)).toBe(false)
  expect(hits({ first: 4, last: 9 }, run)).toBe(true)
  expect(hits({ first: 0, last: 99 }, run)).toBe(true)
  expect(hits({ first: 13, last: 13 }, run)).toBe(true)
  expect(hits({ first: 14, last: 20 }, run)).toBe(false)
  expect(covers([run], 13)).toBe(true)
  expect(covers([run], 14)).toBe(false)
})

test('of nothing there is no share', () => {
  expect(share(1, 3)).toBe(0.333)
  expect(share(0, 0)).toBeNull()
})
