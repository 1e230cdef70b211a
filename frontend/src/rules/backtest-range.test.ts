import { expect, test } from '@jest/globals'
import { dayRange, presetRange } from './backtest-range.ts'

test('presets end at the last full minute', () => {
  expect(presetRange('7d', Date.UTC(2026, 10, 22, 12, 0, 30))).toEqual({
    from: '2026-11-15T12:00:00.000Z',
    to: '2026-11-22T12:00:00.000Z',
  })
})

test('days are whole and local, the last one included', () => {
  const range = dayRange('2026-11-01', '2026-11-02')
  const hours = (Date.parse(range?.to ?? '') - Date.parse(range?.from ?? '')) / 3_600_000
  expect(hours).toBe(48)
  expect(dayRange('2026-11-02', '2026-11-01')).toBeNull()
  expect(dayRange('', '2026-11-01')).toBeNull()
})
