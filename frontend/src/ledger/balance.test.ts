import { expect, test } from '@jest/globals'
import { imbalance, rankedReasons, shares } from './balance.ts'

test('the books balance when everything received is stored, rejected or pending', () => {
  expect(imbalance({ received: 10, stored: 6, rejected: { bad_time: 1, bad_unit: 2 }, pending: 1 })).toBe(0)
  expect(imbalance({ received: 10, stored: 6, rejected: { bad_time: 3 }, pending: 0 })).toBe(1)
  expect(imbalance({ received: 10, stored: 12, rejected: {}, pending: 0 })).toBe(-2)
})

test('shares are parts of what was received', () => {
  expect(shares({ received: 8, stored: 6, rejected: { bad_time: 1 }, pending: 1 })).toEqual([
    { part: 'stored', count: 6, share: 0.75 },
    { part: 'rejected', count: 1, share: 0.125 },
    { part: 'pending', count: 1, share: 0.125 },
  ])
  expect(shares({ received: 0, stored: 0, rejected: {}, pending: 0 })).toEqual([])
})

test('reasons are ranked and those that never occurred left out', () => {
  expect(rankedReasons({ bad_time: 2, bad_id: 0, wrong_kind: 7, bad_unit: 2 })).toEqual([
    ['wrong_kind', 7],
    ['bad_time', 2],
    ['bad_unit', 2],
  ])
})
