import { expect, test } from '@jest/globals'
import { type Geometry, type Position, pointInGeometry } from '@osprey/core/geo'
import fc from 'fast-check'
import { Area } from './area.ts'

const degree = fc.integer({ min: -20, max: 20 })
const position = fc.tuple(degree, degree) as fc.Arbitrary<Position>
/** Of whole degrees, so that points fall on edges and corners; rings may cross themselves. */
const ring = fc
  .array(position, { minLength: 3, maxLength: 40 })
  .map((positions) => [...positions, positions[0] as Position])
const rings = fc.array(ring, { minLength: 1, maxLength: 3 })
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  rings.map((coordinates): Geometry => ({ type: 'Polygon', coordinates })),
  fc
    .array(rings, { minLength: 1, maxLength: 3 })
    .map((coordinates): Geometry => ({ type: 'MultiPolygon', coordinates })),
)
const point = fc.oneof(position, fc.tuple(fc.double({ min: -21, max: 21, noNaN: true }), degree))

test('an area answers what ray casting over the whole geometry answers, corners and edges included', () => {
  fc.assert(
    fc.property(geometry, fc.array(point, { minLength: 1, maxLength: 60 }), (shape, points) => {
      const area = new Area(shape)
      for (const [x, y] of points) expect(area.contains(x, y)).toBe(pointInGeometry([x, y], shape))
    }),
    { numRuns: 500 },
  )
})

test('an outline of many positions is one of few edges at any latitude', () => {
  const circle = Array.from({ length: 20_000 }, (_, index): Position => {
    const angle = (index / 20_000) * 2 * Math.PI
    return [Math.cos(angle), Math.sin(angle)]
  })
  const shape: Geometry = { type: 'Polygon', coordinates: [[...circle, circle[0]]] }
  const area = new Area(shape)
  for (let index = 0; index < 200; index++) {
    const [x, y] = [Math.sin(index) * 1.1, Math.cos(index * 7) * 1.1]
    expect(area.contains(x, y)).toBe(pointInGeometry([x, y], shape))
  }
})

test('an outline whose edges all span its height is kept in few bands', () => {
  const teeth = Array.from({ length: 4000 }, (_, index): Position => [index / 1000, index % 2])
  const shape: Geometry = { type: 'Polygon', coordinates: [[...teeth, [4, 2], [0, 2], teeth[0]]] }
  const area = new Area(shape)
  for (let index = 0; index < 200; index++) {
    const [x, y] = [(index * 4) / 200, (index % 20) / 10]
    expect(area.contains(x, y)).toBe(pointInGeometry([x, y], shape))
  }
})
