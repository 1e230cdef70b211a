import { expect, test } from '@jest/globals'
import { clusterRadius, shortCount } from './cluster-painter.ts'

test('counts stay short enough for the disc', () => {
  expect([2, 999, 1000, 1234, 9940, 9960, 12_345].map(shortCount)).toEqual([
    '2',
    '999',
    '1k',
    '1.2k',
    '9.9k',
    '10k',
    '12k',
  ])
})

test('discs grow with the count, slowly, and are never smaller than a target of 20 px', () => {
  expect(clusterRadius(2)).toBeGreaterThanOrEqual(10)
  expect(clusterRadius(200)).toBeGreaterThan(clusterRadius(20))
  expect(clusterRadius(10_000)).toBeLessThan(30)
})
