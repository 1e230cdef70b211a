import { expect, test } from '@jest/globals'
import { backoff } from './backoff.ts'

test.each([
  [0, 0, 500],
  [0, 1, 1000],
  [3, 0, 4000],
  [3, 1, 8000],
  [10, 0.5, 45_000],
  [5000, 1, 60_000],
])('attempt %i with random %d waits %d ms', (attempt, random, expected) => {
  expect(backoff(attempt, 1000, 60_000, random)).toBe(expected)
})
