import { expect, test } from '@jest/globals'
import type { ObservationsView } from '@osprey/core/api'
import type { Request } from '../session/request.ts'
import { gapsBefore, withFillers } from './gaps.ts'
import { chartPlan, condensed } from './plan.ts'
import { appended, loadSeries, type Series } from './series.ts'
import { summarise, valueBounds } from './summary.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const MINUTE = 60_000
const PM25 = { id: 'pm25', kind: 'number', unit: 'ug/m3' } as const

function answer(
  observations: [number, number | string | null, number?][],
  next: string | null = null,
): ObservationsView {
  return {
    station: 'st-1',
    property: 'pm25',
    unit: 'ug/m3',
    observations: observations.map(([time, value, quality = 1]) => ({
      time: new Date(time).toISOString(),
      value,
      quality,
    })),
    next,
  }
}

function fakeRequest(reply: (query: URLSearchParams) => ObservationsView): {
  request: Request
  asked: URLSearchParams[]
} {
  const asked: URLSearchParams[] = []
  const request = async (path: string): Promise<unknown> => {
    const query = new URLSearchParams(path.split('?')[1])
    asked.push(query)
    return reply(query)
  }
  return { request: request as Request, asked }
}

const load = (request: Request, plan = chartPlan('24h', PM25)): Promise<Series> =>
  loadSeries(request, {
    station: 'st-1',
    property: 'pm25',
    plan,
    categories: [],
    now: NOW,
    signal: new AbortController().signal,
  })

test('24 hours read every observation, longer ranges read windows', () => {
  expect(chartPlan('24h', PM25)).toMatchObject({ every: null, shape: 'line' })
  expect(chartPlan('7d', PM25)).toMatchObject({ every: '15m', statistic: 'band' })
  expect(chartPlan('30d', PM25)).toMatchObject({ every: '1h', statistic: 'band' })
})

test('what cannot be averaged is not', () => {
  expect(chartPlan('30d', { id: 'valve_open', kind: 'boolean', unit: '1' })).toMatchObject({
    every: null,
    shape: 'steps',
  })
  expect(chartPlan('7d', { id: 'wind_direction', kind: 'number', unit: 'deg' })).toMatchObject({
    statistic: 'last',
    shape: 'points',
  })
  expect(chartPlan('7d', { id: 'rainfall', kind: 'number', unit: 'mm' })).toMatchObject({
    statistic: 'sum',
    shape: 'bars',
  })
})

test('too many observations in a day are read again as means of a minute with their extremes', async () => {
  const { request, asked } = fakeRequest((query) => {
    if (!query.has('every')) return answer([[NOW, 1]], 'more')
    const value = { mean: 5, min: 2, max: 9 }[query.get('statistic') ?? ''] ?? 0
    return answer([[NOW - MINUTE, value]])
  })
  const series = await load(request)
  expect(series.plan).toEqual(condensed(chartPlan('24h', PM25)))
  expect([series.value, series.low, series.high]).toEqual([[5], [2], [9]])
  expect(asked.map((query) => query.get('statistic'))).toEqual([null, 'mean', 'min', 'max'])
})

test('extremes stay with their window when one answer has a window more', async () => {
  const { request } = fakeRequest((query) =>
    query.get('statistic') === 'max'
      ? answer([
          [NOW - 2 * MINUTE, 7],
          [NOW, 9],
        ])
      : answer([[NOW, 4]]),
  )
  const series = await load(request, chartPlan('7d', PM25))
  expect(series.high).toEqual([9])
})

test('a newer reading is appended and what left the window is dropped', async () => {
  const { request } = fakeRequest(() =>
    answer([
      [NOW - 24 * 60 * MINUTE + 1000, 10],
      [NOW - MINUTE, 20],
    ]),
  )
  const series = await load(request)
  const next = appended(series, 30, NOW + 2000, 1, NOW + 2000)
  expect(next.value).toEqual([20, 30])
  expect(appended(next, 31, NOW + 2000, 1, NOW + 3000)).toBe(next)
})

test('gaps follow the instrument’s own pace', () => {
  const minutes = [0, 1, 2, 3, 20, 21, 22].map((minute) => minute * MINUTE)
  expect(gapsBefore(minutes, 0)).toEqual([4])
  const hours = [0, 60, 120, 180].map((minute) => minute * MINUTE)
  expect(gapsBefore(hours, 15 * MINUTE)).toEqual([])
})

test('a change of pace is no gap, an outage at the change is one', () => {
  const history = [0, 10, 20, 30, 40, 50].map((minute) => minute * MINUTE)
  const live = (from: number) => [0, 5, 10, 15, 20, 25].map((second) => from * MINUTE + second * 1000)
  expect(gapsBefore([...history, ...live(60)], 0)).toEqual([])
  expect(gapsBefore([...history, ...live(80)], 0)).toEqual([6])
})

test('a break is a null between two readings', () => {
  expect(withFillers<number | null>([1, 2, 3], [2], () => null)).toEqual([1, 2, null, 3])
  expect(withFillers([10, 20, 90], [2], (at) => at)).toEqual([10, 20, 2, 90])
})

test('failed and missing results do not count', async () => {
  const { request } = fakeRequest(() =>
    answer([
      [NOW - 3 * MINUTE, 10],
      [NOW - 2 * MINUTE, 9999, 4],
      [NOW - MINUTE, null, 9],
      [NOW, 20, 3],
    ]),
  )
  const series = await load(request)
  expect(summarise(series, series.from, NOW)).toEqual({ minimum: 10, mean: 15, maximum: 20, count: 2 })
  expect(summarise(series, NOW - 2 * MINUTE, NOW - MINUTE)).toBeNull()
})

test('a near limit is shown, a far one does not squash the data', () => {
  expect(valueBounds(20, 30, [35])[1]).toBeGreaterThan(35)
  expect(valueBounds(20, 30, [500])[1]).toBeLessThan(40)
  expect(valueBounds(0, 3, [])[0]).toBe(0)
  expect(valueBounds(-3, 3, [])[0]).toBeLessThan(-3)
  const [low, high] = valueBounds(7, 7, [])
  expect(high).toBeGreaterThan(low)
})
