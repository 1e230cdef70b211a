import { expect, test } from '@jest/globals'
import type { Feature, Geometry } from 'geojson'
import type { TerritoryLayer } from '../layers/layer-store.ts'
import { attributionHtml } from './attribution.ts'
import { box, overlaps } from './boxes.ts'
import { degreeLabel, graticuleLines, graticuleStep } from './graticule.ts'
import { latitudeOf, longitudeOf } from './mercator.ts'
import { nameOf, placeNames } from './place-names.ts'

const feature = (geometry: Geometry | null, properties: Feature['properties']): Feature =>
  ({ type: 'Feature', geometry, properties }) as Feature
const layer = (...features: Feature[]): TerritoryLayer => ({
  id: 'l',
  name: 'l',
  kind: 'jurisdictions',
  features: features.length,
  data: { type: 'FeatureCollection', features },
})
const square = (west: number, south: number, side: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + side, south],
      [west + side, south + side],
      [west, south + side],
      [west, south],
    ],
  ],
})

test('lines of the graticule keep their distance at every zoom', () => {
  for (let zoom = 3; zoom <= 17; zoom++) {
    const world = 256 * 2 ** zoom
    const pixels = (graticuleStep(world, 130) * world) / 360
    expect(pixels).toBeGreaterThanOrEqual(130)
  }
})

test('lines are exact multiples and labels have the decimals they need', () => {
  expect(graticuleLines(116.31, 116.62, 0.1)).toEqual([116.4, 116.5, 116.6])
  expect(degreeLabel(116.4, 0.1, ['E', 'W'])).toBe('116.4° E')
  expect(degreeLabel(-71.06, 0.02, ['E', 'W'])).toBe('71.06° W')
  expect(degreeLabel(0, 10, ['N', 'S'])).toBe('0°')
})

test('names come in the reader’s language, else as the layer has them', () => {
  const both = feature(null, { name: 'Haidian', name_zh: '海淀区' })
  expect([nameOf(both, 'zh'), nameOf(both, 'en')]).toEqual(['海淀区', 'Haidian'])
  expect(nameOf(feature(null, { NAME: ' X ' }), 'zh')).toBe('X')
  expect(nameOf(feature(null, { name: 7 }), 'en')).toBeNull()
  expect(nameOf(feature(null, null), 'en')).toBeNull()
})

test('an area is named in its middle, larger areas first, features without a place not at all', () => {
  const names = placeNames(
    [
      layer(
        feature(square(116, 39, 0.1), { name: 'small' }),
        feature(square(117, 39, 1), { name: 'large' }),
        feature(null, { name: 'nowhere' }),
      ),
    ],
    'en',
  )
  expect(names.map(({ text }) => text)).toEqual(['large', 'small'])
  const [large] = names
  expect(longitudeOf(large?.x ?? 0)).toBeCloseTo(117.5, 6)
  expect(latitudeOf(large?.y ?? 0)).toBeCloseTo(39.5, 1)
})

test('an attribution keeps its links and nothing else of its HTML', () => {
  expect(attributionHtml('&copy; <a href="https://osm.org/copyright">OSM</a> & friends')).toBe(
    '&copy; <a href="https://osm.org/copyright" target="_blank" rel="noreferrer">OSM</a> &amp; friends',
  )
  expect(attributionHtml('<img src=x onerror=alert(1)>')).toBe('&lt;img src=x onerror=alert(1)&gt;')
  expect(attributionHtml('<a href="javascript:alert(1)">x</a>')).not.toContain('<a')
})

test('boxes that only touch do not overlap', () => {
  expect(overlaps(box(0, 0, 10, 10), box(10, 0, 5, 5))).toBe(false)
  expect(overlaps(box(0, 0, 10, 10), box(9, 9, 5, 5))).toBe(true)
})
