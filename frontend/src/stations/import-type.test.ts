import { expect, test } from '@jest/globals'
import { importType } from './import-type.ts'

test('the name of the file decides how it is sent', () => {
  expect(importType('stations.GeoJSON')).toBe('application/geo+json')
  expect(importType('stations.json')).toBe('application/geo+json')
  expect(importType('stations.csv')).toBe('text/csv')
  expect(importType('stations')).toBe('text/csv')
})
