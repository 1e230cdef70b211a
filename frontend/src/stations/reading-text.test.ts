import { expect, test } from '@jest/globals'
import type { PropertyView } from '@osprey/core/api'
import { Formatter } from '../i18n/format.ts'
import type { Text } from '../i18n/use-text.ts'
import { readingText, resultText } from './reading-text.ts'

const text = { t: ((key: string) => key) as Text['t'], format: new Formatter('en', 'UTC') }
const property = (change: Partial<PropertyView>): PropertyView => ({
  id: 'p',
  name: { en: 'P', zh: 'P' },
  media: ['air'],
  unit: 'ug/m3',
  symbol: 'µg/m³',
  kind: 'number',
  precision: 1,
  custom: false,
  levels: null,
  ...change,
})

test('numbers carry the unit and the decimals of the catalogue', () => {
  expect(readingText(property({}), 35.26, text)).toBe('35.3 µg/m³')
  expect(readingText(property({ symbol: '%', precision: 0 }), 45, text)).toBe('45%')
  expect(readingText(property({ symbol: '' }), 7, text)).toBe('7.0')
})

test('switches are on or off, categories are themselves, nothing is a dash', () => {
  const valve = property({ kind: 'boolean', symbol: '' })
  expect([resultText(valve, 1, text), resultText(valve, 0, text)]).toEqual(['reading.on', 'reading.off'])
  expect(readingText(property({ kind: 'category', symbol: '' }), 'idle', text)).toBe('idle')
  expect(readingText(property({}), null, text)).toBe('—')
})

test('a property the catalogue does not have still shows its number', () => {
  expect(readingText(undefined, 1.5, text)).toBe('1.50')
})
