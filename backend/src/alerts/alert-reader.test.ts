import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type AlertsQuery, alertsQuery } from '@osprey/core/api/alerts'
import { inArray } from 'drizzle-orm'
import { alertEvents, alerts } from '../database/schema.ts'
import { box, TerritoryWorld } from '../territory/territory.fixture.ts'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { AlertReader, type AlertReaderOptions } from './alert-reader.ts'
import { fired, MINUTE, raised, resolved, T0 } from './alerts.fixture.ts'
import { AlertsWorld } from './alerts-database.fixture.ts'
import type { PendingAlert } from './evaluation-port.ts'
import { precisionOf } from './precision.ts'

const world = new AlertsWorld()
const places = new TerritoryWorld()
  .jurisdiction('west', null, box(0, 0, 10, 10))
  .jurisdiction('east', null, box(20, 0, 30, 10))
  .redrawn()
  .site('mill', 5, 5)
  .station('west-1', 5, 5, 'mill')
  .station('west-2', 6, 5)
  .station('east-1', 25, 5)
for (const [id, station] of places.stations) Object.assign(station, { name: `Station ${id}` })
const west = places.territories.of(['west'])
const east = places.territories.of(['east'])

const pending: PendingAlert = {
  rule: 'rule',
  ruleName: 'Name of rule',
  ruleVersion: 1,
  target: 'west-2',
  station: 'west-2',
  other: null,
  site: null,
  property: null,
  trigger: 'condition',
  severity: 'severe',
  since: T0 + 35 * MINUTE,
  value: 7,
  unit: 'ug/m3',
}
const options: AlertReaderOptions = {
  queries: () => world.database.queries,
  registry: places as never,
  territories: places.territories,
  texts: world.texts,
  evaluation: {
    pending: () => [pending],
    current: (_, target) => (target === 'east-1' ? { value: 9, at: T0, holds: true } : undefined),
  },
  sentence: ({ name }) => ({ en: `says ${name}`, zh: name }),
  now: () => world.now,
}
const reader = new AlertReader(options)

const query = (parts: Partial<Record<keyof AlertsQuery, string>> = {}) => alertsQuery.parse(parts)
const ids = async (parts: Partial<Record<keyof AlertsQuery, string>>, territory = WHOLE_TERRITORY) =>
  (await reader.list(query(parts), territory, 'mei')).alerts.map(plain)
const plain = ({ id }: { id: string }) => id.replace(/^pending [\w-]{22}$/, PENDING)

beforeAll(async () => {
  await world.start('rule', 'other')
  const one = { station: 'west-1', firedAt: 10 }
  await world.alerts.take([
    fired(one),
    resolved(one, 20),
    fired({ station: 'west-1', firedAt: 30 }),
    fired({ station: 'west-2', other: 'east-1', rule: 'other', firedAt: 40 }),
    fired({ station: 'east-1', firedAt: 50 }),
    raised({ station: 'east-1', firedAt: 50 }, 51, 'extreme'),
    fired({ site: 'mill', rule: 'other', firedAt: 60 }),
    fired({ station: 'removed', firedAt: 70 }),
  ])
  const set = (id: string, values: Partial<typeof alerts.$inferInsert>) =>
    world.database.queries
      .update(alerts)
      .set(values)
      .where(inArray(alerts.id, [id]))
  await set('rule-west-1-30', { acknowledgedAt: new Date(world.now), acknowledgedBy: 'li', assignee: 'mei' })
  await set('rule-east-1-50', { silencedBy: ['s'] })
  await set('other-mill-60', { snoozedUntil: new Date(world.now - 1) })
  await set('rule-west-1-10', { falseAlarm: { reason: 'x', by: 'li', at: '' } })
})
afterAll(() => world.stop())

/** In lists of expected ids; a pending one has an id that cannot be foretold. */
const PENDING = 'pending'
const ALL = [
  'rule-removed-70',
  'other-mill-60',
  'rule-east-1-50',
  'other-west-2-40',
  PENDING,
  'rule-west-1-30',
  'rule-west-1-10',
]

test('all alerts, newest first, pending ones by their begin', async () => {
  expect(await ids({})).toEqual(ALL)
})

test.each([1, 2, 3, 6, 7])('pages of %s give the same', async (limit) => {
  const found: string[] = []
  for (let before: string | null | undefined; before !== null; ) {
    const parts = { limit: String(limit), ...(before !== undefined && { before }) }
    const page = await reader.list(query(parts), WHOLE_TERRITORY, 'mei')
    expect(page.alerts.length).toBeLessThanOrEqual(limit)
    found.push(...page.alerts.map(plain))
    before = page.next
  }
  expect(found).toEqual(ALL)
})

const filters: [parts: Partial<Record<keyof AlertsQuery, string>>, found: string[]][] = [
  [{ state: 'pending' }, [PENDING]],
  [{ state: 'resolved' }, ['rule-west-1-10']],
  [{ state: 'resolved,pending' }, [PENDING, 'rule-west-1-10']],
  [{ severity: 'extreme' }, ['rule-east-1-50']],
  [{ severity: 'severe,extreme' }, ['rule-east-1-50', PENDING]],
  [{ station: 'east-1' }, ['rule-east-1-50', 'other-west-2-40']],
  [{ site: 'mill' }, ['other-mill-60', 'rule-west-1-30', 'rule-west-1-10']],
  [{ rule: 'other' }, ['other-mill-60', 'other-west-2-40']],
  [{ jurisdiction: 'east' }, ['rule-east-1-50', 'other-west-2-40']],
  [{ assignee: 'me' }, ['rule-west-1-30']],
  [{ assignee: 'mei', state: 'firing' }, ['rule-west-1-30']],
  [{ assignee: 'none', station: 'west-2' }, ['other-west-2-40', PENDING]],
  [{ acknowledged: 'true' }, ['rule-west-1-30']],
  [{ acknowledged: 'false', station: 'west-1' }, ['rule-west-1-10']],
  [{ silenced: 'true' }, ['rule-east-1-50']],
  [{ silenced: 'false', rule: 'rule', state: 'firing' }, ['rule-removed-70', 'rule-west-1-30']],
  [{ text: 'STATION WEST-2' }, ['other-west-2-40', PENDING]],
  [{ text: 'name of other' }, ['other-mill-60', 'other-west-2-40']],
  [{ text: '100%_' }, []],
  [{ from: '2026-11-22T08:15:00Z', to: '2026-11-22T16:31:00+08:00' }, ['rule-west-1-30', 'rule-west-1-10']],
  [{ from: '2026-11-22T08:21:00Z', state: 'resolved' }, []],
]
test.each(filters)('%j', async (parts, found) => {
  expect(await ids(parts)).toEqual(found)
})

test('a territory holds its stations, its pairs and its sites, in lists and counts', async () => {
  expect(await ids({}, west)).toEqual(
    ALL.slice(1, 2).concat('other-west-2-40', PENDING, 'rule-west-1-30', 'rule-west-1-10'),
  )
  expect(await ids({}, east)).toEqual(['rule-east-1-50', 'other-west-2-40'])
  expect((await reader.list(query({ limit: '1' }), west, 'mei')).counts).toEqual({
    pending: 1,
    firing: 3,
    unacknowledged: 2,
    silenced: 0,
    mine: 1,
    bySeverity: { minor: 0, moderate: 3, severe: 0, extreme: 0 },
  })
  expect((await reader.list(query(), east, 'mei')).counts).toMatchObject({
    pending: 0,
    firing: 2,
    silenced: 1,
    mine: 0,
  })
})

test('of a pair, what lies outside is not shown', async () => {
  const seen = await reader.detail('other-west-2-40', east)
  expect(seen).toMatchObject({ station: null, other: 'east-1', value: null, comparison: null, now: null })
  expect(seen.evidence.items.map(({ station }) => station)).toEqual(['east-1'])
  expect(JSON.stringify(seen.evidence)).not.toContain('west')
  expect(await reader.detail('other-west-2-40', west)).toMatchObject({
    station: 'west-2',
    other: null,
    value: 80,
    comparison: { property: 'pm25', threshold: 75 },
    events: [{ detail: { value: 80 } }],
  })
})

test('events tell no values of the station outside', async () => {
  const { events } = await reader.detail('other-west-2-40', east)
  expect(events).toMatchObject([{ kind: 'fired', detail: { severity: 'moderate' } }])
  expect(JSON.stringify(events)).not.toContain('80')
})

/** A pair whose first comparison is measured at `station` and judged against `thresholdStation`. */
const pairs: [
  string,
  station: string,
  thresholdStation: string | null,
  seen: Record<'west' | 'east', boolean>,
][] = [
  ['threshold at the other', 'west-1', 'east-1', { west: false, east: false }],
  ['value of the other', 'east-1', null, { west: false, east: true }],
  ['value of the other, threshold of the first', 'east-1', 'west-1', { west: false, east: false }],
]
test.each(pairs)('%s: told only to whoever reaches both', async (name, station, thresholdStation, seen) => {
  const story = {
    rule: 'other',
    station: 'west-1',
    other: 'east-1',
    firedAt: 200 + pairs.findIndex(([one]) => one === name),
  }
  const notice = fired(story)
  if (notice.transition.kind !== 'fired') throw new Error('a firing is needed')
  const [item] = notice.transition.evidence.items
  if (item === undefined) throw new Error('evidence is needed')
  Object.assign(item, { station, thresholdStation, threshold: 4711, value: 4712 })
  Object.assign(notice.transition, { value: 4712 })
  await world.alerts.take([notice, { ...resolved(story, 300), alert: notice.alert }])
  for (const [area, territory] of [
    ['west', west],
    ['east', east],
  ] as const) {
    const detail = await reader.detail(notice.alert, territory)
    const { alerts: listed } = await reader.list(query({ from: '2026-11-22T11:00:00Z' }), territory, 'mei')
    const view = listed.find(({ id }) => id === notice.alert)
    for (const told of [detail, view]) {
      expect(told?.comparison === null).toBe(!seen[area])
      expect(told?.value).toBe(seen[area] ? 4712 : null)
      expect(told?.peak).toBe(seen[area] ? 160 : null)
    }
    const hidden = area === 'west' ? 'east-1' : 'west-1'
    const text = JSON.stringify(detail)
    expect(text).not.toContain(`"${hidden}"`)
    if (station === hidden) expect(text).not.toContain('4712')
    if (thresholdStation === hidden) expect(text).not.toContain('4711')
  }
  expect(await reader.detail(notice.alert, WHOLE_TERRITORY)).toMatchObject({
    value: 4712,
    peak: 160,
    comparison: { station, thresholdStation },
  })
  await world.database.queries.delete(alertEvents).where(inArray(alertEvents.alert, [notice.alert]))
  await world.database.queries.delete(alerts).where(inArray(alerts.id, [notice.alert]))
})

test('what the machine knows now is told only to whoever reaches both sides of the comparison', async () => {
  const notice = fired({ rule: 'other', station: 'west-1', other: 'east-1', firedAt: 400 })
  if (notice.transition.kind === 'fired')
    Object.assign(notice.transition.evidence.items[0] ?? {}, {
      station: 'west-1',
      thresholdStation: 'east-1',
    })
  const knowing = new AlertReader({
    ...options,
    evaluation: { pending: () => [], current: () => ({ value: 9, at: T0, holds: true }) },
  })
  await world.alerts.take([notice])
  expect((await knowing.detail(notice.alert, west)).now).toBeNull()
  expect((await knowing.detail(notice.alert, WHOLE_TERRITORY)).now).toMatchObject({ value: 9 })
  await world.database.queries.delete(alertEvents).where(inArray(alertEvents.alert, [notice.alert]))
  await world.database.queries.delete(alerts).where(inArray(alerts.id, [notice.alert]))
})

test('a pending pair is told without the station outside, its id and its value', async () => {
  const pair = { ...pending, target: 'west-2', other: 'east-1' }
  const paired = new AlertReader({
    ...options,
    evaluation: {
      pending: () => [pair, { ...pair, target: 'x', since: pair.since - 1 }],
      current: () => undefined,
    },
  })
  const page = await paired.list(query({ state: 'pending', limit: '1' }), east, 'mei')
  expect(page.alerts).toMatchObject([{ station: null, other: 'east-1', value: null }])
  expect(page.next).not.toBeNull()
  expect(JSON.stringify(page)).not.toContain('west-2')
  expect((await paired.list(query({ state: 'pending' }), WHOLE_TERRITORY, 'mei')).alerts[0]?.value).toBe(7)
})

test('a site is not a way to learn of its stations outside', async () => {
  const notice = fired({ rule: 'other', station: 'east-1', other: 'west-2', firedAt: 500 })
  await world.alerts.take([notice])
  const east1 = places.stations.get('east-1') as object
  Object.assign(east1, { site: 'mill' })
  expect(await ids({ site: 'mill' }, WHOLE_TERRITORY)).toContain(notice.alert)
  expect(await ids({ site: 'mill' }, west)).not.toContain(notice.alert)
  expect(await ids({ rule: 'other' }, west)).toContain(notice.alert)
  Object.assign(east1, { site: null })
  await world.database.queries.delete(alertEvents).where(inArray(alertEvents.alert, [notice.alert]))
  await world.database.queries.delete(alerts).where(inArray(alerts.id, [notice.alert]))
})

test('one alert with its evidence, history and neighbours', async () => {
  expect(await reader.detail('rule-west-1-10', WHOLE_TERRITORY)).toMatchObject({
    ruleName: 'Name of rule',
    sentence: { en: 'says Name of rule' },
    next: 'rule-west-1-30',
    previous: null,
    now: null,
    events: [
      { kind: 'fired', actor: '', detail: { severity: 'moderate' } },
      { kind: 'resolved', detail: { resolution: 'cleared', flagged: 1 } },
    ],
    similar: [{ id: 'rule-removed-70' }, { id: 'rule-east-1-50' }, { id: 'rule-west-1-30' }],
  })
  expect((await reader.detail('rule-west-1-10', west)).similar.map(({ id }) => id)).toEqual([
    'rule-west-1-30',
  ])
  expect((await reader.detail('rule-east-1-50', east)).now).toEqual({
    value: 9,
    at: new Date(T0).toISOString(),
    holds: true,
  })
})

test.each(['rule-east-1-50', 'rule-removed-70', 'nothing', 'a\0b', PENDING])(
  '%j is not there for the west',
  async (id) => {
    await expect(reader.detail(id, west)).rejects.toMatchObject({ status: 404 })
  },
)

test.each<[Partial<Record<keyof AlertsQuery, string>>, number, string]>([
  [{ state: 'open' }, 400, 'state'],
  [{ severity: 'bad' }, 400, 'severity'],
  [{ from: 'yesterday' }, 400, 'from'],
  [{ before: 'x' }, 400, 'before'],
  [{ jurisdiction: 'east' }, 404, 'jurisdiction'],
  [{ jurisdiction: 'nowhere' }, 404, 'jurisdiction'],
  [{ site: 'nowhere' }, 404, 'site'],
  [{ station: 'east-1' }, 404, 'station'],
  [{ station: 'nowhere' }, 404, 'station'],
])('%j is refused', async (parts, status, field) => {
  await expect(reader.list(query(parts), west, 'mei')).rejects.toMatchObject({
    status,
    errors: [expect.objectContaining({ field })],
  })
})

test('the precision of a rule counts what people judged', async () => {
  const found = await precisionOf(world.database.queries, ['rule', 'other'], world.now)
  expect(found.get('rule')).toEqual({ judged: 2, falseAlarms: 1, precision: 0.5 })
  expect(found.get('other')).toEqual({ judged: 0, falseAlarms: 0, precision: null })
})
