import { expect, test } from '@jest/globals'
import { daysOf } from './days.ts'

test('days without a firing are shown as well', () => {
  const results = [
    { perDay: [{ date: '2026-11-02', firings: 3 }] },
    { perDay: [{ date: '2026-11-01', firings: 1 }] },
  ]
  expect(daysOf(results, '2026-11-01T00:00:00Z', '2026-11-04T00:00:00Z')).toEqual([
    { date: '2026-11-01', counts: [0, 1] },
    { date: '2026-11-02', counts: [3, 0] },
    { date: '2026-11-03', counts: [0, 0] },
  ])
})
