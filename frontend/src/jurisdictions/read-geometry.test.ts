import { expect, test } from '@jest/globals'
import { readGeometry } from './read-geometry.ts'

const polygon = { type: 'Polygon', coordinates: [[[0, 0]]] } as const
const feature = { type: 'Feature', properties: {}, geometry: polygon }
const read = (value: unknown) => readGeometry(JSON.stringify(value))

test('a polygon is found bare, in a feature, and in a collection of one', () => {
  for (const document of [polygon, feature, { type: 'FeatureCollection', features: [feature] }]) {
    expect(read(document)).toEqual({ ok: true, geometry: polygon })
  }
  expect(read({ type: 'MultiPolygon', coordinates: [] })).toMatchObject({ ok: true })
})

test('what is not one polygon is told apart', () => {
  expect(readGeometry('not json')).toEqual({ ok: false, reason: 'notJson' })
  expect(read({ type: 'FeatureCollection', features: [feature, feature] })).toEqual({
    ok: false,
    reason: 'severalPolygons',
  })
  for (const document of [
    null,
    1,
    {},
    { type: 'Point', coordinates: [0, 0] },
    { type: 'FeatureCollection' },
  ]) {
    expect(read(document)).toEqual({ ok: false, reason: 'noPolygon' })
  }
})
