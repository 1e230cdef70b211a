import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { eq, sql } from 'drizzle-orm'
import pino from 'pino'
import { Alerts } from '../alerts/alerts.ts'
import { RuleTexts } from '../alerts/rule-texts.ts'
import { Database } from '../database/database.ts'
import { alerts, users } from '../database/schema.ts'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { tellPersonally } from './acts.ts'
import { Escalation } from './escalation.ts'
import { addRule, deliveriesIn, fire, WORDS } from './world.fixture.ts'

/** Who is told when nobody acknowledges, among many alerts and when something fails. */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-escalation-'))
const log = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, log)
const S = 1000
const T0 = Date.UTC(2026, 10, 24, 8)
let now = T0
const untold = { within: async () => {} }
const STEPS = [
  { afterSeconds: 600, role: 'officer' as const },
  { afterSeconds: 1800, role: 'supervisor' as const },
]

beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})
beforeEach(async () => {
  now = T0
  await database.queries.execute(
    sql`truncate rules, rule_versions, alerts, alert_events, deliveries, notices, users restart identity cascade`,
  )
  await addRule(database.queries, 'pm', { escalation: STEPS })
})

const escalation = () =>
  new Escalation({
    database,
    alerts: new Alerts({ database, texts: new RuleTexts(() => database.queries), now: () => now, log }),
    words: WORDS,
    territories: { of: () => WHOLE_TERRITORY },
    mailConfigured: true,
    now: () => now,
    log,
  })
const add = (id: string, rest: Partial<Parameters<typeof fire>[2]> = {}) =>
  fire(database.queries, untold, { id, at: now, ...rest })
const person = (username: string, role: 'officer' | 'supervisor') =>
  database.queries
    .insert(users)
    .values({ username, role, email: `${username}@example.org`, passwordHash: '!', wholeTerritory: true })
const told = async (one = escalation()) =>
  (await one.work()).map(({ username, row }) => `${username} ${row.alert}`)

test('alerts that wait for nothing do not keep one that is due from being escalated', async () => {
  await person('wang', 'officer')
  const time = new Date(T0)
  for (let part = 0; part < 5; part++) {
    await database.queries.insert(alerts).values(
      Array.from({ length: 500 }, (_, index) => ({
        id: `snoozed-${part}-${index}`,
        rule: 'pm',
        ruleVersion: 1,
        target: `snoozed-${part}-${index}`,
        trigger: 'condition' as const,
        state: 'firing' as const,
        severity: 'moderate' as const,
        startedAt: time,
        firedAt: time,
        recordedAt: time,
        snoozedUntil: new Date(T0 + 86_400 * S),
        unit: '',
        evidence: { items: [], readings: [] },
        updatedAt: time,
      })),
    )
  }
  now += 1000
  await add('due')
  now += 700 * S
  expect(await told()).toEqual(['wang due'])
})

test('an alert that cannot be told does not keep others from being escalated', async () => {
  await person('wang', 'officer')
  await add('broken', { evidence: {} as never })
  await add('whole')
  now += 700 * S
  const one = escalation()
  expect(await told(one)).toEqual(['wang whole'])
  expect(await told(one)).toEqual([])
  await database.queries
    .update(alerts)
    .set({ evidence: { items: [], readings: [] } })
    .where(eq(alerts.id, 'broken'))
  expect(await told(one)).toEqual([])
  now += 61 * S
  expect(await told(one)).toEqual(['wang broken'])
})

test('a name of rare characters, however long, is told', async () => {
  await person('wang', 'officer')
  for (let length = 180; length < 200; length++) {
    await addRule(database.queries, `rare-${length}`, {
      name: `${'x'.repeat(length)}${'𠮷'.repeat(20)}`,
      escalation: STEPS,
    })
    await add(`rare-${length}`, { rule: `rare-${length}` })
  }
  now += 700 * S
  expect(await told()).toHaveLength(20)
})

test('a step that reaches nobody is on record, and the next is taken at once', async () => {
  await person('mei', 'supervisor')
  await add('a')
  now += 601 * S
  expect(await told()).toEqual(['mei a'])
  const rows = await deliveriesIn(database.queries)
  expect(rows.map(({ state, channel, last_error }) => [channel, state, last_error]).sort()).toEqual([
    ['@app', 'delivered', null],
    ['@app', 'failed', 'nobody to tell: no officer within reach'],
    ['@mail', 'waiting', null],
  ])
  now += 1800 * S
  expect(await told()).toEqual([])
})

test('without anybody each step is on record once', async () => {
  await add('a')
  now += 601 * S
  expect(await told()).toEqual([])
  expect(await told()).toEqual([])
  expect((await deliveriesIn(database.queries)).map(({ last_error }) => last_error).sort()).toEqual([
    'nobody to tell: no officer within reach',
    'nobody to tell: no supervisor within reach',
  ])
})

test('a flapping target escalates once an hour, and again when it gets worse', async () => {
  await person('wang', 'officer')
  const flapping = { target: 'gate', flapping: true }
  const resolve = (id: string) =>
    database.queries
      .update(alerts)
      .set({ state: 'resolved', resolvedAt: new Date(now) })
      .where(eq(alerts.id, id))
  await add('first', flapping)
  now += 700 * S
  expect(await told()).toEqual(['wang first'])
  await resolve('first')
  await add('second', flapping)
  now += 700 * S
  expect(await told()).toEqual([])
  await resolve('second')
  await add('worse', { ...flapping, severity: 'extreme' })
  now += 700 * S
  expect(await told()).toEqual(['wang worse'])
})

test('a comment of rare characters is told to whom it mentions', async () => {
  await person('wang', 'officer')
  await add('a')
  const [alert] = await database.queries.select().from(alerts)
  for (const start of ['', 'x']) {
    now += 1
    const detail = { text: `${start}${'𠮷'.repeat(400)} @wang`, mentions: ['wang'] }
    const notices = await database.queries.transaction((transaction) =>
      tellPersonally(transaction, [{ alert: alert as never, kind: 'commented', actor: 'mei', detail }], {
        words: WORDS,
        territories: { of: () => WHOLE_TERRITORY },
        mailConfigured: true,
        now: () => now,
      }),
    )
    expect(notices.map(({ row }) => row.text.isWellFormed())).toEqual([true])
  }
})
