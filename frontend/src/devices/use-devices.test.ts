import { expect, test } from '@jest/globals'
import { refreshInterval } from './use-devices.ts'

test('a long list is read less often, but never rarer than every 15 seconds', () => {
  expect([0, 1, 1000, 1001, 3000, 10_000, 200_000].map(refreshInterval)).toEqual([
    3000, 3000, 3000, 6000, 9000, 15_000, 15_000,
  ])
})
