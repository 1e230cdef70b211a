import { beforeEach, expect, test } from '@jest/globals'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { Latest } from './latest.ts'
import { Resolver, type Station } from './resolver.ts'

const T0 = Date.UTC(2026, 10, 22, 8)
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let resolver: Resolver
let latest: Latest
let station: Station

beforeEach(() => {
  resolver = new Resolver()
  for (const property of OBSERVED_PROPERTIES) resolver.setProperty(property)
  resolver.setStation({ id: 's', latitude: 30, longitude: 110, medium: 'air', silentAfterSeconds: 600 })
  station = resolver.station('s') as Station
  latest = new Latest(resolver)
})

function record(
  property: string,
  time: number,
  value: number,
  options: { quality?: number; received?: number } = {},
) {
  const series = resolver.resolveSeries(station, property)
  return latest.record(series, time, options.received ?? time, value, options.quality ?? 1)
}

const shown = (property: string) => latest.details(station)[property]?.[0]

test.each([
  { name: 'a newer time replaces', second: { time: T0 + 1, value: 2 }, expected: 2, outcome: 0 },
  { name: 'the same time again replaces', second: { time: T0, value: 2 }, expected: 2, outcome: 1 },
  { name: 'an older time does not', second: { time: T0 - 1, value: 2 }, expected: 1, outcome: 2 },
  {
    name: 'seven days late does not',
    second: { time: T0 - 7 * DAY, value: 2, received: T0 + MINUTE },
    expected: 1,
    outcome: 2,
  },
  {
    name: 'a clock two hours fast does not',
    second: { time: T0 + 2 * HOUR, value: 2, received: T0, quality: 4 },
    expected: 1,
    outcome: 3,
  },
  {
    name: 'a clock in 2099 does not',
    second: { time: Date.UTC(2099, 0), value: 2, received: T0, quality: 4 },
    expected: 1,
    outcome: 3,
  },
  {
    name: 'a clock in 1970 does not',
    second: { time: 0, value: 2, received: T0 + MINUTE, quality: 3 },
    expected: 1,
    outcome: 2,
  },
  {
    name: 'a missing value does not',
    second: { time: T0 + 1, value: Number.NaN, quality: 9 },
    expected: 1,
    outcome: 3,
  },
  {
    name: 'an implausible value does, and shows its flag',
    second: { time: T0 + 1, value: 99_999, quality: 4 },
    expected: 99_999,
    outcome: 0,
  },
])('$name', ({ second, expected, outcome }) => {
  record('pm25', T0, 1)
  const { time, value, ...options } = second
  expect(record('pm25', time, value, options)).toBe(outcome)
  expect(shown('pm25')).toBe(expected)
})

test('a category shows its text', () => {
  const series = resolver.resolveSeries(station, 'run_state')
  latest.record(series, T0, T0, Number.NaN, 1, 'running')
  expect(latest.details(station)).toEqual({ run_state: ['running', T0, 1] })
})

test('a station is in the state of its worst property', () => {
  record('pm25', T0, 40)
  record('o3', T0, 900)
  record('temperature', T0, 21)
  expect(latest.state(station, null)).toEqual({
    id: 's',
    status: 'live',
    level: 5,
    alert: 'exceeding',
    time: T0,
    property: 'o3',
    value: 900,
  })
  expect(latest.state(station, 'pm25')).toMatchObject({
    property: 'pm25',
    level: 1,
    value: 40,
    alert: 'exceeding',
  })
  expect(latest.state(station, 'no2')).toMatchObject({
    property: 'no2',
    level: null,
    value: null,
    time: null,
  })
  record('o3', T0 + 1, 10)
  expect(latest.state(station, null)).toMatchObject({ level: 1, property: 'pm25', alert: 'none' })
})

test('a failed value has no level and raises no alert', () => {
  record('o3', T0, 99_999, { quality: 4 })
  expect(latest.state(station, null)).toMatchObject({ level: null, alert: 'none', value: 99_999 })
})

const view = () => {
  const { level, alert } = latest.state(station, null)
  expect([latest.level(station), latest.alert(station)]).toEqual([level, alert])
  return { level, alert, status: latest.status(station) }
}

test('the timeline of a failing instrument: what it exceeded stays, and it does not keep the station live', () => {
  const timeline = [
    { at: 0, value: 400, quality: 1, expected: { level: 5, alert: 'exceeding', status: 'live' } },
    { at: 5, value: 10_000, quality: 4, expected: { level: 5, alert: 'exceeding', status: 'live' } },
    { at: 11, value: 10_000, quality: 4, expected: { level: 5, alert: 'exceeding', status: 'silent' } },
    { at: 23 * 60, value: 10_000, quality: 4, expected: { level: 5, alert: 'exceeding', status: 'silent' } },
    { at: 46 * 60, value: 10_000, quality: 4, expected: { level: 5, alert: 'exceeding', status: 'silent' } },
    { at: 47 * 60, value: 20, quality: 1, expected: { level: 0, alert: 'none', status: 'live' } },
  ]
  for (const { at, value, quality, expected } of timeline) {
    record('pm25', T0 + at * MINUTE, value, { quality })
    latest.sweep(T0 + at * MINUTE)
    expect([at, shown('pm25'), view()]).toEqual([at, value, expected])
  }
})

test('an exceeding held by failed values stays while the rest of the station reports', () => {
  record('pm25', T0, 400)
  for (let hour = 1; hour <= 72; hour++) {
    record('pm25', T0 + hour * HOUR, 10_000, { quality: 4 })
    record('pm10', T0 + hour * HOUR, 10)
  }
  expect(view()).toMatchObject({ level: 5, alert: 'exceeding' })
})

test('a usable value that arrives after a failed newer one decides the level', () => {
  record('pm25', T0, 20)
  record('pm25', T0 + 2, 10_000, { quality: 4 })
  expect(record('pm25', T0 + 1, 400, { received: T0 + 3 })).toBe(2)
  expect(shown('pm25')).toBe(10_000)
  expect(view()).toMatchObject({ level: 5, alert: 'exceeding' })
})

test.each([
  { name: 'missing', time: 20 * MINUTE, value: Number.NaN, quality: 9 },
  { name: 'failed', time: 20 * MINUTE, value: 10_000, quality: 4 },
  { name: 'future', time: DAY, value: 20, quality: 4 },
])('a $name value is no sign of life', ({ time, value, quality }) => {
  record('pm25', T0 + time, value, { quality, received: T0 + 20 * MINUTE })
  latest.sweep(T0 + 20 * MINUTE)
  expect([latest.status(station), latest.heardAt(station)]).toEqual(['never', null])
  record('pm25', T0, 400)
  record('pm25', T0 + time, value, { quality, received: T0 + 20 * MINUTE })
  latest.sweep(T0 + 20 * MINUTE)
  expect(view()).toEqual({ level: 5, alert: 'exceeding', status: 'silent' })
})

test('a value that arrives thirty days late does not pass for the current one', () => {
  record('pm25', T0 - 30 * DAY, 400, { received: T0 })
  expect(view()).toEqual({ level: null, alert: 'none', status: 'live' })
  expect(shown('pm25')).toBe(400)
  record('pm25', T0 - 23 * HOUR, 400, { received: T0 + 1 })
  expect(view()).toMatchObject({ level: 5, alert: 'exceeding' })
})

test('when a value expires every reader sees the same, and the change is reported', () => {
  record('o3', T0, 900)
  record('pm25', T0 + HOUR, 10)
  expect(view()).toMatchObject({ level: 5, alert: 'exceeding' })
  latest.takeChanged()
  record('pm25', T0 + MINUTE, 10, { received: T0 + 24 * HOUR + MINUTE })
  expect(latest.takeChanged()).toEqual([])
  latest.sweep(T0 + 24 * HOUR + MINUTE)
  expect(latest.takeChanged()).toEqual([station.slot])
  expect(latest.state(station, 'o3')).toMatchObject({ level: null, value: 900 })
  expect(view()).toMatchObject({ level: 0, alert: 'none' })
  latest.sweep(T0 + 24 * HOUR + MINUTE)
  expect(latest.takeChanged()).toEqual([])
})

test('what waited in the journal longer than the silence limit makes no station live', () => {
  latest.sweep(T0 + HOUR)
  record('pm25', T0, 20)
  expect(latest.status(station)).toBe('silent')
  record('pm25', T0 + 55 * MINUTE, 20)
  expect(latest.status(station)).toBe('live')
})

test('a clock set back takes back what it said of the future', () => {
  record('pm25', T0 + DAY, 400)
  latest.sweep(T0 + DAY)
  latest.rewind(T0)
  expect(latest.heardAt(station)).toBe(T0)
  expect(record('pm25', T0 + MINUTE, 20)).toBe(0)
  latest.sweep(T0 + MINUTE)
  expect(view()).toEqual({ level: 0, alert: 'none', status: 'live' })
})

test('a value outlived by the rest of its station no longer decides the level', () => {
  record('o3', T0, 900)
  record('pm25', T0 + 23 * HOUR, 10)
  expect(latest.level(station)).toBe(5)
  record('pm25', T0 + 25 * HOUR, 10)
  expect(latest.state(station, null)).toMatchObject({ level: 0, property: 'pm25', alert: 'none' })
})

test('the timeline of a station: never, live, silent, live', () => {
  const timeline = [
    { at: 0, status: 'never' },
    { at: 1 * MINUTE, value: 3, status: 'live' },
    { at: 11 * MINUTE, status: 'live' },
    { at: 11 * MINUTE + 1, status: 'silent' },
    { at: 30 * MINUTE, value: 4, status: 'live' },
  ]
  for (const { at, value, status } of timeline) {
    if (value !== undefined) record('pm25', T0 + at, value)
    latest.sweep(T0 + at)
    expect([at, latest.status(station)]).toEqual([at, status])
  }
})

test('a station whose clock is wrong is heard by the time of receipt', () => {
  record('pm25', T0 - 2 * HOUR, 3, { received: T0 })
  latest.sweep(T0 + MINUTE)
  expect(latest.status(station)).toBe('live')
  expect(latest.heardAt(station)).toBe(T0)
})

test('every change is reported once', () => {
  record('pm25', T0, 1)
  record('pm10', T0, 1)
  expect(latest.takeChanged()).toEqual([station.slot])
  expect(latest.takeChanged()).toEqual([])
  record('pm25', T0 - 1, 5)
  expect(latest.takeChanged()).toEqual([])
  latest.sweep(T0 + DAY)
  expect(latest.takeChanged()).toEqual([station.slot])
})

test('restored values give way to newer ones and do not come back', () => {
  for (const [id, property] of ['pm25', 'pm10', 'run_state'].entries()) {
    resolver.setDatastream({ id: id + 1, station: 's', property })
  }
  record('pm25', T0 + 5, 50)
  latest.restore([
    { datastream: 1, phenomenonTime: T0, resultTime: T0, value: 1, quality: 1 },
    { datastream: 2, phenomenonTime: T0, resultTime: T0, value: 2, quality: 1 },
    { datastream: 3, phenomenonTime: T0, resultTime: T0, value: 'stopped', quality: 1 },
    { datastream: 4, phenomenonTime: T0, resultTime: T0, value: 4, quality: 1 },
  ])
  expect(shown('pm25')).toBe(50)
  expect(shown('pm10')).toBe(2)
  expect(shown('run_state')).toBe('stopped')
})

test('a station registered again after removal has no past', () => {
  record('pm25', T0, 1)
  resolver.removeStation('s')
  resolver.setStation({ id: 's', latitude: 30, longitude: 110, medium: 'air' })
  const again = resolver.station('s') as Station
  expect(latest.state(again, null)).toMatchObject({ status: 'never', property: null })
  expect(latest.stats()).toMatchObject({ never: 1, live: 0 })
})

test('thousands of stations keep apart', () => {
  for (let at = 0; at < 3000; at++) {
    resolver.setStation({ id: `s${at}`, latitude: 0, longitude: 0, medium: 'air' })
    const one = resolver.station(`s${at}`) as Station
    latest.record(resolver.resolveSeries(one, 'pm25'), T0, T0, at, 1)
  }
  for (let at = 0; at < 3000; at++) {
    expect(latest.details(resolver.station(`s${at}`) as Station)).toEqual({ pm25: [at, T0, 1] })
  }
})
