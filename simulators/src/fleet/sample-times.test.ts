import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DAY, HOUR, MINUTE } from '../environment/calendar.ts'
import { type Sample, sampleTimes } from './sample-times.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const sampling = { interval: 5000, offset: 1700 }

function steps(samples: readonly Sample[]): number[] {
  return samples.slice(1).map(({ time }, index) => time - (samples[index] as Sample).time)
}

test('the present is sampled at the device’s own beat', () => {
  const samples = sampleTimes(NOW - 12_000, NOW, sampling, 100)
  expect(samples.map(({ time }) => time - NOW)).toEqual([-8300, -3300])
  expect(samples.map(({ interval }) => interval)).toEqual([3700, 5000])
})

test('two days back are sampled every ten minutes, the last hour every minute, the last minutes fully', () => {
  const all: Sample[] = []
  for (let after = NOW - 2 * DAY; ; ) {
    const part = sampleTimes(after, NOW, sampling, 50)
    if (part.length === 0) break
    all.push(...part)
    after = (part.at(-1) as Sample).time
  }
  const between = (from: number, to: number) =>
    all.filter(({ time }) => time > NOW - from && time <= NOW - to)
  expect(new Set(steps(between(2 * DAY, HOUR)))).toEqual(new Set([10 * MINUTE]))
  expect(new Set(steps(between(HOUR, 10 * MINUTE)))).toEqual(new Set([MINUTE]))
  expect(new Set(steps(between(9 * MINUTE, 0)))).toEqual(new Set([5000]))
  expect(all).toHaveLength(47 * 6 + 50 + 120)
})

test('times ascend within the period, are never repeated, and are the same when asked in parts', () => {
  const spans = fc.integer({ min: 1, max: 3 * DAY })
  const intervals = fc.integer({ min: 1000, max: 2 * HOUR })
  fc.assert(
    fc.property(
      spans,
      intervals,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      (span, interval, share, limit) => {
        const beat = { interval, offset: Math.floor(share * interval) }
        const whole = sampleTimes(NOW - span, NOW, beat, Number.MAX_SAFE_INTEGER)
        for (const step of steps(whole)) expect(step).toBeGreaterThan(0)
        for (const { time, interval: gathered } of whole) {
          expect(time).toBeGreaterThan(NOW - span)
          expect(time).toBeLessThanOrEqual(NOW)
          expect(gathered).toBeGreaterThan(0)
        }
        const part = sampleTimes(NOW - span, NOW, beat, limit)
        expect(part).toEqual(whole.slice(0, limit))
        const rest =
          part.length === 0
            ? []
            : sampleTimes((part.at(-1) as Sample).time, NOW, beat, Number.MAX_SAFE_INTEGER)
        expect([...part, ...rest].map(({ time }) => time)).toEqual(whole.map(({ time }) => time))
      },
    ),
  )
})
