import { beforeEach, expect, test } from '@jest/globals'
import type { BoundingBox } from '@osprey/core/live'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { Latest } from '../pipeline/latest.ts'
import { Resolver, type Station } from '../pipeline/resolver.ts'
import { box, TerritoryWorld } from '../territory/territory.fixture.ts'
import { type Territory, WHOLE_TERRITORY } from '../territory/territory.ts'
import { Frames } from './frames.ts'
import { parseSubscription, type Subscription } from './subscription.ts'

const NOW = Date.UTC(2026, 10, 22, 8)

let world: TerritoryWorld
let resolver: Resolver
let latest: Latest
let west: Territory
let east: Territory

beforeEach(() => {
  resolver = new Resolver()
  for (const property of OBSERVED_PROPERTIES) resolver.setProperty(property)
  latest = new Latest(resolver)
  world = new TerritoryWorld()
    .jurisdiction('west', null, box(0, 0, 10, 10))
    .jurisdiction('east', null, box(20, 0, 30, 10))
    .redrawn()
  west = world.territories.of(['west'])
  east = world.territories.of(['east'])
  for (const [id, longitude] of [
    ['w', 5],
    ['e', 25],
    ['far', 90],
  ] as const) {
    place(id, longitude)
    report(id, 40)
  }
})

function place(id: string, longitude: number): void {
  world.station(id, longitude, 5)
  resolver.setStation({ id, longitude, latitude: 5, medium: 'air' })
}

function report(id: string, value: number): void {
  const station = resolver.station(id) as Station
  latest.record(resolver.resolveSeries(station, 'pm25'), NOW, NOW, value, 1)
}

function subscription(bbox: BoundingBox | null = null): Subscription {
  const stations = ['w', 'e', 'far', 'unknown']
  const parsed = parseSubscription(JSON.stringify({ type: 'subscribe', bbox, property: null, stations }))
  if (!parsed.ok) throw new Error('it was not taken')
  return parsed.subscription
}

function contents(frame: Buffer | undefined) {
  if (frame === undefined) return undefined
  const { stations, details } = JSON.parse(frame.toString())
  return { stations: stations.map(({ id }: { id: string }) => id), details: Object.keys(details) }
}

function frames(): Frames {
  return new Frames(resolver, latest, NOW, latest.takeChanged())
}

test('a snapshot holds what is inside the territory, states and details', () => {
  const moment = frames()
  expect(contents(moment.snapshot(subscription(), west))).toEqual({ stations: ['w'], details: ['w'] })
  expect(contents(moment.snapshot(subscription(), east))).toEqual({ stations: ['e'], details: ['e'] })
  expect(contents(moment.snapshot(subscription(), world.territories.of([])))).toEqual({
    stations: [],
    details: [],
  })
  expect(contents(moment.snapshot(subscription(), WHOLE_TERRITORY))?.stations).toEqual(['w', 'e', 'far'])
  expect(contents(moment.snapshot(subscription([20, 0, 30, 10]), west))?.stations).toEqual([])
})

test('a delta holds what changed inside the territory, and is none when that is nothing', () => {
  frames()
  report('e', 50)
  const moment = frames()
  expect(moment.delta(subscription(), west)).toBeUndefined()
  expect(contents(moment.delta(subscription(), east))).toEqual({ stations: ['e'], details: ['e'] })
  expect(contents(moment.delta(subscription(), WHOLE_TERRITORY))?.stations).toEqual(['e'])
})

test('equal territories share the same bytes, different ones do not', () => {
  const moment = frames()
  const other = new TerritoryWorld().territories.of(['west'])
  expect(moment.snapshot(subscription(), west)).toBe(moment.snapshot(subscription(), other))
  expect(moment.snapshot(subscription(), west)).not.toBe(moment.snapshot(subscription(), east))
  report('w', 60)
  const later = frames()
  expect(later.delta(subscription(), west)).toBe(later.delta(subscription(), other))
})

test('a station that leaves the territory is not sent any more, one that comes in is', () => {
  frames()
  place('w', 25)
  report('w', 41)
  const moment = frames()
  expect(moment.delta(subscription(), west)).toBeUndefined()
  expect(contents(moment.delta(subscription(), east))?.stations).toEqual(['w'])
  world.jurisdiction('west', null, box(80, 0, 95, 10)).redrawn()
  expect(contents(frames().snapshot(subscription(), west))?.stations).toEqual(['far'])
})
