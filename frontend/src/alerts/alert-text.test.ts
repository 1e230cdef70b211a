import { expect, test } from '@jest/globals'
import type { PropertyView } from '@osprey/core/api'
import { Formatter } from '../i18n/format.ts'
import { Catalogue } from '../stations/catalogue.ts'
import { durationOf, findingOf, measuredText, placeText, thresholdText } from './alert-text.ts'
import { alertFixture } from './alerts.fixture.ts'

const PM25 = {
  id: 'pm25',
  name: { en: 'PM2.5', zh: 'PM2.5' },
  unit: 'ug/m3',
  symbol: 'µg/m³',
  kind: 'number',
  precision: 0,
  media: ['air'],
} as unknown as PropertyView
const catalogue = new Catalogue([PM25])
const format = new Formatter('en', 'UTC')
const words = {
  t: ((key: string, values: object = {}) => `${key} ${Object.values(values).join(' ')}`.trim()) as never,
  format,
  say: ({ en }: { en: string }) => en,
}

test('what was found, against what, in the unit of the property', () => {
  expect(findingOf(alertFixture(), catalogue, words)).toEqual({
    measure: 'alerts.measure PM2.5 alerts.statistic.mean 1 hr',
    value: '82 µg/m³',
    threshold: '> 75 µg/m³',
    limit: null,
  })
  expect(findingOf(alertFixture({ comparison: null }), catalogue, words)).toBeNull()
})

test('statistics have units of their own', () => {
  expect(measuredText(3, 'ug/m3', PM25, 'count', words)).toBe('3')
  expect(measuredText(3.25, 'ug/m3', PM25, 'rate', words)).toBe('3.3 µg/m³/h')
  expect(measuredText(3.25, 'ug/m3', undefined, 'mean', words)).toBe('3.25 ug/m3')
  expect(measuredText(null, 'ug/m3', PM25, 'mean', words)).toBe('—')
})

test('ranges are told in words', () => {
  const write = (value: number): string => String(value)
  const range = { threshold: 6.5, thresholdHigh: 8.5 }
  expect(thresholdText({ operator: 'outside', ...range }, write, words)).toBe('alerts.outside 6.5 8.5')
  expect(thresholdText({ operator: 'inside', ...range }, write, words)).toBe('alerts.inside 6.5 8.5')
  expect(thresholdText({ operator: 'le', threshold: 2, thresholdHigh: null }, write, words)).toBe('≤ 2')
  expect(thresholdText({ operator: 'gt', threshold: null, thresholdHigh: null }, write, words)).toBe('')
})

test('an alert is about a station, a pair of them, or a site', () => {
  const stations = {
    recordOf: (id: string) => (id === 'st-1' ? ({ name: 'North Gate' } as never) : undefined),
  }
  const sites = new Map([['plant', 'Steel plant']])
  expect(placeText(alertFixture(), stations, sites)).toBe('North Gate')
  expect(placeText(alertFixture({ other: 'st-2' }), stations, sites)).toBe('North Gate / st-2')
  expect(placeText(alertFixture({ station: null, site: 'plant' }), stations, sites)).toBe('Steel plant')
})

test('an alert lasts until it is resolved', () => {
  const alert = alertFixture()
  expect(durationOf(alert, Date.parse('2026-11-22T04:00:00Z'))).toBe(3_600_000)
  expect(durationOf({ ...alert, resolvedAt: '2026-11-22T03:30:00Z' }, 0)).toBe(1_800_000)
})
