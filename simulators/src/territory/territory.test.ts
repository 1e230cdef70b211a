import { describe, expect, test } from '@jest/globals'
import { stationInput } from '@osprey/core/api'
import {
  type Feature,
  type Geometry,
  type Position,
  pointInGeometry,
  validateGeoJson,
} from '@osprey/core/geo'
import { propertyById } from '@osprey/core/properties'
import { conversion } from '@osprey/core/units'
import { distance, lengthOf, nearestKm, pointAlong } from '../drawing/curves.ts'
import { drawTerritory } from '../drawing/territory.ts'
import { CONFLUENCES, RIVERS } from '../environment/river-model.ts'
import { DEVICES } from './devices.ts'
import { LAYERS, onRiver, readLayer, riverLine } from './layers.ts'
import { OUTLETS } from './outlets.ts'
import { toGeographic, toPlane } from './plane.ts'
import { PLANTS } from './plants.ts'
import { registration } from './station.ts'
import { STATIONS } from './stations.ts'

const ring = (feature: Feature) => ((feature.geometry?.coordinates ?? []) as Position[][])[0] ?? []
const edges = (feature: Feature) => {
  const positions = ring(feature)
  return positions.slice(1).map((to, index) => [positions[index] as Position, to] as const)
}
const find = (layer: string, id: string) => {
  const feature = readLayer(layer).features.find((candidate) => candidate.id === id)
  if (feature === undefined) throw new Error(`no ${id} in ${layer}`)
  return feature
}

const DRAWN = drawTerritory()

describe.each(LAYERS.map(({ id }) => id))('the layer %s', (id) => {
  test('is sound GeoJSON with names in both languages and ids of its own', () => {
    const layer = readLayer(id)
    expect(validateGeoJson(layer)).toMatchObject({ ok: true })
    const ids = layer.features.map((feature) => feature.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { properties } of layer.features) {
      expect(properties).toMatchObject({
        name: expect.stringMatching(/\S/),
        name_zh: expect.stringMatching(/\p{Script=Han}/u),
      })
    }
  })

  test('is what the drawing program draws', () => {
    const drawn = DRAWN[id]
    const committed = readLayer(id)
    expect(drawn?.features.map((feature) => feature.id)).toEqual(
      committed.features.map((feature) => feature.id),
    )
    expect(drawn?.features.map((feature) => feature.properties)).toEqual(
      committed.features.map((feature) => feature.properties),
    )
  })
})

test('neighbouring jurisdictions share their borders, point by point', () => {
  const seen = new Map<string, number>()
  const key = (a: Position, b: Position) => [`${a}`, `${b}`].sort().join(' ')
  for (const feature of readLayer('jurisdictions').features) {
    for (const [from, to] of edges(feature)) seen.set(key(from, to), (seen.get(key(from, to)) ?? 0) + 1)
  }
  expect(Math.max(...seen.values())).toBe(2)
  const shared = [...seen.values()].filter((count) => count === 2).length
  expect(shared).toBeGreaterThan(400)
  // What is not shared is the outline: it must close, every point on it being entered and left once.
  const ends = new Map<string, number>()
  for (const [edge, count] of seen) {
    if (count === 2) continue
    for (const end of edge.split(' ')) ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  expect(new Set(ends.values())).toEqual(new Set([2]))
})

test('no jurisdiction crosses itself', () => {
  for (const feature of readLayer('jurisdictions').features) {
    const list = edges(feature)
    for (let first = 0; first < list.length; first++) {
      for (let second = first + 2; second < list.length; second++) {
        if (first === 0 && second === list.length - 1) continue
        if (
          cross(list[first] as readonly [Position, Position], list[second] as readonly [Position, Position])
        ) {
          throw new Error(`${feature.id} crosses itself at ${list[first]}`)
        }
      }
    }
  }
})

test('every site lies within one jurisdiction, every plot of a park within the park', () => {
  const contains = (area: Feature, corners: readonly Position[]) =>
    corners.every((corner) => pointInGeometry(corner, area.geometry as Geometry))
  for (const site of readLayer('sites').features) {
    const areas = readLayer('jurisdictions').features.filter((area) => contains(area, ring(site)))
    if (areas.length !== 1) throw new Error(`${site.id} lies in ${areas.length} jurisdictions`)
    const park = site.properties?.['park']
    if (park !== undefined && !contains(find('sites', String(park)), ring(site))) {
      throw new Error(`${site.id} reaches beyond ${park}`)
    }
  }
})

test('the shore of Mirror Lake is the border of two districts', () => {
  const shore = new Set(ring(find('rivers', 'mirror-lake')).map(String))
  for (const district of ['jinghu', 'nanping']) {
    const common = ring(find('jurisdictions', district)).filter((position) => shore.has(String(position)))
    expect(common.length).toBeGreaterThan(15)
  }
})

test.each([
  ['lan', 1.1],
  ['shuang', 1.08],
  ['cao', 1.1],
])('the %s winds: it is longer than its valley by a factor of %d', (river, factor) => {
  const line = riverLine(river)
  const coarse = Array.from(
    { length: 12 },
    (_, index) => line[Math.round((index * (line.length - 1)) / 11)] as (typeof line)[number],
  )
  expect(lengthOf(line)).toBeGreaterThan(factor * lengthOf(coarse))
})

test.each(Object.entries(CONFLUENCES))(
  'the %s flows into the Lan where the model of the rivers says',
  (river, { km, length }) => {
    const line = riverLine(river)
    expect(Math.abs(lengthOf(line) - length)).toBeLessThan(0.5)
    const mouth = line.at(-1) as readonly [number, number]
    const there = onRiver('lan', km)
    expect(Math.hypot(mouth[0] - there[0], mouth[1] - there[1])).toBeLessThan(0.15)
  },
)

describe('stations', () => {
  test('are at least sixty with three hundred datastreams, each accepted by the platform', () => {
    expect(STATIONS.length).toBeGreaterThanOrEqual(60)
    expect(STATIONS.reduce((sum, { properties }) => sum + properties.length, 0)).toBeGreaterThanOrEqual(300)
    expect(new Set(STATIONS.map(({ id }) => id)).size).toBe(STATIONS.length)
    for (const station of STATIONS)
      expect(stationInput.safeParse(registration(station)).error?.issues ?? []).toEqual([])
  })

  test('observe properties the catalogue knows for their medium', () => {
    for (const { id, medium, properties } of STATIONS) {
      expect(new Set(properties).size).toBe(properties.length)
      for (const property of properties) {
        const known = propertyById(property)?.media ?? []
        if (!known.includes(medium)) throw new Error(`${id}: ${property} is not measured in ${medium}`)
      }
    }
  })

  test('lie within a jurisdiction', () => {
    const areas = readLayer('jurisdictions').features.map(({ geometry }) => geometry as Geometry)
    for (const { id, longitude, latitude } of STATIONS) {
      if (!areas.some((area) => pointInGeometry([longitude, latitude], area)))
        throw new Error(`${id} lies outside`)
    }
  })

  test('of a site lie in it, or at its fence', () => {
    for (const { id, site, longitude, latitude } of STATIONS) {
      if (site == null) continue
      const feature = find('sites', site)
      const isInside = pointInGeometry([longitude, latitude], feature.geometry as Geometry)
      const here = toPlane(longitude, latitude)
      const fence = ring(feature).map(([x, y]) => toPlane(x, y))
      const away = distance(here, pointAlong(fence, nearestKm(fence, here)))
      if (!isInside && away > 0.2) throw new Error(`${id} is ${away} km from ${site}`)
    }
  })

  test('in the water lie in the water', () => {
    for (const { id, at, longitude, latitude, observes } of STATIONS) {
      if (observes.model !== 'water') continue
      const { river, km } = observes.site
      if (river === 'lake' || river === 'reservoir') {
        const body = find('rivers', river === 'lake' ? 'mirror-lake' : 'yunmen-reservoir')
        if (!pointInGeometry([longitude, latitude], body.geometry as Geometry))
          throw new Error(`${id} stands on dry land`)
      } else expect(at).toEqual(onRiver(river, km))
    }
  })
})

describe('devices', () => {
  test('speak for every station once, with gateways, SenML, batches and foreign units among them', () => {
    const spokenFor = DEVICES.flatMap(({ stations }) => stations)
    expect([...spokenFor].sort()).toEqual(STATIONS.map(({ id }) => id).sort())
    expect(DEVICES.filter(({ stations }) => stations.length > 1).length).toBeGreaterThanOrEqual(3)
    expect(DEVICES.filter(({ protocol }) => protocol === 'senml').length).toBeGreaterThanOrEqual(3)
    expect(DEVICES.some(({ batch }) => batch > 60_000)).toBe(true)
  })

  test('have units that can be converted', () => {
    for (const { units } of DEVICES) {
      for (const [property, unit] of Object.entries(units)) {
        const target = propertyById(property)
        if (target === undefined) throw new Error(property)
        expect(conversion(unit, target)).toMatchObject({ ok: true })
      }
    }
  })
})

test('plants and outlets belong to sites and rivers there are', () => {
  for (const { site } of PLANTS) expect(find('sites', site)).toBeDefined()
  for (const { river, km, plant } of OUTLETS) {
    expect(RIVERS[river]).toBeDefined()
    expect(km).toBeLessThan(lengthOf(riverLine(river)))
    if (plant !== undefined) expect(PLANTS.map(({ id }) => id)).toContain(plant)
  }
})

test('the plane and the globe agree to a metre', () => {
  for (const point of [
    [0, 0],
    [21, -14],
    [-23, 16],
  ] as const) {
    const [x, y] = toPlane(...toGeographic(point))
    expect(Math.hypot(x - point[0], y - point[1])).toBeLessThan(0.0012)
  }
})

function cross(first: readonly [Position, Position], second: readonly [Position, Position]): boolean {
  const side = (a: Position, b: Position, c: Position) =>
    Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
  const [a, b] = first
  const [c, d] = second
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}
