import { expect, test } from '@jest/globals'
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
    resolvedAt: null,
    acknowledged: false,
    snoozedUntil: null,
    muted: false,
    silencedBy: [],
    inhibitedBy: null,
    flapping: false,
    previousFlapping: false,
    ...change,
  }
}

const over = (change: Partial<AlertFacts> = {}) =>
  alert({ state: 'resolved', resolvedAt: NOW - 5 * S, ...change })

function told(value: string, toldAt: number | null = NOW - 1000 * S): GroupFacts {
  return { told: { a: value }, toldAt }
}
const FRESH: GroupFacts = { told: { a: '' }, toldAt: null }

interface Case {
  name: string
  group: GroupFacts
  alert?: AlertFacts
  settings?: Partial<TellingSettings>
  tell?: string
  held?: string
  dropped?: string
  dueIn?: number | null
  left?: Record<string, string>
}

const CASES: Case[] = [
  {
    name: 'a new alert is told',
    group: FRESH,
    alert: alert(),
    tell: 'firing',
    left: { a: 'firing:moderate' },
    dueIn: 3600,
  },
  {
    name: 'the first of a group waits for company',
    group: FRESH,
    alert: alert({ recordedAt: NOW - 4 * S }),
    left: { a: '' },
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
    group: told('firing:minor', NOW - 100 * S),
    alert: alert(),
    left: { a: 'firing:minor' },
    dueIn: 200,
  },
  {
    name: 'a higher severity is news',
    group: told('firing:minor'),
    alert: alert(),
    tell: 'raised',
    left: { a: 'firing:moderate' },
  },
  {
    name: 'the end is told',
    group: told('firing:moderate'),
    alert: over(),
    tell: 'resolved',
    left: {},
    dueIn: null,
  },
  {
    name: 'the end is not told where the route does not want it',
    group: told('firing:moderate'),
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
    group: told('firing:moderate'),
    alert: alert(),
    dueIn: 2600,
    left: { a: 'firing:moderate' },
  },
  {
    name: 'a reminder',
    group: told('firing:moderate', NOW - 3600 * S),
    alert: alert(),
    tell: 'still',
    dueIn: 3600,
  },
  {
    name: 'no reminder once it is acknowledged',
    group: told('firing:moderate', NOW - 4000 * S),
    alert: alert({ acknowledged: true }),
    dueIn: null,
  },
  {
    name: 'no reminder where none is wanted',
    group: told('firing:moderate', NOW - 99_000 * S),
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
    left: { a: '' },
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
    group: told('firing:moderate', NOW - 4000 * S),
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
    name: 'the end of a muted one is not told',
    group: told('firing:moderate'),
    alert: over({ muted: true }),
    dropped: 'muted',
  },
  {
    name: 'the first flapping one says so',
    group: FRESH,
    alert: alert({ flapping: true }),
    tell: 'firing',
    left: { a: 'firing:moderate' },
  },
  {
    name: 'the next ones wait until it has settled',
    group: FRESH,
    alert: alert({ flapping: true, previousFlapping: true }),
    held: 'flapping',
    dueIn: 60,
  },
  {
    name: 'and are not told when they are over',
    group: FRESH,
    alert: over({ flapping: true, previousFlapping: true }),
    dropped: 'flapping',
  },
  {
    name: 'the end of the one that was told waits for an hour of calm',
    group: told('firing:moderate'),
    alert: over({ flapping: true }),
    held: 'flapping',
    left: { a: 'firing:moderate' },
  },
  {
    name: 'and is told then',
    group: told('firing:moderate'),
    alert: over({ flapping: true, resolvedAt: NOW - 3600 * S }),
    tell: 'resolved',
  },
  {
    name: 'settled: told where it still fires',
    group: FRESH,
    alert: alert({ flapping: false, previousFlapping: true }),
    tell: 'firing',
  },
  {
    name: 'quiet hours hold it to the next minute',
    group: FRESH,
    alert: alert(),
    settings: { quiet: { except: 'extreme' } },
    held: 'quiet_hours',
    left: { a: '' },
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
    group: told('firing:moderate'),
    alert: over(),
    settings: { quiet: { except: 'extreme' } },
    held: 'quiet_hours',
    left: { a: 'firing:moderate' },
  },
  {
    name: 'and so do reminders',
    group: told('firing:moderate', NOW - 4000 * S),
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

test('a group tells together what came while it waited, and what is held back stays', () => {
  const alerts = ['a', 'b', 'c', 'd'].map((id) => alert({ id, recordedAt: NOW - 2 * S }))
  alerts[0] = alert({ recordedAt: NOW - 11 * S })
  alerts[3] = alert({ id: 'd', silencedBy: ['s'] })
  const group = { told: { a: '', b: '', c: 'firing:moderate', d: '' }, toldAt: NOW - 900 * S }
  const result = tellingOf(group, new Map(alerts.map((one) => [one.id, one])), ROUTE, NOW)
  expect(result.tell).toEqual([
    { alert: 'a', as: 'firing' },
    { alert: 'b', as: 'firing' },
  ])
  expect(result.told).toEqual({ a: 'firing:moderate', b: 'firing:moderate', c: 'firing:moderate', d: '' })
  expect(result.dueAt).toBe(NOW + 60 * S)
})

test('a new alert in a group whose others are over waits for company again, not for the interval', () => {
  const result = tellingOf(
    { told: { a: '' }, toldAt: NOW - 20 * S },
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
