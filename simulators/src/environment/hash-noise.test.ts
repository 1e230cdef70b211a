import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { correlation, deviation, mean } from '../testing/statistics.ts'
import { autoregressive, gaussian, streamOf, uniform } from './hash-noise.ts'

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

test('uniform draws are strictly between 0 and 1, and the same every time', () => {
  const integers = fc.integer()
  const indexes = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(integers, integers, indexes, (seed, stream, index) => {
      const draw = uniform(seed, stream, index)
      expect(draw).toBeGreaterThan(0)
      expect(draw).toBeLessThan(1)
      expect(uniform(seed, stream, index)).toBe(draw)
    }),
  )
})

test.each([
  ['seed', (n: number) => uniform(n, 1, 1)],
  ['stream', (n: number) => uniform(1, n, 1)],
  ['index', (n: number) => uniform(1, 1, n)],
  ['high half of the index', (n: number) => uniform(1, 1, n * 4_294_967_296)],
])('draws along the %s are uniform and do not depend on each other', (_name, draw) => {
  const draws = range(4000).map(draw)
  expect(mean(draws)).toBeCloseTo(0.5, 1)
  expect(deviation(draws)).toBeCloseTo(Math.sqrt(1 / 12), 1)
  expect(Math.abs(correlation(draws.slice(1), draws.slice(0, -1)))).toBeLessThan(0.06)
})

test('gaussian draws have mean 0, deviation 1 and the tails of a normal distribution', () => {
  const draws = range(20_000).map((index) => gaussian(7, 3, index))
  expect(mean(draws)).toBeCloseTo(0, 1)
  expect(deviation(draws)).toBeCloseTo(1, 1)
  const beyond = (limit: number) => draws.filter((draw) => Math.abs(draw) > limit).length / draws.length
  expect(beyond(1)).toBeCloseTo(0.3173, 1)
  expect(beyond(2)).toBeCloseTo(0.0455, 2)
  expect(beyond(5)).toBe(0)
})

describe('an autoregressive process', () => {
  const at = (time: number) => autoregressive(5, streamOf('test'), time, { step: 10, memory: 100 })
  const series = range(6000).map((index) => at(index * 10))

  test('has mean 0 and deviation 1', () => {
    expect(Math.abs(mean(series))).toBeLessThan(0.15)
    expect(deviation(series)).toBeCloseTo(1, 1)
  })

  test.each([
    [1, Math.exp(-0.1)],
    [10, Math.exp(-1)],
    [20, Math.exp(-2)],
  ])('correlates with itself %i steps later as the exponential of its memory', (lag, expected) => {
    expect(Math.abs(correlation(series.slice(lag), series.slice(0, -lag)) - expected)).toBeLessThan(0.12)
  })

  test('runs in straight lines between lattice points, without jumps', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (time) => {
        expect(Math.abs(at(time + 0.01) - at(time))).toBeLessThan(0.03)
      }),
    )
    expect(at(25)).toBeCloseTo((at(20) + at(30)) / 2, 2)
  })
})
