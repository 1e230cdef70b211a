import { expect, test } from '@jest/globals'
import type { AlertView } from '@osprey/core/api/alerts'
import {
  type AlertSearch,
  alertParameters,
  alertQuery,
  FIRING_ALERTS,
  isNarrowed,
  matchesSearch,
  parseAlertSearch,
  QUICK_FILTERS,
  quickFilterOf,
  quickSearch,
} from './alert-search.ts'
import { alertFixture } from './alerts.fixture.ts'

const NOW = Date.parse('2026-11-22T04:00:00Z')
const parse = (text: string): AlertSearch => parseAlertSearch(new URLSearchParams(text))
const matches = (change: Partial<AlertView>, search: Partial<AlertSearch>): boolean | null =>
  matchesSearch(
    alertFixture(change),
    { ...FIRING_ALERTS, ...search },
    'li.na',
    (id) => (id === 'st-1' ? 'North Gate' : undefined),
    NOW,
  )

test('nothing asked means everything that fires, and leaves the address alone', () => {
  expect(parse('')).toEqual(FIRING_ALERTS)
  expect(Object.values(alertParameters(FIRING_ALERTS)).join('')).toBe('')
  expect(alertQuery(FIRING_ALERTS)).toBe('state=firing')
})

test('any state can be asked for', () => {
  expect(parse('state=any').states).toEqual([])
  expect(alertParameters(parse('state=any'))['state']).toBe('any')
  expect(alertQuery(parse('state=any'))).toBe('')
  expect(parse('state=nonsense').states).toEqual(['firing'])
})

test('what cannot be right is left out', () => {
  expect(
    parse('severity=severe,dreadful&station=%3Cimg%3E&acknowledged=perhaps&from=yesterday&group=colour'),
  ).toEqual({ ...FIRING_ALERTS, severities: ['severe'] })
})

test('the server is asked for what is in the address', () => {
  const search = parse('state=firing,resolved&severity=severe&assignee=me&text=north&group=site')
  expect(alertQuery(search)).toBe('state=firing%2Cresolved&severity=severe&assignee=me&text=north')
  expect(isNarrowed(search)).toBe(true)
  expect(isNarrowed(parse('state=resolved&group=rule'))).toBe(false)
})

test('every quick filter is recognised, whatever the grouping', () => {
  for (const filter of QUICK_FILTERS) expect(quickFilterOf(quickSearch(filter, 'site'))).toBe(filter)
  expect(quickFilterOf({ ...FIRING_ALERTS, text: 'north' })).toBeNull()
})

test.each<[string, Partial<AlertView>, Partial<AlertSearch>, boolean | null]>([
  ['fires', {}, {}, true],
  ['is over', { state: 'resolved' }, {}, false],
  ['is over, any state', { state: 'resolved' }, { states: [] }, true],
  ['severity', {}, { severities: ['severe'] }, false],
  ['second station', { other: 'st-9' }, { station: 'st-9' }, true],
  ['another station', {}, { station: 'st-9' }, false],
  ['mine', { assignee: 'li.na' }, { assignee: 'me' }, true],
  ['somebody else', { assignee: 'wang.wei' }, { assignee: 'me' }, false],
  ['nobody', {}, { assignee: 'none' }, true],
  ['not acknowledged', {}, { acknowledged: 'false' }, true],
  ['silenced', { silencedBy: ['s1'] }, { silenced: 'true' }, true],
  ['muted is silenced', { muted: true }, { silenced: 'false' }, false],
  ['snoozed', { snoozedUntil: '2026-11-22T05:00:00Z' }, { silenced: 'true' }, true],
  ['snoozed no more', { snoozedUntil: '2026-11-22T03:30:00Z' }, { silenced: 'true' }, false],
  ['name of the station', {}, { text: ' north ' }, true],
  ['name of the rule', {}, { text: 'pm2.5' }, true],
  ['no name', {}, { text: 'harbour' }, false],
  ['fired before', {}, { to: '2026-11-22T03:10:00Z' }, false],
  ['still firing after', {}, { from: '2026-11-22T03:30:00Z' }, true],
  ['resolved before', { resolvedAt: '2026-11-22T03:15:00Z' }, { from: '2026-11-22T03:30:00Z' }, false],
  ['the server knows the jurisdiction', {}, { jurisdiction: 'north' }, null],
  ['another state in a jurisdiction', { state: 'resolved' }, { jurisdiction: 'north' }, false],
])('%s', (_, alert, search, expected) => {
  expect(matches(alert, search)).toBe(expected)
})
