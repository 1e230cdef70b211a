import { expect, test } from '@jest/globals'
import { propertyById } from '@osprey/core/properties'
import { symbolOf } from './told-alerts.ts'

test.each([
  ['ug/m3', 'pm25', 'µg/m³'],
  ['mg/L/h', 'dissolved_oxygen', 'mg/L/h'],
  ['dB[SPL]', 'laeq', 'dB(A)'],
  ['[pH]', 'ph', ''],
  ['[pH]/h', 'ph', '[pH]/h'],
  ['1', 'pm25', ''],
  // The property has another unit by now, or is gone.
  ['[ppm]', 'pm25', '[ppm]'],
  ['ug/m3', 'gone', 'ug/m3'],
])('%s of %s is written "%s"', (unit, property, symbol) => {
  expect(symbolOf(unit, propertyById(property))).toBe(symbol)
})
