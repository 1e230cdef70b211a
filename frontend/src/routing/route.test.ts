import { expect, test } from '@jest/globals'
import { ALERT_STATES } from '@osprey/core/api/alerts'
import { SEVERITIES } from '@osprey/core/api/rules'
import { MEDIA } from '@osprey/core/properties'
import fc from 'fast-check'
import { ALERT_GROUPS, FIRING_ALERTS } from '../alerts/alert-search.ts'
import { CONDITIONS } from '../stations/filter.ts'
import { formatHash, parseHash, parseProblem, type Route, WHOLE_AUDIT, WHOLE_MAP } from './route.ts'

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

test('devices, people and jurisdictions may be opened at one of them', () => {
  expect(parseHash('#/devices?device=dev-1&search=pump')).toEqual({
    page: 'devices',
    device: 'dev-1',
    search: 'pump',
  })
  expect(parseHash('#/people?person=wang.wei')).toEqual({ page: 'people', person: 'wang.wei' })
  expect(parseHash('#/people?person=%3Cscript%3E')).toEqual({ page: 'people', person: null })
  expect(parseHash('#/jurisdictions?jurisdiction=north')).toEqual({
    page: 'jurisdictions',
    jurisdiction: 'north',
  })
})

test('an alert is opened with the search that leads back to the inbox', () => {
  expect(parseHash('#/alerts')).toEqual({ page: 'alerts', alert: null, search: FIRING_ALERTS })
  expect(parseHash('#/alerts?alert=-Ab_9&severity=severe')).toEqual({
    page: 'alerts',
    alert: '-Ab_9',
    search: { ...FIRING_ALERTS, severities: ['severe'] },
  })
  expect(formatHash({ page: 'alerts', alert: 'x1', search: FIRING_ALERTS })).toBe('#/alerts?alert=x1')
  expect(parseHash('#/silences?silence=..%2F')).toEqual({ page: 'silences', silence: null })
})

test('rules are a list, a library, one rule, or a new one', () => {
  expect(parseHash('#/rules')).toEqual({ page: 'rules', view: 'list', rule: null })
  expect(parseHash('#/rules?view=library&rule=x')).toEqual({ page: 'rules', view: 'library', rule: null })
  expect(parseHash('#/rules?rule=pm25-high')).toEqual({ page: 'rules', view: 'edit', rule: 'pm25-high' })
  expect(parseHash('#/rules?view=new&rule=gb-3095')).toEqual({ page: 'rules', view: 'new', rule: 'gb-3095' })
  expect(parseHash('#/rules?view=odd&rule=%3Cb%3E')).toEqual({ page: 'rules', view: 'list', rule: null })
})

test('notifications are opened at one of their tabs; only the log is of one alert', () => {
  expect(parseHash('#/notifications')).toEqual({ page: 'notifications', view: 'channels', alert: null })
  expect(parseHash('#/notifications?view=odd&alert=a1')).toEqual({
    page: 'notifications',
    view: 'channels',
    alert: null,
  })
  expect(parseHash('#/notifications?view=deliveries&alert=-Ab_9')).toEqual({
    page: 'notifications',
    view: 'deliveries',
    alert: '-Ab_9',
  })
})

test('a search of the audit log can be shared', () => {
  expect(parseHash('#/audit?actor=admin&action=device&from=2026-11-01T00:00:00Z&to=yesterday')).toEqual({
    page: 'audit',
    search: { ...WHOLE_AUDIT, actor: 'admin', action: 'device', from: '2026-11-01T00:00:00Z' },
  })
})

test('the secret of a one-time link is read but never written', () => {
  const token = 'abcdefghijklmnopqrstuvwxyz012345'
  expect(parseHash(`#/link?token=${token}`)).toEqual({ page: 'link', token })
  expect(formatHash({ page: 'link', token })).toBe('#/link')
  expect(parseHash('#/link?token=short')).toEqual({ page: 'link', token: null })
})

test('the reason why single sign-on failed is a plain word', () => {
  expect(parseProblem('#/?problem=sso_denied')).toBe('sso_denied')
  expect(parseProblem('#/?problem=<b>')).toBeNull()
  expect(parseProblem('#/map')).toBeNull()
})

test('every route survives the way through the address', () => {
  const id = fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/))
  const text = fc.string({ unit: 'grapheme', maxLength: 20 })
  const degrees = (limit: number) =>
    fc.integer({ min: -limit * 1e5, max: limit * 1e5 }).map((n) => n / 1e5 + 0)
  const place = fc.record({
    latitude: degrees(90),
    longitude: degrees(180),
    zoom: fc.integer({ min: 0, max: 18 }),
  })
  const name = fc.oneof(fc.constant(''), fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/))
  const answer = fc.constantFrom('' as const, 'true' as const, 'false' as const)
  const route: fc.Arbitrary<Route> = fc.oneof(
    fc.record({
      page: fc.constant('alerts' as const),
      alert: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/)),
      search: fc.record({
        states: fc.subarray([...ALERT_STATES]),
        severities: fc.subarray([...SEVERITIES]),
        station: name,
        site: name,
        rule: name,
        jurisdiction: name,
        assignee: name,
        acknowledged: answer,
        silenced: answer,
        text,
        from: fc.constantFrom('', '2026-11-01T00:00:00+08:00'),
        to: fc.constantFrom('', '2026-12-01T00:00:00.5Z'),
        group: fc.constantFrom(...ALERT_GROUPS),
      }),
    }),
    fc.record({
      page: fc.constant('silences' as const),
      silence: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/)),
    }),
    fc.record({
      page: fc.constant('rules' as const),
      view: fc.constantFrom('list' as const, 'library' as const),
      rule: fc.constant(null),
    }),
    fc.record({ page: fc.constant('rules' as const), view: fc.constant('new' as const), rule: id }),
    fc.record({
      page: fc.constant('rules' as const),
      view: fc.constant('edit' as const),
      rule: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
    }),
    fc.record({
      page: fc.constant('notifications' as const),
      view: fc.constantFrom('channels' as const, 'routes' as const, 'holidays' as const),
      alert: fc.constant(null),
    }),
    fc.record({
      page: fc.constant('notifications' as const),
      view: fc.constant('deliveries' as const),
      alert: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/)),
    }),
    fc.record({ page: fc.constant('ledger' as const), device: id }),
    fc.record({ page: fc.constant('devices' as const), device: id, search: text }),
    fc.record({
      page: fc.constant('audit' as const),
      search: fc.record({
        from: fc.constantFrom('', '2026-11-01T00:00:00+08:00'),
        to: fc.constantFrom('', '2026-12-01T00:00:00.5Z'),
        actor: text,
        action: text,
        object: text,
        text,
      }),
    }),
    fc.record({ page: fc.constant('people' as const), person: id }),
    fc.record({ page: fc.constant('jurisdictions' as const), jurisdiction: id }),
    fc.constant({ page: 'account' as const }),
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
