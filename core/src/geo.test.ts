import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  boundingBox,
  inBoundingBox,
  isBoundingBox,
  MAX_PROBLEMS,
  type Position,
  pointInGeometry,
  pointInPolygon,
  type Ring,
  validateGeoJson,
} from './geo.ts'
import type { BoundingBox } from './live.ts'

const SQUARE: Ring = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
  [0, 0],
]
const HOLE: Ring = [
  [4, 4],
  [6, 4],
  [6, 6],
  [4, 6],
  [4, 4],
]

describe('bounding boxes', () => {
  test.each<[BoundingBox, Position, boolean]>([
    [[0, 0, 10, 10], [5, 5], true],
    [[0, 0, 10, 10], [10, 10], true],
    [[0, 0, 10, 10], [10.001, 5], false],
    [[0, 0, 10, 10], [5, -0.001], false],
    [[170, -10, -170, 10], [175, 0], true],
    [[170, -10, -170, 10], [-175, 0], true],
    [[170, -10, -170, 10], [180, 0], true],
    [[170, -10, -170, 10], [0, 0], false],
  ])('%j and %j: %s', (box, [longitude, latitude], inside) => {
    expect(inBoundingBox(box, longitude, latitude)).toBe(inside)
  })

  test.each([
    [[0, 0, 1, 1], true],
    [[170, 0, -170, 1], true],
    [[-180, -90, 180, 90], true],
    [[0, 1, 1, 0], false],
    [[0, 0, 181, 1], false],
    [[0, 0, 1], false],
    [[0, 0, 1, '1'], false],
    [[0, 0, 1, Number.NaN], false],
    [null, false],
  ])('%j is one: %s', (value, sound) => {
    expect(isBoundingBox(value)).toBe(sound)
  })

  test('the box around positions holds them all', () => {
    const position = fc.tuple(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -90, max: 90, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(position, { minLength: 1 }), (positions) => {
        const box = boundingBox(positions)
        for (const [longitude, latitude] of positions) {
          expect(box !== null && inBoundingBox(box, longitude, latitude)).toBe(true)
        }
      }),
    )
    expect(boundingBox([])).toBeNull()
  })
})

describe('points in polygons', () => {
  test.each<[Position, boolean]>([
    [[5, 1], true],
    [[0, 0], true],
    [[10, 5], true],
    [[5, 10], true],
    [[5, 5], false],
    [[4, 5], true],
    [[11, 5], false],
    [[-1, 0], false],
    [[5, 10.0001], false],
    [[20, 10], false],
  ])('%j in a square with a hole: %s', (point, inside) => {
    expect(pointInPolygon(point, [SQUARE, HOLE])).toBe(inside)
  })

  test('no rings hold no point', () => {
    expect(pointInPolygon([0, 0], [])).toBe(false)
  })

  test('several polygons', () => {
    const far = SQUARE.map(([x, y]) => [x + 100, y] as Position)
    const geometry = { type: 'MultiPolygon' as const, coordinates: [[SQUARE, HOLE], [far]] }
    expect(pointInGeometry([105, 5], geometry)).toBe(true)
    expect(pointInGeometry([5, 5], geometry)).toBe(false)
    expect(pointInGeometry([50, 5], geometry)).toBe(false)
    expect(pointInGeometry([0, 0], { type: 'Point', coordinates: [0, 0] })).toBe(false)
  })

  test('a convex polygon holds the means of its corners and nothing beyond its box', () => {
    const angle = fc.uniqueArray(fc.integer({ min: 0, max: 359 }), { minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(angle, (angles) => {
        const corners = angles
          .sort((a, b) => a - b)
          .map((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)] as Position)
        const ring = [...corners, corners[0] as Position]
        const mean = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length
        expect(pointInPolygon([mean(0), mean(1)], [ring])).toBe(true)
        expect(pointInPolygon([1.01, 0], [ring])).toBe(false)
      }),
    )
  })
})

describe('GeoJSON', () => {
  const point = { type: 'Point', coordinates: [116.4, 39.9] }
  const feature = { type: 'Feature', id: 'a', geometry: point, properties: { name: 'x' } }

  test.each([
    ['a geometry', point, 1],
    ['a feature', feature, 1],
    ['a collection', { type: 'FeatureCollection', features: [feature, { ...feature, geometry: null }] }, 2],
    ['an empty collection', { type: 'FeatureCollection', features: [] }, 0],
    ['a height', { type: 'Point', coordinates: [116.4, 39.9, 52] }, 1],
    [
      'a line',
      {
        type: 'LineString',
        coordinates: [
          [0, 0],
          [1, 1],
        ],
      },
      1,
    ],
    [
      'lines',
      {
        type: 'MultiLineString',
        coordinates: [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      },
      1,
    ],
    ['points', { type: 'MultiPoint', coordinates: [[0, 0]] }, 1],
    ['a polygon with a hole', { type: 'Polygon', coordinates: [SQUARE, HOLE] }, 1],
    ['polygons', { type: 'MultiPolygon', coordinates: [[SQUARE], [HOLE]] }, 1],
  ])('%s is taken', (_case, input, count) => {
    const result = validateGeoJson(input)
    expect(result.ok ? result.collection.features : result.problems).toHaveLength(count)
    expect(result.ok).toBe(true)
  })

  test('a feature keeps its id and properties, and nothing else', () => {
    const result = validateGeoJson({ ...feature, bbox: [0, 0, 1, 1], style: 'x' })
    expect(result).toEqual({
      ok: true,
      collection: { type: 'FeatureCollection', features: [feature] },
      bbox: [116.4, 39.9, 116.4, 39.9],
    })
  })

  test('the box is that of all coordinates', () => {
    expect(validateGeoJson({ type: 'MultiPolygon', coordinates: [[SQUARE], [HOLE]] })).toMatchObject({
      bbox: [0, 0, 10, 10],
    })
    expect(validateGeoJson({ type: 'FeatureCollection', features: [] })).toMatchObject({ bbox: null })
  })

  test.each([
    ['nothing', undefined, 'GeoJSON: nothing'],
    ['a list', [], 'GeoJSON: []'],
    ['a text', 'x', 'GeoJSON: "x"'],
    ['no type', {}, 'geometry.type: nothing, expected one of Point'],
    ['a TopoJSON', { type: 'Topology' }, 'geometry.type: "Topology"'],
    ['an inherited name', { type: 'constructor' }, 'geometry.type: "constructor"'],
    ['a collection of geometries', { type: 'GeometryCollection', geometries: [] }, 'geometry.type'],
    ['a collection without features', { type: 'FeatureCollection' }, 'features: nothing'],
    ['a geometry among features', { type: 'FeatureCollection', features: [point] }, 'features[0]: "Point"'],
    ['a wrong id', { ...feature, id: {} }, 'feature.id: {}'],
    ['wrong properties', { ...feature, properties: 7 }, 'feature.properties: 7'],
    ['no coordinates', { type: 'Point' }, 'geometry.coordinates: nothing'],
    ['swapped axes', { type: 'Point', coordinates: [39.9, 116.4] }, 'geometry.coordinates: [39.9,116.4]'],
    ['metres', { type: 'Point', coordinates: [448_251, 4_417_000] }, 'geometry.coordinates'],
    ['texts', { type: 'Point', coordinates: ['1', '2'] }, 'geometry.coordinates'],
    [
      'too deep',
      {
        type: 'LineString',
        coordinates: [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      },
      'geometry.coordinates: 1 positions',
    ],
    ['a short line', { type: 'LineString', coordinates: [[0, 0]] }, '1 positions, expected at least 2'],
    [
      'a triangle left open',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
      'closed ring',
    ],
    [
      'a ring of three',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [0, 0],
          ],
        ],
      },
      'at least 4',
    ],
    ['a polygon of nothing', { type: 'Polygon', coordinates: [] }, 'at least one part'],
    [
      'a flat polygon',
      {
        type: 'Polygon',
        coordinates: [
          [0, 0],
          [1, 1],
        ],
      },
      'geometry.coordinates[0]',
    ],
  ])('%s is refused', (_case, input, problem) => {
    const result = validateGeoJson(input)
    expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining(problem), ...noise(result)])
  })

  /** Problems after the first, of no interest to the case. */
  function noise(result: ReturnType<typeof validateGeoJson>): string[] {
    return result.ok ? [] : result.problems.slice(1)
  }

  test('problems name their place and are bounded', () => {
    const features = Array.from({ length: 100 }, () => ({
      type: 'Feature',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [999, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      },
    }))
    const result = validateGeoJson({ type: 'FeatureCollection', features })
    expect(result.ok ? [] : result.problems).toHaveLength(MAX_PROBLEMS)
    expect(result.ok ? '' : result.problems[0]).toContain('features[0].geometry.coordinates[0][1]: [999,0]')
  })

  test('never throws', () => {
    const type = fc.constantFrom('Point', 'Polygon', 'MultiPolygon', 'Feature', 'FeatureCollection')
    fc.assert(
      fc.property(type, fc.jsonValue(), (name, value) => {
        validateGeoJson({
          type: name,
          coordinates: value,
          features: value,
          geometry: value,
          properties: value,
        })
        validateGeoJson(value)
      }),
    )
  })
})
