import { describe, expect, test } from '@jest/globals'
import { silenceInput } from '../api/alerts.ts'
import {
  type Inhibits,
  inhibitions,
  isFlapping,
  type NoisyAlert,
  type SilenceTerms,
  silenceState,
  silencesOf,
} from './noise.ts'
import type { StationFacts } from './types.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const NONE: ReadonlySet<string> = new Set()

const station = (id: string, change: Partial<StationFacts> = {}): StationFacts => ({
  id,
  name: id,
  medium: 'air',
  site: 'plant',
  class: null,
  jurisdictions: ['north', 'province'],
  attributes: {},
  ...change,
})
const alert = (id: string, change: Partial<NoisyAlert> = {}): NoisyAlert => ({
  id,
  rule: 'rule',
  severity: 'moderate',
  trigger: 'condition',
  firedAt: 0,
  station: 'one',
  site: 'plant',
  stations: [station('one')],
  innermost: ['north'],
  inhibitedBy: null,
  ...change,
})
const silence = (change: Record<string, unknown> = {}, id = 'silence'): SilenceTerms => {
  const { startsAt, endsAt, ...rest } = silenceInput.parse({
    reason: 'calibration',
    scope: {},
    startsAt: '2026-06-01T00:00:00+08:00',
    endsAt: '2026-06-08T00:00:00+08:00',
    ...change,
  })
  return { ...rest, id, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) }
}

describe('silences', () => {
  test.each<[string, Record<string, unknown>, NoisyAlert, boolean]>([
    ['everything', {}, alert('a'), true],
    ['its rule', { rules: ['rule'] }, alert('a'), true],
    ['another rule', { rules: ['other'] }, alert('a'), false],
    ['its severity', { severities: ['minor', 'moderate'] }, alert('a'), true],
    ['other severities', { severities: ['minor'] }, alert('a'), false],
    ['its station', { scope: { stations: ['one'] } }, alert('a'), true],
    ['another station', { scope: { stations: ['two'] } }, alert('a'), false],
    ['a jurisdiction around it', { jurisdiction: 'province' }, alert('a'), true],
    ['a jurisdiction beside it', { jurisdiction: 'south', scope: { stations: ['one'] } }, alert('a'), false],
    [
      'one station of a silent site',
      { scope: { stations: ['one'] } },
      alert('a', { station: null, stations: [station('one'), station('two')] }),
      false,
    ],
    [
      'all stations of a silent site',
      { scope: { sites: ['plant'] } },
      alert('a', { station: null, stations: [station('one'), station('two')] }),
      true,
    ],
    ['a station that is gone', {}, alert('a', { stations: [] }), false],
  ])('of %s', (_, change, noisy, expected) => {
    expect(silencesOf(noisy, [silence(change)])).toEqual(expected ? ['silence'] : [])
  })

  const nightly = { timeZone: 'Asia/Shanghai', schedule: [{ days: [1], from: '22:00', to: '06:00' }] }
  test.each<[string, string, Record<string, unknown>, string]>([
    ['before its start', '2026-05-31T23:59:59+08:00', {}, 'pending'],
    ['from its start on', '2026-06-01T00:00:00+08:00', {}, 'active'],
    ['until its end', '2026-06-08T00:00:00+08:00', {}, 'expired'],
    ['between its hours', '2026-06-01T21:59:00+08:00', { recurring: nightly }, 'pending'],
    ['in its hours', '2026-06-02T05:59:00+08:00', { recurring: nightly }, 'active'],
    ['on another day', '2026-06-02T23:00:00+08:00', { recurring: nightly }, 'pending'],
    ['after its end, hours or not', '2026-06-08T22:30:00+08:00', { recurring: nightly }, 'expired'],
  ])('%s', (_, time, change, expected) => {
    expect(silenceState(silence(change), NONE, Date.parse(time))).toBe(expected)
  })
})

describe('inhibition', () => {
  const siteLost = alert('site', {
    rule: 'lost',
    severity: 'severe',
    trigger: 'no_data',
    station: null,
    stations: [station('one'), station('two')],
  })
  const stationLost = alert('one', { trigger: 'no_data' })
  const by =
    (inhibits: Inhibits, rules = ['lost']) =>
    (rule: string) =>
      rules.includes(rule) ? inhibits : null
  const pairs = (alerts: NoisyAlert[], inhibitsOf: (rule: string) => Inhibits | null) =>
    Object.fromEntries(inhibitions(alerts, inhibitsOf))

  test.each<[string, Inhibits, NoisyAlert, boolean]>([
    ['a lost site inhibits its lost stations', { within: 'site', alerts: 'no_data' }, stationLost, true],
    ['not what still measures', { within: 'site', alerts: 'no_data' }, alert('one'), false],
    [
      'not stations of another site',
      { within: 'site', alerts: 'all' },
      alert('one', { site: 'mill' }),
      false,
    ],
    ['what is less severe', { within: 'site', alerts: 'lower_severity' }, alert('one'), true],
    [
      'not what is as severe',
      { within: 'site', alerts: 'lower_severity' },
      alert('one', { severity: 'severe' }),
      false,
    ],
    [
      'everything in its jurisdiction',
      { within: 'jurisdiction', alerts: 'all' },
      alert('one', { site: null }),
      true,
    ],
    [
      'not in a neighbouring one of the same province',
      { within: 'jurisdiction', alerts: 'all' },
      alert('one', { site: null, stations: [station('one', { jurisdictions: ['province', 'south'] })] }),
      false,
    ],
    ['a site is no station', { within: 'station', alerts: 'all' }, alert('one', { station: null }), false],
  ])('%s', (_, inhibits, other, expected) => {
    expect(pairs([other, siteLost], by(inhibits))).toEqual(expected ? { [other.id]: 'site' } : {})
  })

  test('of two that would inhibit each other the worse, then the older, is told', () => {
    const everything = by({ within: 'station', alerts: 'all' }, ['rule'])
    expect(pairs([alert('a'), alert('b', { severity: 'extreme' })], everything)).toEqual({ a: 'b' })
    expect(pairs([alert('a', { firedAt: 2 }), alert('b', { firedAt: 1 })], everything)).toEqual({ a: 'b' })
  })

  test('an alert stays with whichever inhibits it already', () => {
    const everything = by({ within: 'site', alerts: 'no_data' }, ['lost'])
    const other = { ...siteLost, id: 'other', severity: 'minor', trigger: 'condition' } as const
    expect(
      pairs(
        [{ ...stationLost, inhibitedBy: 'other' }, { ...siteLost, trigger: 'condition' }, other],
        everything,
      ),
    ).toEqual({
      one: 'other',
    })
  })
})

describe('flapping', () => {
  const minutes = (...times: number[]) => times.map((time) => time * MINUTE)

  test.each<[string, number[], number, boolean]>([
    ['three firings', minutes(0, 1, 2), 3, false],
    ['four within an hour', minutes(0, 20, 40, 59), 60, true],
    ['four in more than that', minutes(0, 20, 40, 60), 60, false],
    ['until an hour of calm', minutes(0, 1, 2, 3), 62, true],
    ['and no longer', minutes(0, 1, 2, 3), 63, false],
    ['as long as it fires again before', minutes(0, 1, 2, 3, 50, 100), 150, true],
    ['anew after it settled', minutes(0, 1, 2, 3, 63), 64, false],
  ])('%s', (_, firings, now, expected) => {
    expect(isFlapping(firings, now * MINUTE)).toBe(expected)
  })

  test('nothing fired', () => {
    expect(isFlapping([], HOUR)).toBe(false)
  })
})
