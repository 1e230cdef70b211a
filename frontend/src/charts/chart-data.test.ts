import { expect, test } from '@jest/globals'
import { chartData } from './chart-data.ts'
import { chartPlan } from './plan.ts'
import type { Series } from './series.ts'
import { failedCount } from './summary.ts'

const MINUTE = 60_000
const PM25 = { id: 'pm25', kind: 'number', unit: 'ug/m3' } as const

function series(change: Partial<Series>): Series {
  return {
    plan: chartPlan('24h', PM25),
    from: 0,
    to: 10 * MINUTE,
    time: [0, 1, 2, 3].map((minute) => minute * MINUTE),
    value: [1, 2, 3, 4],
    low: null,
    high: null,
    quality: [1, 1, 1, 1],
    categories: [],
    cut: false,
    ...change,
  }
}

test('times are seconds and every column is as long as the times', () => {
  const [time, good, failed] = chartData(series({}))
  expect(time).toEqual([0, 60, 120, 180])
  expect(good).toEqual([1, 2, 3, 4])
  expect(failed).toEqual([null, null, null, null])
})

test('failed results leave the line and stand apart', () => {
  const shown = series({ value: [1, 999, 3, 4], quality: [1, 4, 3, 1] })
  const [, good, failed] = chartData(shown)
  expect(good).toEqual([1, null, 3, 4])
  expect(failed).toEqual([null, 999, null, null])
  expect(failedCount(shown, 0, 10 * MINUTE)).toBe(1)
  expect(failedCount(shown, 2 * MINUTE, 10 * MINUTE)).toBe(0)
})

test('a gap breaks the line', () => {
  const [time, good] = chartData(series({ time: [0, 1, 2, 30].map((minute) => minute * MINUTE) }))
  expect(good).toEqual([1, 2, 3, null, 4])
  expect(time).toEqual([0, 60, 120, 120.001, 1800])
})

test('extremes come before the line, broken at the same places', () => {
  const plan = chartPlan('7d', PM25)
  const quarters = [0, 1, 2, 9].map((quarter) => quarter * 15 * MINUTE)
  const data = chartData(series({ plan, time: quarters, low: [0, 1, 2, 3], high: [5, 6, 7, 8] }))
  expect(data).toHaveLength(5)
  expect(data[1]).toEqual([5, 6, 7, null, 8])
  expect(data[2]).toEqual([0, 1, 2, null, 3])
  for (const column of data) expect(column).toHaveLength(5)
})
