import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LatencyHistogram } from './latency-histogram.ts'

test('percentiles lie within 1.6 % above the exact ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.9, 0.99, 0.999, 1),
      (latencies, share) => {
        const histogram = new LatencyHistogram()
        for (const latency of latencies) histogram.record(latency)
        const sorted = [...latencies].sort((a, b) => a - b)
        const exact = sorted[Math.ceil(share * sorted.length) - 1] as number
        expect(histogram.percentile(share)).toBeGreaterThanOrEqual(exact - 0.0006)
        expect(histogram.percentile(share)).toBeLessThanOrEqual(exact * 1.016 + 0.0011)
      },
    ),
  )
})

test('the summary of nothing is all zeros', () => {
  expect(new LatencyHistogram().summary()).toEqual({
    count: 0,
    mean: 0,
    p50: 0,
    p90: 0,
    p99: 0,
    p999: 0,
    max: 0,
  })
})

test('an hour is kept as the maximum', () => {
  const histogram = new LatencyHistogram()
  histogram.record(1)
  histogram.record(3_600_000)
  expect(histogram.summary()).toMatchObject({ count: 2, max: 3_600_000, p50: 1.007 })
})
