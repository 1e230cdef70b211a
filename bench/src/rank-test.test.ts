import { expect, test } from '@jest/globals'
import { ranked } from './rank-test.ts'

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

test('the test tells samples apart that differ, and not those that do not', () => {
  expect(ranked(range(0, 20), range(100, 20))).toMatchObject({ u: 0, slower: 0 })
  expect(ranked(range(0, 20), range(100, 20)).p).toBeLessThan(1e-6)
  const even = ranked([1, 4, 5, 8, 9, 12], [2, 3, 6, 7, 10, 11])
  expect(even).toMatchObject({ u: 18, slower: 0.5 })
  expect(even.p).toBeCloseTo(1, 6)
})

test('ties count half, and p agrees with a published table', () => {
  expect(ranked([1, 1, 1], [1, 1, 1])).toMatchObject({ u: 4.5, slower: 0.5 })
  // z = 1.96 is the two-sided 5 % point.
  const { z, p } = ranked(
    range(0, 40).map((value) => value + 10.6),
    range(0, 40),
  )
  expect(p).toBeCloseTo(2 * (1 - 0.5 * (1 + erf(z / Math.SQRT2))), 6)
})

/** By its Taylor series, to check the approximation with something else. */
function erf(x: number): number {
  let sum = 0
  let term = x
  for (let n = 0; n < 80; n++) {
    sum += term / (2 * n + 1)
    term *= -(x * x) / (n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}
