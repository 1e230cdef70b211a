import { expect, test } from '@jest/globals'
import { type Geometry, type Position, pointInGeometry } from '@osprey/core/geo'
import fc from 'fast-check'
import { box, TerritoryWorld } from './territory.fixture.ts'

/** A province of two cities; one city has a district that reaches beyond its own outline. */
function province(): TerritoryWorld {
  return new TerritoryWorld()
    .jurisdiction('province', null, box(0, 0, 10, 10))
    .jurisdiction('west', 'province', box(0, 0, 4, 10))
    .jurisdiction('east', 'province', box(6, 0, 10, 10))
    .jurisdiction('harbour', 'west', box(4, 4, 5, 5))
    .redrawn()
}

test('a territory holds what lies in its jurisdictions and in what is part of them', () => {
  const world = province().station('w', 2, 2).station('h', 4.5, 4.5).station('e', 8, 2).station('far', 50, 50)
  const inside = (...ids: string[]) => {
    const territory = world.territories.of(ids)
    return [...world.stations.keys()].filter((id) => territory.hasStation(id))
  }
  expect(inside('west')).toEqual(['w', 'h'])
  expect(inside('harbour')).toEqual(['h'])
  expect(inside('east')).toEqual(['e'])
  expect(inside('east', 'harbour')).toEqual(['h', 'e'])
  expect(inside('province')).toEqual(['w', 'h', 'e'])
  expect(inside()).toEqual([])
  expect(inside('no such jurisdiction')).toEqual([])
})

test('people see their own jurisdictions and what is part of them, not what these are part of', () => {
  const { territories } = province()
  const visible = (...ids: string[]) =>
    ['province', 'west', 'east', 'harbour', 'none'].filter((id) => territories.of(ids).hasJurisdiction(id))
  expect(visible('west')).toEqual(['west', 'harbour'])
  expect(visible('harbour')).toEqual(['harbour'])
  expect(visible('province')).toEqual(['province', 'west', 'east', 'harbour'])
})

test('a device is inside when all of its stations are, and never without stations', () => {
  const world = province().station('w', 2, 2).station('e', 8, 2)
  world.device('one', 'w').device('both', 'w', 'e').device('idle').device('gone', 'removed station')
  const west = world.territories.of(['west'])
  expect(['one', 'both', 'idle', 'gone', 'unknown'].filter((id) => west.hasDevice(id))).toEqual(['one'])
  expect(world.territories.of(['province']).hasDevice('both')).toBe(true)
  expect(world.territories.of(null).hasDevice('idle')).toBe(true)
})

test('a site is inside by its own position or by one of its stations', () => {
  const world = province()
    .site('here', 2, 2)
    .site('there', 8, 8)
    .site('by station', 50, 50)
    .site('nowhere', null, null)
    .station('w', 1, 1, 'by station')
  const west = world.territories.of(['west'])
  expect([...world.sites.keys()].filter((id) => west.hasSite(id))).toEqual(['here', 'by station'])
})

test('a territory follows stations that move and jurisdictions that change', () => {
  const world = province().station('s', 2, 2)
  const west = world.territories.of(['west'])
  const east = world.territories.of(['east'])
  expect([west.hasStation('s'), east.hasStation('s')]).toEqual([true, false])
  world.station('s', 8, 2)
  expect([west.hasStation('s'), east.hasStation('s')]).toEqual([false, true])
  world.jurisdiction('west', 'province', box(7, 0, 9, 10)).redrawn()
  expect([west.hasStation('s'), west.contains(8, 2), west.contains(2, 2)]).toEqual([true, true, false])
  world.jurisdictions.delete('west')
  world.redrawn()
  expect([west.hasStation('s'), west.hasJurisdiction('west')]).toEqual([false, false])
})

test('the revision changes with what is inside, and with nothing else', () => {
  const world = province().station('w', 2, 2).station('e', 8, 2)
  const west = world.territories.of(['west'])
  const first = west.revision
  world.station('e', 8, 3)
  expect(west.revision).toBe(first)
  world.station('w', 2, 3)
  const second = west.revision
  expect(second).not.toBe(first)
  world.jurisdiction('east', 'province', box(7, 0, 10, 10)).redrawn()
  expect(west.revision).toBe(second)
  world.jurisdiction('west', 'province', box(0, 0, 1, 1)).redrawn()
  expect(west.revision).not.toBe(second)
})

test('equal sets of jurisdictions have equal keys', () => {
  const { territories } = province()
  expect(territories.of(['west', 'east']).key).toBe(territories.of(['east', 'west', 'east']).key)
  expect(territories.of(['west']).key).not.toBe(territories.of([]).key)
  expect(territories.of(null).key).toBe('*')
})

test('stations are counted once in every jurisdiction they lie in or in a part of', () => {
  const world = province().station('w', 2, 2).station('h', 4.5, 4.5).station('e', 8, 2).station('far', 50, 50)
  expect(Object.fromEntries(world.territories.stationCounts())).toEqual({
    province: 3,
    west: 2,
    harbour: 1,
    east: 1,
  })
})

const degree = fc.integer({ min: 0, max: 12 })
const position = fc.tuple(degree, degree) as fc.Arbitrary<Position>
const polygon = fc
  .array(position, { minLength: 3, maxLength: 6 })
  .map((ring): Geometry => ({ type: 'Polygon', coordinates: [[...ring, ring[0]]] }))
const nested = fc.array(fc.tuple(polygon, fc.nat()), { minLength: 1, maxLength: 12 }).map((outlines) =>
  outlines.map(([geometry, pick], index) => ({
    id: `j${index}`,
    parent: index === 0 || pick % 4 === 0 ? null : `j${pick % index}`,
    geometry,
  })),
)

test('for any stations and nested polygons a territory is what a naive computation finds', () => {
  const inputs = fc.record({
    areas: nested,
    points: fc.array(position, { minLength: 1, maxLength: 30 }),
    own: fc.array(fc.nat(), { maxLength: 3 }),
    moved: fc.array(position, { maxLength: 5 }),
  })
  fc.assert(
    fc.property(inputs, ({ areas, points, own, moved }) => {
      const world = new TerritoryWorld()
      for (const { id, parent, geometry } of areas) world.jurisdiction(id, parent, geometry)
      world.redrawn()
      const ids = own.map((pick) => `j${pick % areas.length}`)
      const territory = world.territories.of(ids)
      for (const [index, [x, y]] of points.entries()) world.station(`s${index}`, x, y)
      const check = () => {
        for (const { id, longitude, latitude } of world.stations.values()) {
          const expected = areas.some(
            (area) =>
              isOrIsPartOf(area.id, ids, areas) && pointInGeometry([longitude, latitude], area.geometry),
          )
          expect(territory.hasStation(id)).toBe(expected)
          expect(territory.contains(longitude, latitude)).toBe(expected)
        }
      }
      check()
      for (const [index, [x, y]] of moved.entries()) world.station(`s${index}`, x, y)
      check()
    }),
    { numRuns: 400 },
  )
})

function isOrIsPartOf(
  id: string,
  ids: readonly string[],
  areas: readonly { id: string; parent: string | null }[],
): boolean {
  if (ids.includes(id)) return true
  const parent = areas.find((area) => area.id === id)?.parent
  return parent != null && isOrIsPartOf(parent, ids, areas)
}
