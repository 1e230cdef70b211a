import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { AlertView } from '@osprey/core/api/alerts'
import { asc, eq } from 'drizzle-orm'
import { alertEvents, alerts } from '../database/schema.ts'
import type { AlertChange } from './alert-row.ts'
import { fired, MINUTE, raised, resolved, T0 } from './alerts.fixture.ts'
import { lockAlerts, saveAlerts } from './alerts.ts'
import { AlertsWorld } from './alerts-database.fixture.ts'

const world = new AlertsWorld()
beforeAll(() => world.start('rule', 'other'))
afterAll(() => world.stop())
beforeEach(async () => {
  await world.empty()
  world.begin()
})

const rows = () => world.database.queries.select().from(alerts).orderBy(asc(alerts.firedAt))
const events = async () =>
  (await world.database.queries.select().from(alertEvents).orderBy(asc(alertEvents.id))).map(
    ({ kind, alert }) => `${kind} ${alert}`,
  )
const first = { firedAt: 10 }
const life = [
  fired(first),
  raised(first, 15),
  resolved(first, 20),
  fired({ firedAt: 30 }),
  resolved({ firedAt: 30 }, 40, 'rule_inactive'),
  fired({ firedAt: 50 }),
]

test('what the evaluation tells is kept with evidence, events and links', async () => {
  await world.alerts.take(life)
  expect(await rows()).toMatchObject([
    {
      id: 'rule-st-10',
      state: 'resolved',
      severity: 'severe',
      peak: 160,
      previous: null,
      evidence: { items: [{ station: 'st', value: 80 }], readings: [{ value: 80 }] },
    },
    { id: 'rule-st-30', state: 'resolved', resolution: 'rule_inactive', previous: 'rule-st-10' },
    { id: 'rule-st-50', state: 'firing', previous: 'rule-st-30', firedAt: new Date(T0 + 50 * MINUTE) },
  ])
  expect(await events()).toEqual([
    'fired rule-st-10',
    'raised rule-st-10',
    'resolved rule-st-10',
    'fired rule-st-30',
    'resolved rule-st-30',
    'fired rule-st-50',
  ])
  expect(world.alerts.stats()).toMatchObject({ fired: 3, raised: 1, resolved: 2 })
})

test('told again, one by one or all, nothing changes and nobody hears of it', async () => {
  await world.alerts.take(life)
  const before = [await rows(), await events()]
  const heard: string[] = []
  world.begin()
  world.alerts.onChanged((ids) => heard.push(...ids))
  for (const notice of life) await world.alerts.take([notice])
  await world.alerts.take([...life, ...life])
  expect([await rows(), await events()]).toEqual(before)
  expect(heard).toEqual([])
})

test('portions in any places give the same as all at once', async () => {
  await world.alerts.take(life)
  const whole = [await rows(), await events()]
  for (let at = 1; at < life.length; at++) {
    await world.empty()
    await world.alerts.take(life.slice(0, at))
    await world.alerts.take(life.slice(at - 1))
    expect([await rows(), await events()]).toEqual(whole)
  }
})

test('an alert whose end was lost gives way to the next', async () => {
  await world.alerts.take([fired(first)])
  await world.alerts.take([fired({ firedAt: 30 })])
  expect((await rows()).map(({ id, state }) => [id, state])).toEqual([
    ['rule-st-10', 'resolved'],
    ['rule-st-30', 'firing'],
  ])
})

test('alerts of a rule that is not there are named in the log and hold nobody up', async () => {
  await world.alerts.take([fired({ ...first, rule: 'gone' }), fired(first)])
  expect((await rows()).map(({ id }) => id)).toEqual(['rule-st-10'])
  expect(world.alerts.stats()).toMatchObject({ unknownRule: 1, fired: 1 })
  expect(world.log.join()).toContain('unknown_rule')
})

test('text that PostgreSQL cannot keep does not hold an alert up', async () => {
  const readings = [{ station: 'a\0b', property: 'p', time: '', value: 1, quality: 1 }]
  const notice = fired(first, { unit: 'a\0b\ud800', evidence: { items: [], readings } })
  await world.alerts.take([notice])
  expect(await rows()).toMatchObject([{ unit: 'a\uFFFDb\uFFFD' }])
})

test('hooks run in the transaction, in order, and see what those before them changed', async () => {
  const seen: unknown[] = []
  world.alerts.within(async (transaction, changes) => {
    for (const { alert } of changes) {
      alert.muted = true
      await saveAlerts(transaction, [alert])
    }
  })
  world.alerts.within(async (transaction, changes) => {
    const [stored] = await transaction.select().from(alerts).where(eq(alerts.id, 'rule-st-10'))
    seen.push(
      changes.map(({ alert, kind }) => [kind, alert.id, alert.muted]),
      stored?.muted,
    )
  })
  const views: AlertView[] = []
  world.alerts.onChanged((_, told) => views.push(...told))
  await world.alerts.take([fired(first)])
  expect(seen).toEqual([[['fired', 'rule-st-10', true]], true])
  expect(views).toMatchObject([{ id: 'rule-st-10', muted: true, ruleName: 'Name of rule' }])
})

test('a hook that fails undoes all, and the next delivery succeeds', async () => {
  let broken = true
  const heard: string[] = []
  world.alerts.within(async () => {
    if (broken) throw new Error('not now')
  })
  world.alerts.onChanged((ids) => heard.push(...ids))
  await expect(world.alerts.take(life)).rejects.toThrow('not now')
  expect([await rows(), await events(), heard]).toEqual([[], [], []])
  broken = false
  await world.alerts.take(life)
  expect(heard).toEqual(['rule-st-10', 'rule-st-30', 'rule-st-50'])
})

test('a listener that fails undoes nothing', async () => {
  world.alerts.onChanged(() => {
    throw new Error('deaf')
  })
  await world.alerts.take([fired(first)])
  expect(await rows()).toHaveLength(1)
  expect(world.log.join()).toContain('deaf')
})

test('changes take turns: none sees another half done', async () => {
  const order: string[] = []
  const change = (name: string) =>
    world.alerts.change(async (): Promise<AlertChange[]> => {
      order.push(`${name} begins`)
      await new Promise(setImmediate)
      order.push(`${name} ends`)
      return []
    })
  await Promise.all([change('a'), change('b').catch(() => {}), change('c')])
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a storm of alerts is one statement after the other, none of them too large', async () => {
  const storm = Array.from({ length: 2500 }, (_, number) => fired({ ...first, station: `st-${number}` }))
  await world.alerts.take(storm)
  await world.alerts.take(storm.map(({ station }) => resolved({ ...first, station: station as string }, 20)))
  const stored = await rows()
  expect([stored.length, stored.every(({ state }) => state === 'resolved')]).toEqual([2500, true])
}, 60_000)

test('events of an alert can be written while it is being changed', async () => {
  await world.alerts.take([fired(first)])
  await world.alerts.change(async (transaction) => {
    await lockAlerts(transaction, eq(alerts.id, 'rule-st-10'))
    const event = {
      alert: 'rule-st-10',
      at: new Date(world.now),
      kind: 'notified' as const,
      actor: '',
      detail: {},
    }
    await world.database.queries.insert(alertEvents).values(event)
    return []
  })
  expect(await events()).toEqual(['fired rule-st-10', 'notified rule-st-10'])
})

test.each(['40P01', '40001'])(
  'what PostgreSQL undid with %s runs again at once, and counts once',
  async (code) => {
    let tries = 0
    world.alerts.within(async () => {
      if (++tries === 1)
        throw new Error('query failed', { cause: Object.assign(new Error('undone'), { code }) })
    })
    await world.alerts.take([fired(first)])
    expect([tries, await events(), world.alerts.stats().fired]).toEqual([2, ['fired rule-st-10'], 1])
  },
)
