import { expect, test } from '@jest/globals'
import { propertyById } from '@osprey/core/properties'
import { type Device, Resolver } from './resolver.ts'

const PM25 = propertyById('pm25')
const CO = propertyById('co')
if (PM25 === undefined || CO === undefined) throw new Error('the catalogue lost its pollutants')

function registry(): Resolver {
  const resolver = new Resolver()
  resolver.setProperty(PM25 as NonNullable<typeof PM25>)
  for (const id of ['a', 'b', 'other']) {
    resolver.setStation({ id, latitude: 30, longitude: 110, medium: 'air' })
  }
  resolver.setDevice({ id: 'single', stations: ['a'], disabled: false })
  resolver.setDevice({ id: 'gateway', stations: ['a', 'b', 'planned'], disabled: false })
  resolver.setDevice({ id: 'idle', stations: [], disabled: false })
  return resolver
}

test.each([
  { device: 'single', named: undefined, expected: 'a' },
  { device: 'single', named: 'a', expected: 'a' },
  { device: 'single', named: 'other', expected: 'station_not_allowed' },
  { device: 'single', named: 'nowhere', expected: 'unknown_station' },
  { device: 'gateway', named: undefined, expected: 'station_missing' },
  { device: 'gateway', named: 'b', expected: 'b' },
  { device: 'gateway', named: 'planned', expected: 'unknown_station' },
  { device: 'idle', named: undefined, expected: 'station_missing' },
])('a report of $device naming $named belongs to: $expected', ({ device, named, expected }) => {
  const resolver = registry()
  const station = resolver.resolveStation(resolver.device(device) as Device, named)
  expect(typeof station === 'string' ? station : station.id).toBe(expected)
})

test('a station may be registered after the device that names it', () => {
  const resolver = registry()
  resolver.setStation({ id: 'planned', latitude: 30, longitude: 110, medium: 'air' })
  const station = resolver.resolveStation(resolver.device('gateway') as Device, 'planned')
  expect(station).toMatchObject({ id: 'planned', present: true })
})

test('a removed station is unknown, and registered again it starts afresh', () => {
  const resolver = registry()
  const device = resolver.device('single') as Device
  const before = resolver.resolveStation(device, undefined)
  resolver.setDatastream({ id: 7, station: 'a', property: 'pm25' })
  resolver.removeStation('a')
  expect(resolver.resolveStation(device, undefined)).toBe('unknown_station')
  expect(resolver.station('a')).toBeUndefined()

  resolver.setStation({ id: 'a', latitude: 31, longitude: 111, medium: 'noise' })
  const after = resolver.resolveStation(device, undefined)
  expect(after).toMatchObject({ id: 'a', medium: 'noise' })
  expect(after).not.toBe(before)
  if (typeof after === 'string') throw new Error(after)
  expect(resolver.seriesDatastream[resolver.resolveSeries(after, 'pm25')]).toBe(0)
})

test('what waits for the store can still be described after its station is gone', () => {
  const resolver = registry()
  resolver.setDatastream({ id: 7, station: 'a', property: 'pm25' })
  resolver.removeStation('a')
  expect(resolver.describeDatastream(7)).toEqual({ station: 'a', property: 'pm25', unit: 'ug/m3' })
  expect(resolver.describeDatastream(8)).toBeUndefined()
})

test('registrations may come in any order', () => {
  const resolver = new Resolver()
  resolver.setDevice({ id: 'd', stations: ['s'], disabled: false })
  resolver.setDatastream({ id: 3, station: 's', property: 'pm25' })
  resolver.setProperty(PM25)
  resolver.setStation({ id: 's', latitude: 0, longitude: 0, medium: 'air' })
  const station = resolver.resolveStation(resolver.device('d') as Device, undefined)
  if (typeof station === 'string') throw new Error(station)
  const series = resolver.resolveSeries(station, 'pm25')
  expect(resolver.seriesDatastream[series]).toBe(3)
  expect(resolver.propertyOfSeries(series)).toMatchObject({ id: 'pm25', kind: 'number' })
  expect(resolver.seriesOfDatastream(3)).toBe(series)
})

test('thousands of series keep apart', () => {
  const resolver = registry()
  for (let at = 0; at < 5000; at++) {
    resolver.setStation({ id: `s${at}`, latitude: 0, longitude: 0, medium: 'air' })
    resolver.setDatastream({ id: at + 1, station: `s${at}`, property: 'pm25' })
  }
  for (let at = 0; at < 5000; at++) {
    expect(resolver.describeDatastream(at + 1)?.station).toBe(`s${at}`)
  }
})

test('units of a device are worked out again when its property changes', () => {
  const resolver = new Resolver((unit, property) =>
    property.unit === 'mg/m3'
      ? { ok: true, factor: 2, offset: 0 }
      : { ok: false, detail: `${unit} to ${property.unit}` },
  )
  resolver.setDevice({ id: 'd', stations: [], units: { co: '[ppm]' }, disabled: false })
  const conversion = () => resolver.device('d')?.conversions?.get('co')
  expect(conversion()).toMatchObject({ ok: false })
  resolver.setProperty(CO)
  expect(conversion()).toEqual({ ok: true, factor: 2, offset: 0 })
  resolver.setProperty({ ...CO, unit: 'g/m3' })
  expect(conversion()).toEqual({ ok: false, detail: '[ppm] to g/m3' })
})

test('a device that invents unit names is answered without working them out', () => {
  let worked = 0
  const resolver = new Resolver((unit) => {
    worked++
    if (unit === 'throws') throw new Error('no such unit')
    return { ok: false, detail: 'unknown' }
  })
  resolver.setProperty(PM25)
  resolver.setDevice({ id: 'd', stations: [], disabled: false })
  const device = resolver.device('d') as Device
  const property = resolver.property('pm25')
  if (property === undefined) throw new Error('pm25 is gone')
  expect(resolver.convert(device, 'throws', property)).toMatchObject({ ok: false })
  for (let at = 0; at < 3000; at++) resolver.convert(device, `u${at}`, property)
  resolver.convert(device, 'u1', property)
  expect(worked).toBe(1024)
  expect(resolver.convert(device, 'another', property)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('too many different units'),
  })
})

test('a device is known as it was registered when its message was received, as long as that is needed', () => {
  let now = 100
  const resolver = new Resolver(undefined, () => now)
  const disabledAt = (time: number) => resolver.device('d', time)?.disabled
  const timeline = [
    { at: 100, change: () => resolver.setDevice({ id: 'd', stations: ['a'], disabled: false }) },
    { at: 200, change: () => resolver.setDevice({ id: 'd', stations: ['a'], disabled: true }) },
    { at: 300, change: () => resolver.setDevice({ id: 'd', stations: ['a'], disabled: true }) },
    { at: 400, change: () => resolver.removeDevice('d') },
    { at: 500, change: () => resolver.setDevice({ id: 'd', stations: ['b'], disabled: false }) },
    { at: 600, change: () => resolver.setDevice({ id: 'd', stations: ['c'], disabled: false }) },
  ]
  for (const { at, change } of timeline) {
    now = at
    change()
  }
  expect([50, 199, 200, 399, 400, 499, 500].map(disabledAt)).toEqual([
    false,
    false,
    true,
    true,
    undefined,
    undefined,
    false,
  ])
  expect([...(resolver.device('d', 599)?.stations.keys() ?? [])]).toEqual(['b'])
  expect([...(resolver.device('d')?.stations.keys() ?? [])]).toEqual(['c'])
  resolver.forgetFormer(599)
  expect(disabledAt(199)).toBe(false)
  expect([...(resolver.device('d', 599)?.stations.keys() ?? [])]).toEqual(['b'])
  resolver.forgetFormer(600)
  expect([...(resolver.device('d', 599)?.stations.keys() ?? [])]).toEqual(['c'])
})
