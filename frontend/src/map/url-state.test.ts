import { expect, test } from '@jest/globals'
import { MEDIA } from '@osprey/core/properties'
import fc from 'fast-check'
import { CONDITIONS } from '../stations/filter.ts'
import { formatHash, parseHash, type Route, WHOLE_MAP } from './url-state.ts'

test('an empty or unknown address shows the whole map', () => {
  for (const hash of ['', '#', '#/', '#/map', '#/elsewhere', '#content']) {
    expect(parseHash(hash)).toEqual({ page: 'map', map: WHOLE_MAP })
  }
})

test('a link carries station, place, property and filters', () => {
  expect(
    parseHash('#/map?station=st-042&property=pm25&media=noise,air&status=silent&lat=39.9&lng=116.4&z=13.5'),
  ).toEqual({
    page: 'map',
    map: {
      station: 'st-042',
      view: { latitude: 39.9, longitude: 116.4, zoom: 13.5 },
      property: 'pm25',
      media: ['air', 'noise'],
      conditions: ['silent'],
    },
  })
})

test('what cannot be right is left out', () => {
  expect(parseHash('#/map?station=%3Cimg%3E&media=fire&lat=200&lng=1&property=..%2F')).toEqual({
    page: 'map',
    map: WHOLE_MAP,
  })
  expect(parseHash('#/map?lat=10&lng=&z=5')).toMatchObject({ map: { view: null } })
})

test('the ledger may be opened at one device', () => {
  expect(parseHash('#/ledger?device=dev-1')).toEqual({ page: 'ledger', device: 'dev-1' })
  expect(formatHash({ page: 'ledger', device: null })).toBe('#/ledger')
})

test('every route survives the way through the address', () => {
  const id = fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/))
  const degrees = (limit: number) =>
    fc.integer({ min: -limit * 1e5, max: limit * 1e5 }).map((n) => n / 1e5 + 0)
  const place = fc.record({
    latitude: degrees(90),
    longitude: degrees(180),
    zoom: fc.integer({ min: 0, max: 18 }),
  })
  const route: fc.Arbitrary<Route> = fc.oneof(
    fc.record({ page: fc.constant('ledger' as const), device: id }),
    fc.record({
      page: fc.constant('map' as const),
      map: fc.record({
        station: id,
        view: fc.option(place),
        property: id,
        media: fc.subarray([...MEDIA]),
        conditions: fc.subarray([...CONDITIONS]),
      }),
    }),
  )
  fc.assert(fc.property(route, (original) => expect(parseHash(formatHash(original))).toEqual(original)))
})
