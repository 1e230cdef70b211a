import { expect, test } from '@jest/globals'
import { compare, rule, run } from './timeline.fixture.ts'

const mean = { property: 'laeq', statistic: 'mean', windowSeconds: 3600 }

test('the mean of sound levels is that of their energies', () => {
  // 10·lg((10⁶ + 10⁸) / 2) = 77.03 dB; the mean of the numbers would be 70.
  const told = run(rule(compare('gt', 77, mean)), [
    [0, 60],
    [60, 80],
  ])
  expect(told).toEqual(['fired 60 since 60 minor 77.032913781'])
})

test('of equal levels it is that level', () => {
  const told = run(rule(compare('ge', 65.3, mean)), [
    [0, 65.3],
    [60, 65.3],
    [120, 65.3],
  ])
  expect(told).toEqual(['fired 0 since 0 minor 65.3'])
})

test('of clock-aligned windows and slots too', () => {
  const aligned = { ...mean, aligned: true, slotSeconds: 900, meanOf: 'slots' }
  const told = run(rule(compare('gt', 76, aligned)), [[0, 60], [900, 80], { advance: 3600 }])
  expect(told).toEqual(['fired 3600 since 3600 minor 77.032913781'])
})

test('other statistics take the numbers as they are', () => {
  const told = run(rule(compare('ge', 80, { ...mean, statistic: 'max' })), [
    [0, 60],
    [60, 80],
  ])
  expect(told).toEqual(['fired 60 since 60 minor 80'])
})
