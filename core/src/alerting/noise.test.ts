import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { silenceInput } from '../api/alerts.ts'
import { SEVERITIES } from '../api/rules.ts'
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
  heldBack: false,
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

describe('whom an alert inhibits', () => {
  const all: Inhibits = { within: 'site', alerts: 'all' }
  const near: Inhibits = { within: 'jurisdiction', alerts: 'all' }
  const by = (change: Partial<NoisyAlert> = {}) =>
    alert('by', { rule: 'lost', severity: 'severe', ...change })
  const at = (...jurisdictions: string[]) => ({ stations: [station('one', { jurisdictions })] })

  test.each<[string, Inhibits, NoisyAlert, NoisyAlert, boolean]>([
    ['one that is told', all, by(), alert('a'), true],
    ['one that is held back itself inhibits none', all, by({ heldBack: true }), alert('a'), false],
    ['a held back one is inhibited all the same', all, by(), alert('a', { heldBack: true }), true],
    ['not where others look after the station', all, by(at('south')), alert('a', at('north')), false],
    [
      'not where a part of those who see the one cannot see the other',
      near,
      by({ ...at('north', 'province'), innermost: ['north'] }),
      alert('a', at('town', 'north', 'province')),
      false,
    ],
    [
      'where all of them see it',
      near,
      by({ ...at('town', 'north', 'province'), innermost: ['town', 'north'] }),
      alert('a', at('north', 'province')),
      true,
    ],
    [
      'a site of several areas inhibits in each of them',
      all,
      by({
        station: null,
        stations: [station('one', { jurisdictions: ['a'] }), station('two', { jurisdictions: ['b'] })],
      }),
      alert('a', at('b')),
      true,
    ],
    [
      'a station does not inhibit its site where that has several areas',
      all,
      by(at('a')),
      alert('a', {
        station: null,
        stations: [station('one', { jurisdictions: ['a'] }), station('two', { jurisdictions: ['b'] })],
      }),
      false,
    ],
    ['where nobody in particular looks after it', all, by(at()), alert('a', at()), true],
  ])('%s', (_, inhibits, one, other, expected) => {
    const found = inhibitions([other, one], (rule) => (rule === 'lost' ? inhibits : null))
    expect([...found.keys()]).toEqual(expected ? ['a'] : [])
  })

  const RULES: Record<string, Inhibits | null> = {
    none: null,
    ...Object.fromEntries(
      (['station', 'site', 'jurisdiction'] as const).flatMap((within) =>
        (['all', 'no_data', 'lower_severity'] as const).map((alerts) => [
          `${within} ${alerts}`,
          { within, alerts },
        ]),
      ),
    ),
  }
  const inhibitsOf = (rule: string) => RULES[rule] ?? null

  /** What is meant, without haste: each is compared with each. */
  function plainly(alerts: readonly NoisyAlert[]): Map<string, string> {
    const rank = ({ severity }: NoisyAlert) => SEVERITIES.indexOf(severity)
    const around = ({ stations }: NoisyAlert) => stations.flatMap(({ jurisdictions }) => jurisdictions)
    const inhibited = new Map<string, string>()
    const ordered = [...alerts].sort(
      (one, other) => rank(other) - rank(one) || one.firedAt - other.firedAt || (one.id < other.id ? -1 : 1),
    )
    for (const one of ordered) {
      const inhibits = one.heldBack ? null : inhibitsOf(one.rule)
      if (inhibits === null || inhibited.has(one.id)) continue
      for (const other of alerts) {
        const isNear = {
          station: one.station !== null && one.station === other.station,
          site: one.site !== null && one.site === other.site,
          jurisdiction: around(other).some((id) => one.innermost.includes(id)),
        }
        const isMeant = {
          all: true,
          no_data: other.trigger === 'no_data',
          lower_severity: rank(other) < rank(one),
        }
        const isSeen = around(other).every((id) => around(one).includes(id))
        if (other === one || !isNear[inhibits.within] || !isMeant[inhibits.alerts] || !isSeen) continue
        if (!inhibited.has(other.id) || other.inhibitedBy === one.id) inhibited.set(other.id, one.id)
      }
    }
    return inhibited
  }

  const anyAlert = fc.record({
    rule: fc.constantFrom(...Object.keys(RULES)),
    severity: fc.constantFrom(...SEVERITIES),
    trigger: fc.constantFrom('condition' as const, 'no_data' as const),
    firedAt: fc.nat(3),
    at: fc.constantFrom(...['a', 'b', 'c'].map((id) => ({ station: id, site: 'p' })), {
      station: 'd',
      site: null,
    }),
    whole: fc.boolean(),
    areas: fc.constantFrom([], ['north'], ['town', 'north'], ['south']),
    stays: fc.option(fc.nat(7), { nil: null }),
    heldBack: fc.boolean(),
  })
  test('is the same as when each is compared with each', () => {
    fc.assert(
      fc.property(fc.array(anyAlert, { maxLength: 8 }), (wanted) => {
        const alerts = wanted.map(({ at, whole, areas, stays, ...rest }, index) => {
          const innermost = areas.slice(0, 1)
          const stations = [station(at.station, { site: at.site, jurisdictions: areas })]
          const ofSite = whole && at.site !== null
          if (ofSite) stations.push(station('e', { site: at.site, jurisdictions: ['south'] }))
          return alert(String(index), {
            ...rest,
            site: at.site,
            station: ofSite ? null : at.station,
            stations,
            innermost: ofSite ? [...innermost, 'south'] : innermost,
            inhibitedBy: stays === null ? null : String(stays),
          })
        })
        expect(Object.fromEntries(inhibitions(alerts, inhibitsOf))).toEqual(
          Object.fromEntries(plainly(alerts)),
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('thousands that inhibit in one place are not compared each with each', () => {
    let looks = 0
    const alerts = Array.from({ length: 3000 }, (_, index) => {
      const one = alert(String(index), { rule: 'jurisdiction lower_severity', station: `s${index}` })
      return Object.defineProperty(one, 'severity', {
        get: () => {
          looks++
          return 'moderate'
        },
      })
    })
    expect(inhibitions(alerts, inhibitsOf).size).toBe(0)
    expect(looks).toBeLessThan(alerts.length * 100)
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
