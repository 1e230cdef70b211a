import { expect, test } from '@jest/globals'
import { type BacktestFiring, type BacktestResult, SEVERITIES } from '@osprey/core/api/rules'
import { differenceOf, firingSeconds, sortFirings } from './compare-results.ts'

const HOUR = 3600
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 1, hour)).toISOString()
const firing = (
  station: string,
  from: number,
  to: number | null,
  change: Partial<BacktestFiring> = {},
): BacktestFiring => ({
  station,
  site: null,
  property: null,
  severity: 'moderate',
  start: at(from),
  fired: at(from),
  end: to === null ? null : at(to),
  peak: 80,
  peakAt: at(from),
  flaggedShare: 0,
  ...change,
})
const result = (firings: BacktestFiring[]): BacktestResult => ({
  firings,
  omitted: 0,
  totals: {
    firings: firings.length,
    stations: new Set(firings.map(({ station }) => station)).size,
    firingSeconds: firings.reduce((sum, each) => sum + firingSeconds(each, Date.parse(at(24))), 0),
    flaggedShare: 0,
    observations: 0,
    datastreams: 0,
  },
  perDay: [],
  problems: [],
})

test('two definitions are told apart by what they find at the same place and time', () => {
  const first = result([firing('a', 1, 3), firing('a', 5, 6), firing('b', 1, null)])
  const second = result([firing('a', 2, 4), firing('b', 20, 21)])
  expect(differenceOf(first, second)).toEqual({
    firings: -1,
    stations: 0,
    firingSeconds: -23 * HOUR,
    both: 2,
    onlyFirst: 1,
    onlySecond: 0,
    partial: false,
  })
})

test('firings are sorted by any column; what still fires ends last', () => {
  const list = [
    firing('b', 1, null, { peak: null }),
    firing('a', 2, 3, { severity: 'severe' }),
    firing('c', 0, 1, { peak: 99 }),
  ]
  const sorted = (by: Parameters<typeof sortFirings>[1]['by'], descending = false) =>
    sortFirings(list, { by, descending }, Date.parse(at(24)), SEVERITIES, ({ station }) => station ?? '').map(
      ({ station }) => station,
    )
  expect(sorted('station')).toEqual(['a', 'b', 'c'])
  expect(sorted('end')).toEqual(['c', 'a', 'b'])
  expect(sorted('duration', true)).toEqual(['b', 'a', 'c'])
  expect(sorted('peak', true)).toEqual(['c', 'a', 'b'])
  expect(sorted('severity', true)[0]).toBe('a')
})
