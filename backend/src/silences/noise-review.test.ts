import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Inhibits } from '@osprey/core/alerting/noise'
import type { StationFacts } from '@osprey/core/alerting/types'
import { silenceInput } from '@osprey/core/api/alerts'
import { asc, eq } from 'drizzle-orm'
import { fired, MINUTE, raised, resolved, type Story, T0 } from '../alerts/alerts.fixture.ts'
import { AlertsWorld } from '../alerts/alerts-database.fixture.ts'
import { alertEvents, alerts } from '../database/schema.ts'
import { NoiseReview } from './noise-review.ts'
import type { SilenceRecord } from './silence-record.ts'

const world = new AlertsWorld()
const inhibits = new Map<string, Inhibits>()
let silences: SilenceRecord[]
let review: NoiseReview
/** Ids of alerts that watchers were told of. */
let told: string[][]

const facts = (id: string, site: string | null = null): StationFacts => ({
  id,
  name: id,
  medium: 'air',
  site,
  class: null,
  jurisdictions: ['north'],
  attributes: {},
})
const stations = [facts('st'), facts('a', 'plant'), facts('b', 'plant')]

beforeAll(() => world.start('rule', 'lost', 'worse'))
afterAll(() => world.stop())
beforeEach(async () => {
  await world.empty()
  world.begin()
  world.now = T0
  silences = []
  inhibits.clear()
  review = new NoiseReview({
    alerts: world.alerts,
    silences: { active: () => silences },
    rules: { get: (id) => ({ definition: { inhibits: inhibits.get(id) ?? null } }) as never },
    stationFacts: { of: (id) => stations.find((one) => one.id === id), all: () => stations },
    parentOf: () => null,
    now: () => world.now,
  })
  world.alerts.within((transaction, changes) => review.decide(transaction, changes))
  told = []
  world.alerts.onChanged((ids) => told.push([...ids]))
})

const silence = (id: string, change: Record<string, unknown> = {}): SilenceRecord => ({
  ...silenceInput.parse({
    reason: `reason of ${id}`,
    scope: {},
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '2026-12-01T00:00:00Z',
    ...change,
  }),
  id,
  startsAt: 0,
  endsAt: Number.MAX_SAFE_INTEGER,
  author: 'nora',
  createdAt: 0,
  endedBy: null,
})
const rowOf = async (id: string) =>
  (await world.database.queries.select().from(alerts).where(eq(alerts.id, id)))[0]
const eventsOf = async (id: string) =>
  (
    await world.database.queries
      .select()
      .from(alertEvents)
      .where(eq(alertEvents.alert, id))
      .orderBy(asc(alertEvents.id))
  ).flatMap(({ kind, detail, actor }) =>
    ['fired', 'raised', 'resolved'].includes(kind) ? [] : [{ kind, actor, ...detail }],
  )
const story = (change: Partial<Story> = {}): Story => ({ firedAt: 0, ...change })

describe('silences', () => {
  test('an alert that fires into one is silenced in the same transaction, and says by whom', async () => {
    silences = [silence('one')]
    await world.alerts.take([fired(story())])
    expect((await rowOf('rule-st-0'))?.silencedBy).toEqual(['one'])
    expect(await eventsOf('rule-st-0')).toEqual([
      { kind: 'silenced', actor: '', silence: 'one', author: 'nora', reason: 'reason of one' },
    ])
  })

  test('an open alert is silenced and unsilenced by the review, once each', async () => {
    await world.alerts.take([fired(story())])
    told.length = 0
    silences = [silence('one'), silence('two'), silence('elsewhere', { scope: { stations: ['a'] } })]
    await review.review()
    await review.review()
    expect((await rowOf('rule-st-0'))?.silencedBy).toEqual(['one', 'two'])
    silences = silences.slice(1)
    await review.review()
    expect((await rowOf('rule-st-0'))?.silencedBy).toEqual(['two'])
    expect(
      (await eventsOf('rule-st-0')).map(({ kind, silence: by }: Record<string, unknown>) => [kind, by]),
    ).toEqual([
      ['silenced', 'one'],
      ['silenced', 'two'],
      ['unsilenced', 'one'],
    ])
    expect(told).toEqual([['rule-st-0'], ['rule-st-0']])
  })

  test('one for lower severities ends when the alert gets worse', async () => {
    silences = [silence('one', { severities: ['minor', 'moderate'] })]
    await world.alerts.take([fired(story())])
    await world.alerts.take([raised(story(), 1)])
    expect((await rowOf('rule-st-0'))?.silencedBy).toEqual([])
    expect((await eventsOf('rule-st-0')).map(({ kind }) => kind)).toEqual(['silenced', 'unsilenced'])
  })

  test('an alert that is over keeps what silenced it', async () => {
    silences = [silence('one')]
    await world.alerts.take([fired(story()), resolved(story(), 5)])
    silences = []
    await review.review()
    expect((await rowOf('rule-st-0'))?.silencedBy).toEqual(['one'])
  })
})

describe('inhibition', () => {
  const site = story({ rule: 'lost', site: 'plant', station: 'none' })

  test('a lost site inhibits its stations, whichever came first, until it is back', async () => {
    inhibits.set('lost', { within: 'site', alerts: 'all' })
    await world.alerts.take([fired(story({ station: 'a' }))])
    await world.alerts.take([fired(site)])
    await world.alerts.take([fired(story({ station: 'b', firedAt: 1 })), fired(story({ firedAt: 1 }))])
    expect((await rowOf('rule-b-1'))?.inhibitedBy).toBe('lost-plant-0')
    expect((await rowOf('rule-st-1'))?.inhibitedBy).toBeNull()
    expect((await rowOf('rule-a-0'))?.inhibitedBy).toBeNull()
    await review.review()
    expect((await rowOf('rule-a-0'))?.inhibitedBy).toBe('lost-plant-0')
    await world.alerts.take([resolved(site, 9)])
    await review.review()
    expect((await rowOf('rule-a-0'))?.inhibitedBy).toBeNull()
    expect(await eventsOf('rule-a-0')).toEqual([
      { kind: 'inhibited', actor: '', by: 'lost-plant-0' },
      { kind: 'uninhibited', actor: '', by: 'lost-plant-0' },
    ])
    expect((await rowOf('lost-plant-0'))?.inhibitedBy).toBeNull()
  })

  test('one that fires together with what inhibits it is never told', async () => {
    inhibits.set('worse', { within: 'station', alerts: 'lower_severity' })
    const both = [fired(story()), fired(story({ rule: 'worse' }), { severity: 'severe' })]
    await world.alerts.take(both)
    expect((await rowOf('rule-st-0'))?.inhibitedBy).toBe('worse-st-0')
  })
})

describe('what inhibits', () => {
  const lost = story({ rule: 'lost', site: 'plant', station: 'none' })
  const inhibitor = 'lost-plant-0'

  const beginSilence = async () => {
    silences = [silence('one', { rules: ['lost'] })]
  }

  test.each<[string, () => Promise<unknown>]>([
    ['silenced', beginSilence],
    ['muted', () => set({ muted: true })],
    ['snoozed', () => set({ snoozedUntil: new Date(T0 + MINUTE) })],
    ['a false alarm', () => set({ falseAlarm: { reason: 'test', by: 'mei', at: '' } })],
  ])('is told itself, not %s', async (_, holdBack) => {
    inhibits.set('lost', { within: 'site', alerts: 'all' })
    await world.alerts.take([fired(lost), fired(story({ station: 'a' }))])
    expect((await rowOf('rule-a-0'))?.inhibitedBy).toBe(inhibitor)
    await holdBack()
    await review.review()
    expect((await rowOf('rule-a-0'))?.inhibitedBy).toBeNull()
    await world.alerts.take([fired(story({ station: 'b' }))])
    expect((await rowOf('rule-b-0'))?.inhibitedBy).toBeNull()
  })

  const set = (change: Partial<typeof alerts.$inferInsert>) =>
    world.database.queries.update(alerts).set(change).where(eq(alerts.id, inhibitor))
})

describe('flapping', () => {
  const flap = async (minute: number) => {
    world.now = T0 + minute * MINUTE
    const alert = story({ firedAt: minute })
    await world.alerts.take([fired(alert)])
    return { id: `rule-st-${minute}`, over: () => world.alerts.take([resolved(alert, minute + 1)]) }
  }

  test('the fourth firing within an hour flaps, and settles after an hour without another', async () => {
    for (const minute of [0, 10, 20]) {
      const { id, over } = await flap(minute)
      expect((await rowOf(id))?.flapping).toBe(false)
      await over()
    }
    const { id } = await flap(30)
    expect((await rowOf(id))?.flapping).toBe(true)
    world.now = T0 + 89 * MINUTE
    await review.review()
    expect((await rowOf(id))?.flapping).toBe(true)
    world.now = T0 + 91 * MINUTE
    await review.review()
    expect((await rowOf(id))?.flapping).toBe(false)
    expect((await eventsOf(id)).map(({ kind }) => kind)).toEqual(['flapping', 'settled'])
  })

  test('what is caught up with after an outage flaps by when it fired, not by when it was recorded', async () => {
    const hours = [0, 120, 240, 360]
    const recorded = (notices: ReturnType<typeof fired>[]) =>
      notices.map((notice) => ({ ...notice, recordedAt: T0 + 600 * MINUTE }))
    world.now = T0 + 600 * MINUTE
    for (const firedAt of hours) {
      await world.alerts.take(
        recorded([fired(story({ firedAt })), resolved(story({ firedAt }), firedAt + 1)]),
      )
    }
    expect((await rowOf('rule-st-360'))?.flapping).toBe(false)
    const minutes = [500, 501, 502, 503]
    await world.alerts.take(recorded(minutes.map((firedAt) => fired(story({ firedAt })))))
    expect((await rowOf('rule-st-503'))?.flapping).toBe(true)
    // Calm since is counted from the catching up on: nobody could know before.
    world.now = T0 + 659 * MINUTE
    await review.review()
    expect((await rowOf('rule-st-503'))?.flapping).toBe(true)
    world.now = T0 + 660 * MINUTE
    await review.review()
    expect((await rowOf('rule-st-503'))?.flapping).toBe(false)
    await world.alerts.take([raised(story({ firedAt: 503 }), 661)])
    expect((await rowOf('rule-st-503'))?.flapping).toBe(false)
  })

  test('several in one transaction count too; other stations do not', async () => {
    const minutes = [0, 1, 2, 3]
    await world.alerts.take(
      minutes.flatMap((firedAt) => [fired(story({ firedAt })), resolved(story({ firedAt }), firedAt + 0.5)]),
    )
    await world.alerts.take([fired(story({ station: 'a', firedAt: 4 }))])
    expect(
      await Promise.all(minutes.map(async (minute) => (await rowOf(`rule-st-${minute}`))?.flapping)),
    ).toEqual([false, false, false, true])
    expect((await rowOf('rule-a-4'))?.flapping).toBe(false)
  })
})

test('a snooze that is over is ended and told', async () => {
  await world.alerts.take([fired(story())])
  const until = new Date(T0 + MINUTE)
  await world.database.queries.update(alerts).set({ snoozedUntil: until })
  told.length = 0
  await review.review()
  expect((await rowOf('rule-st-0'))?.snoozedUntil).toEqual(until)
  world.now = T0 + MINUTE
  await review.review()
  expect((await rowOf('rule-st-0'))?.snoozedUntil).toBeNull()
  expect(await eventsOf('rule-st-0')).toEqual([{ kind: 'snoozed', actor: '', until: null }])
  expect(told).toEqual([['rule-st-0']])
})
