import { describe, expect, test } from '@jest/globals'
import type { Severity } from '@osprey/core/api/rules'
import type { LastTold } from '../database/schema.ts'
import { type AlertFacts, type GroupFacts, type TellingSettings, tellingOf } from './telling.ts'

const S = 1000
const NOW = Date.UTC(2026, 10, 24, 12, 0, 30)
const ROUTE: TellingSettings = {
  groupWaitSeconds: 10,
  groupIntervalSeconds: 300,
  repeatSeconds: 3600,
  resolved: true,
  quiet: null,
}

function alert(change: Partial<AlertFacts> = {}): AlertFacts {
  return {
    id: 'a',
    state: 'firing',
    severity: 'moderate',
    recordedAt: NOW - 60 * S,
    acknowledged: false,
    snoozedUntil: null,
    muted: false,
    silencedBy: [],
    inhibitedBy: null,
    flapping: false,
    target: 'target',
    calmAt: Number.POSITIVE_INFINITY,
    routed: true,
    ...change,
  }
}

const over = (change: Partial<AlertFacts> = {}) =>
  alert({ state: 'resolved', calmAt: NOW - 5 * S, ...change })

const last = (severity: Severity, at = NOW - 1000 * S): LastTold => ({ severity, at })
function told(severity: Severity, toldAt = NOW - 1000 * S): GroupFacts {
  return { told: { a: last(severity, toldAt) }, toldAt }
}
const FRESH: GroupFacts = { told: { a: null }, toldAt: null }
const BEFORE = last('moderate')

interface Case {
  name: string
  group: GroupFacts
  alert?: AlertFacts
  settings?: Partial<TellingSettings>
  tell?: string
  held?: string
  dropped?: string
  dueIn?: number | null
  left?: Record<string, LastTold | null>
}

const CASES: Case[] = [
  {
    name: 'a new alert is told',
    group: FRESH,
    alert: alert(),
    tell: 'firing',
    left: { a: last('moderate', NOW) },
    dueIn: 3600,
  },
  {
    name: 'the first of a group waits for company',
    group: FRESH,
    alert: alert({ recordedAt: NOW - 4 * S }),
    left: { a: null },
    dueIn: 6,
  },
  {
    name: 'without waiting it is told at once',
    group: FRESH,
    alert: alert({ recordedAt: NOW }),
    settings: { groupWaitSeconds: 0 },
    tell: 'firing',
  },
  {
    name: 'what changes soon after waits for the interval',
    group: told('minor', NOW - 100 * S),
    alert: alert(),
    left: { a: last('minor', NOW - 100 * S) },
    dueIn: 200,
  },
  {
    name: 'a higher severity is news',
    group: told('minor'),
    alert: alert(),
    tell: 'raised',
    left: { a: last('moderate', NOW) },
  },
  {
    name: 'the end is told',
    group: told('moderate'),
    alert: over(),
    tell: 'resolved',
    left: {},
    dueIn: null,
  },
  {
    name: 'the end is not told where the route does not want it',
    group: told('moderate'),
    alert: over(),
    settings: { resolved: false },
    dropped: 'resolved_not_wanted',
    left: {},
  },
  {
    name: 'what was over before it could be told is told',
    group: FRESH,
    alert: over(),
    tell: 'over',
    left: {},
  },
  {
    name: 'even where the route does not want ends',
    group: FRESH,
    alert: over(),
    settings: { resolved: false },
    tell: 'over',
  },
  {
    name: 'nothing new, nothing told',
    group: told('moderate'),
    alert: alert(),
    dueIn: 2600,
    left: { a: BEFORE },
  },
  {
    name: 'a reminder',
    group: told('moderate', NOW - 3600 * S),
    alert: alert(),
    tell: 'still',
    dueIn: 3600,
  },
  {
    name: 'no reminder once it is acknowledged',
    group: told('moderate', NOW - 4000 * S),
    alert: alert({ acknowledged: true }),
    dueIn: null,
  },
  {
    name: 'no reminder where none is wanted',
    group: told('moderate', NOW - 99_000 * S),
    alert: alert(),
    settings: { repeatSeconds: null },
    dueIn: null,
  },
  {
    name: 'an acknowledged alert is told once all the same',
    group: FRESH,
    alert: alert({ acknowledged: true }),
    tell: 'firing',
  },
  {
    name: 'silenced',
    group: FRESH,
    alert: alert({ silencedBy: ['s'] }),
    held: 'silenced',
    left: { a: null },
    dueIn: 60,
  },
  { name: 'inhibited', group: FRESH, alert: alert({ inhibitedBy: 'b' }), held: 'inhibited', dueIn: 60 },
  { name: 'muted', group: FRESH, alert: alert({ muted: true }), held: 'muted', dueIn: 60 },
  {
    name: 'snoozed, until that ends',
    group: FRESH,
    alert: alert({ snoozedUntil: NOW + 500 * S }),
    held: 'snoozed',
    dueIn: 500,
  },
  { name: 'no longer snoozed', group: FRESH, alert: alert({ snoozedUntil: NOW }), tell: 'firing' },
  {
    name: 'no reminder of what is silenced',
    group: told('moderate', NOW - 4000 * S),
    alert: alert({ silencedBy: ['s'] }),
    held: 'silenced',
    dueIn: 60,
  },
  {
    name: 'over while silenced: never told',
    group: FRESH,
    alert: over({ silencedBy: ['s'] }),
    dropped: 'silenced',
    left: {},
    dueIn: null,
  },
  {
    name: 'the end of what was told is told, though it was muted in the meantime',
    group: told('moderate'),
    alert: over({ muted: true }),
    tell: 'resolved',
    left: {},
  },
  {
    name: 'or silenced, inhibited and snoozed',
    group: told('moderate'),
    alert: over({ silencedBy: ['s'], inhibitedBy: 'b', snoozedUntil: NOW + 500 * S }),
    tell: 'resolved',
  },
  {
    name: 'what the route no longer leads from is not reminded of',
    group: told('moderate', NOW - 4000 * S),
    alert: alert({ routed: false }),
    dropped: 'not_routed',
    left: {},
    dueIn: null,
  },
  {
    name: 'nor told when it was over',
    group: FRESH,
    alert: over({ routed: false }),
    dropped: 'not_routed',
  },
  {
    name: 'the end of what was told is told, though its place is gone',
    group: told('moderate'),
    alert: over({ routed: false }),
    tell: 'resolved',
  },
  {
    name: 'the first flapping one says so',
    group: FRESH,
    alert: alert({ flapping: true }),
    tell: 'firing',
    left: { a: last('moderate', NOW) },
  },
  {
    name: 'the end of the one that was told waits for an hour of calm',
    group: told('moderate'),
    alert: over({ flapping: true, calmAt: NOW + 3600 * S }),
    held: 'flapping',
    dueIn: 60,
    left: { a: BEFORE },
  },
  {
    name: 'and is told then',
    group: told('moderate'),
    alert: over({ flapping: true, calmAt: NOW }),
    tell: 'resolved',
  },
  {
    name: 'quiet hours hold it to the next minute',
    group: FRESH,
    alert: alert(),
    settings: { quiet: { except: 'extreme' } },
    held: 'quiet_hours',
    left: { a: null },
    dueIn: 30,
  },
  {
    name: 'quiet hours let through what is so severe',
    group: FRESH,
    alert: alert({ severity: 'extreme' }),
    settings: { quiet: { except: 'extreme' } },
    tell: 'firing',
  },
  {
    name: 'quiet hours without exception hold everything',
    group: FRESH,
    alert: alert({ severity: 'extreme' }),
    settings: { quiet: { except: null } },
    held: 'quiet_hours',
  },
  {
    name: 'ends wait in quiet hours too',
    group: told('moderate'),
    alert: over(),
    settings: { quiet: { except: 'extreme' } },
    held: 'quiet_hours',
    left: { a: BEFORE },
  },
  {
    name: 'and so do reminders',
    group: told('moderate', NOW - 4000 * S),
    alert: alert(),
    settings: { quiet: { except: 'extreme' } },
    dueIn: 30,
  },
  { name: 'an alert that is gone is forgotten', group: FRESH, dropped: 'gone', left: {}, dueIn: null },
]

test.each(CASES)('$name', ({ group, alert: one, settings, tell, held, dropped, dueIn, left }) => {
  const alerts = new Map(one ? [[one.id, one]] : [])
  const result = tellingOf(group, alerts, { ...ROUTE, ...settings }, NOW)
  expect(result.tell).toEqual(tell === undefined ? [] : [{ alert: 'a', as: tell }])
  expect(result.held).toEqual(held === undefined ? [] : [{ alert: 'a', reason: held }])
  expect(result.dropped).toEqual(dropped === undefined ? [] : [{ alert: 'a', reason: dropped }])
  if (left !== undefined) expect(result.told).toEqual(left)
  if (dueIn !== undefined) expect(result.dueAt === null ? null : (result.dueAt - NOW) / S).toBe(dueIn)
})

type Step = [group: GroupFacts['told'], alerts: AlertFacts[], tell: [string, string][], held: string[]]

describe('flapping', () => {
  const flaps = (id: string, change: Partial<AlertFacts> = {}) => alert({ id, flapping: true, ...change })
  const calmed = (id: string, change: Partial<AlertFacts> = {}) =>
    flaps(id, { state: 'resolved', calmAt: NOW + 1800 * S, ...change })

  test.each<[string, ...Step]>([
    [
      'what comes after the one that was told waits until it has settled',
      { a: BEFORE, b: null },
      [calmed('a'), flaps('b')],
      [],
      ['a', 'b'],
    ],
    [
      'told where the one before was never told here: silenced, muted, or not severe enough',
      { b: null },
      [flaps('b')],
      [['b', 'firing']],
      [],
    ],
    [
      'told when it is worse than what was told',
      { a: BEFORE, b: null },
      [calmed('a'), flaps('b', { severity: 'extreme' })],
      [['b', 'firing']],
      ['a'],
    ],
    [
      'of several at once the worst that fires is told',
      { a: null, b: null, c: null },
      [calmed('a', { severity: 'extreme' }), flaps('b', { severity: 'extreme' }), flaps('c')],
      [['b', 'firing']],
      ['c'],
    ],
    [
      'another target is another matter',
      { a: BEFORE, b: null },
      [calmed('a'), flaps('b', { target: 'other' })],
      [['b', 'firing']],
      ['a'],
    ],
    [
      'settled: told where it still fires, and nothing is over meanwhile',
      { a: BEFORE, b: null },
      [calmed('a', { calmAt: Number.POSITIVE_INFINITY }), alert({ id: 'b' })],
      [['b', 'firing']],
      ['a'],
    ],
    [
      'once all is calm, all that was told is over',
      { a: BEFORE, b: BEFORE },
      [calmed('a', { calmAt: NOW }), over({ id: 'b' })],
      [
        ['a', 'resolved'],
        ['b', 'resolved'],
      ],
      [],
    ],
  ])('%s', (_, before, alerts, tell, held) => {
    const group = { told: before, toldAt: NOW - 1000 * S }
    const result = tellingOf(group, new Map(alerts.map((one) => [one.id, one])), ROUTE, NOW)
    expect(result.tell.map(({ alert: id, as }) => [id, as]).sort()).toEqual(tell)
    expect(result.held.map(({ alert: id }) => id).sort()).toEqual(held)
  })

  test('alerts shorter than the wait are told once, until it is calm', () => {
    const first = tellingOf(FRESH, new Map([['a', calmed('a')]]), ROUTE, NOW)
    expect(first.tell).toEqual([{ alert: 'a', as: 'over' }])
    const alerts = new Map([
      ['a', calmed('a')],
      ['b', calmed('b')],
    ])
    const second = tellingOf({ told: { ...first.told, b: null }, toldAt: NOW }, alerts, ROUTE, NOW + 600 * S)
    expect([second.tell, second.dropped]).toEqual([[], [{ alert: 'b', reason: 'flapping' }]])
    const calm = tellingOf({ told: second.told, toldAt: NOW }, alerts, ROUTE, NOW + 1800 * S)
    expect(calm).toEqual({ tell: [], held: [], dropped: [], told: {}, dueAt: null })
  })
})

describe('reminders', () => {
  const both = new Map([
    ['a', alert()],
    ['b', alert({ id: 'b' })],
  ])

  test('news of others does not put off a reminder', () => {
    let group: GroupFacts = { told: { a: last('moderate', NOW), n0: null }, toldAt: NOW }
    const reminded: number[] = []
    for (let minute = 6; minute <= 120; minute += 6) {
      const now = NOW + minute * 60 * S
      const id = `n${minute}`
      group = { ...group, told: { ...group.told, [id]: null } }
      const alerts = new Map([...both, [id, alert({ id, recordedAt: now - 60 * S })]])
      const { tell, told: after } = tellingOf(group, alerts, ROUTE, now)
      if (tell.some((one) => one.alert === 'a' && one.as === 'still')) reminded.push(minute)
      group = { told: after, toldAt: tell.length > 0 ? now : group.toldAt }
    }
    expect(reminded).toEqual([60, 120])
  })

  test('what was told at different times is reminded of together', () => {
    const group = {
      told: { a: last('moderate', NOW - 3600 * S), b: last('moderate', NOW - 2000 * S) },
      toldAt: NOW - 2000 * S,
    }
    const { tell, dueAt } = tellingOf(group, both, ROUTE, NOW)
    expect(tell.map((one) => one.as)).toEqual(['still', 'still'])
    expect(dueAt).toBe(NOW + 3600 * S)
  })

  test('reminders more frequent than the interval take the news along', () => {
    const settings = { ...ROUTE, repeatSeconds: 60 }
    const group = { told: { a: last('moderate', NOW - 60 * S), b: null }, toldAt: NOW - 60 * S }
    expect(tellingOf(group, both, settings, NOW).tell).toEqual([
      { alert: 'b', as: 'firing' },
      { alert: 'a', as: 'still' },
    ])
  })
})

test('a group tells together what came while it waited, and what is held back stays', () => {
  const alerts = ['a', 'b', 'c', 'd'].map((id) => alert({ id, recordedAt: NOW - 2 * S }))
  alerts[0] = alert({ recordedAt: NOW - 11 * S })
  alerts[3] = alert({ id: 'd', silencedBy: ['s'] })
  const group = { told: { a: null, b: null, c: BEFORE, d: null }, toldAt: NOW - 900 * S }
  const result = tellingOf(group, new Map(alerts.map((one) => [one.id, one])), ROUTE, NOW)
  expect(result.tell).toEqual([
    { alert: 'a', as: 'firing' },
    { alert: 'b', as: 'firing' },
  ])
  const now = last('moderate', NOW)
  expect(result.told).toEqual({ a: now, b: now, c: BEFORE, d: null })
  expect(result.dueAt).toBe(NOW + 60 * S)
})

test('a new alert in a group whose others are over waits for company again, not for the interval', () => {
  const result = tellingOf(
    { told: { a: null }, toldAt: NOW - 20 * S },
    new Map([['a', alert({ recordedAt: NOW - 10 * S })]]),
    ROUTE,
    NOW,
  )
  expect(result.tell).toEqual([{ alert: 'a', as: 'firing' }])
})

test('whatever is decided, looking again when it is due makes progress', () => {
  let now = NOW - 60 * S
  let group: GroupFacts = FRESH
  const alerts = new Map([['a', alert()]])
  const times: number[] = []
  for (let look = 0; look < 6; look++) {
    const { tell, told: after, dueAt } = tellingOf(group, alerts, ROUTE, now)
    if (tell.length > 0) times.push((now - NOW) / S + 60)
    group = { told: after, toldAt: tell.length > 0 ? now : group.toldAt }
    expect(dueAt).toBeGreaterThan(now)
    now = dueAt as number
  }
  expect(times).toEqual([10, 3610, 7210, 10_810, 14_410])
})
