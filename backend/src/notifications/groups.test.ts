import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { eq, sql } from 'drizzle-orm'
import pino from 'pino'
import { Alerts } from '../alerts/alerts.ts'
import { RuleTexts } from '../alerts/rule-texts.ts'
import { Database } from '../database/database.ts'
import { alertEvents, alerts, channels, notices, notificationGroups, users } from '../database/schema.ts'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { tellPersonally } from './acts.ts'
import { AllowList } from './addresses.ts'
import { Egress } from './egress.ts'
import { Escalation, stepsDue } from './escalation.ts'
import type { AlertChange, HeldRoute } from './groups.ts'
import { MOST_PER_PERSON } from './personal-notices.ts'
import { Sender, type SenderLimits } from './sender.ts'
import {
  addChannel,
  addRoute,
  addRule,
  change,
  deliveriesIn,
  fire,
  groupsOf,
  opening,
  WORDS,
} from './world.fixture.ts'

/** From the transaction of an alert to the receiver, in a real database, at times the test sets. */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-groups-'))
const log = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, log)
const S = 1000
const HOUR = 3600 * S
let now = Date.UTC(2026, 10, 24, 8)
const clock = () => now
const received: { key: string; body: { alerts: { id: string; event: string }[] }; signature: string }[] = []
let answers: (number | undefined)[] = []
let receiver: Server

beforeAll(async () => {
  await database.start()
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const status = answers.shift() ?? 200
      response.statusCode = status
      if (status === 200) {
        received.push({
          key: String(request.headers['idempotency-key']),
          signature: String(request.headers['osprey-signature']),
          body: JSON.parse(Buffer.concat(chunks).toString()),
        })
      }
      response.end('said')
    })
  })
  await new Promise<void>((settle) => receiver.listen(0, '127.0.0.1', settle))
})
afterAll(async () => {
  receiver.closeAllConnections()
  receiver.close()
  await database.stop()
  rmSync(dataDir, { recursive: true })
})
beforeEach(async () => {
  await database.queries.execute(
    sql`truncate rules, rule_versions, alerts, alert_events, channels, routes, deliveries, notification_groups, notices, users restart identity cascade`,
  )
  received.length = 0
  answers = []
  await addRule(database.queries, 'pm')
  await addChannel(database.queries, 'hook')
})
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function world(routeChange = {}, mailConfigured = false) {
  const { queries } = database
  const held: HeldRoute[] = [await addRoute(queries, routeChange)]
  const groups = groupsOf(queries, held, clock, mailConfigured)
  return {
    queries,
    groups,
    held,
    fire: (id: string, rest = {}) => fire(queries, groups, { id, at: now, ...rest }),
    change: (id: string, kind: Parameters<typeof change>[3], set: Parameters<typeof change>[4]) =>
      change(queries, groups, id, kind, set, now),
    work: () => groups.work(),
    told: async () => (await deliveriesIn(queries)).map(({ channel, alerts: of }) => [channel, ...of]),
  }
}

function sender(limits: Partial<SenderLimits> = {}, sendMail?: never) {
  const { port } = receiver.address() as { port: number }
  const one = new Sender({
    database,
    egress: new Egress(new AllowList(['127.0.0.1'])),
    sendMail,
    open: opening(`http://127.0.0.1:${port}/hook`),
    now: clock,
    log,
    limits: { lookMs: 20, ...limits },
  })
  ends.push(() => one.stop())
  return one
}

/** Looks until what is asked for is so: what is awaited comes by other connections. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const latest = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > latest) throw new Error(`never so: ${condition}`)
    await wait(5)
  }
}

test('from firing to the receiver: one message for the group, signed, and on the timeline of each alert', async () => {
  const { queries, fire, work, groups } = await world()
  await fire('a1')
  await fire('a2', { station: 'weir' })
  expect(await work()).toMatchObject({ groups: 1, deliveries: 1 })
  expect(await work()).toMatchObject({ groups: 0 })
  sender().start()
  await until(async () => (await deliveriesIn(queries)).every(({ state }) => state === 'delivered'))
  expect(received).toHaveLength(1)
  expect(received[0]).toMatchObject({
    signature: expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/),
    body: {
      alerts: [
        { id: 'a1', event: 'firing' },
        { id: 'a2', event: 'firing' },
      ],
    },
  })
  const events = await queries.select().from(alertEvents).where(eq(alertEvents.kind, 'notified'))
  expect(events.map(({ alert, detail }) => [alert, detail])).toEqual([
    ['a1', { route: 'all', as: 'firing', channels: ['hook'] }],
    ['a2', { route: 'all', as: 'firing', channels: ['hook'] }],
  ])
  const [channel] = await queries.select().from(channels)
  expect(channel).toMatchObject({ lastDeliveredAt: new Date(now), lastError: null })
  await change(queries, groups, 'a1', 'resolved', { state: 'resolved', resolvedAt: new Date(now) }, now)
  await work()
  await until(async () => received.length === 2)
  expect(received[1]?.body.alerts).toMatchObject([{ id: 'a1', event: 'resolved' }])
  expect(received[1]?.key).not.toBe(received[0]?.key)
})

test('silenced alerts wait, and are told when the silence ends', async () => {
  const { fire, change, work, told } = await world()
  await fire('a1', { silencedBy: ['calibration'] })
  await fire('a2', { rule: 'pm', station: 'weir', inhibitedBy: 'a1' })
  await work()
  expect(await told()).toEqual([])
  await change('a1', 'unsilenced', { silencedBy: [] })
  await work()
  expect(await told()).toEqual([['hook', 'a1']])
  await change('a2', 'resolved', { state: 'resolved', resolvedAt: new Date(now) })
  now += 60 * S
  await work()
  expect(await told()).toEqual([['hook', 'a1']])
})

test('acknowledging ends the reminders, a higher severity is told', async () => {
  const { fire, change, work, told } = await world({ repeatSeconds: 3600 })
  await fire('a1')
  await work()
  now += HOUR
  await work()
  expect(await told()).toHaveLength(2)
  await change('a1', 'acknowledged', { acknowledgedAt: new Date(now) })
  now += 2 * HOUR
  await work()
  expect(await told()).toHaveLength(2)
  await change('a1', 'raised', { severity: 'extreme' })
  await work()
  expect(await told()).toHaveLength(3)
})

test('an alert below a route follows it once it is severe enough', async () => {
  const { fire, change, work, told } = await world({ severity: 'severe' })
  await fire('a1')
  await work()
  expect(await told()).toEqual([])
  await change('a1', 'raised', { severity: 'severe' })
  await work()
  expect(await told()).toEqual([['hook', 'a1']])
})

test('every matching route is followed, and one that is switched off tells when it is on again', async () => {
  const { queries, held, groups, fire, work, told } = await world()
  await addChannel(queries, 'second')
  held.push(await addRoute(queries, { id: 'other', channels: ['second'] }))
  await fire('a1')
  held[1] = { ...(held[1] as HeldRoute), enabled: false }
  await work()
  expect(await told()).toEqual([['hook', 'a1']])
  held[1] = { ...(held[1] as HeldRoute), enabled: true }
  await queries.transaction((transaction) => groups.reroute(transaction, ['other']))
  now += S
  await work()
  expect(await told()).toEqual([
    ['hook', 'a1'],
    ['second', 'a1'],
  ])
})

test('a route that is removed meanwhile does not keep an alert from being stored', async () => {
  const { queries, fire, work } = await world()
  await queries.execute(sql`delete from routes`)
  await fire('a1')
  expect(await queries.$count(alerts)).toBe(1)
  await work()
  expect(await deliveriesIn(queries)).toEqual([])
})

test('what cannot be sent is in the log all the same', async () => {
  const { queries, fire, work } = await world({ channels: ['hook', 'office'], roles: ['supervisor'] })
  await addChannel(queries, 'office', { kind: 'email', addresses: [] })
  await queries.update(channels).set({ enabled: false }).where(eq(channels.id, 'hook'))
  await fire('a1')
  await work()
  expect(
    (await deliveriesIn(queries)).map(({ channel, state, last_error }) => [channel, state, last_error]),
  ).toEqual(
    expect.arrayContaining([
      ['hook', 'failed', 'the channel is switched off'],
      ['office', 'failed', 'the channel has no addresses'],
    ]),
  )
})

test('two workers at once decide each group once', async () => {
  const { queries, held, fire } = await world()
  for (let index = 0; index < 20; index++) await fire(`a${index}`, { station: null, site: `site-${index}` })
  await Promise.all([groupsOf(queries, held, clock).work(), groupsOf(queries, held, clock).work()])
  const rows = await deliveriesIn(queries)
  expect(rows.flatMap(({ alerts }) => alerts).sort()).toEqual(
    Array.from({ length: 20 }, (_, index) => `a${index}`).sort(),
  )
})

test('a receiver that is away holds up its own channel alone, and gets everything when it is back', async () => {
  const { queries, held, fire, work } = await world()
  await addChannel(queries, 'robot', { kind: 'slack' })
  await fire('a1')
  await work()
  now += S
  held.push(await addRoute(queries, { id: 'other', channels: ['robot'], rules: ['pm'] }))
  await fire('a2')
  await work()
  const one = sender()
  const states = async () =>
    (await deliveriesIn(queries))
      .map(({ channel, state, attempts }) => `${channel} ${state} ${attempts}`)
      .sort()
  // The channel of the older delivery is sent to first, and of two lanes each begins at once.
  const failing = (await deliveriesIn(queries))[0]
  await queries.update(channels).set({ enabled: false }).where(eq(channels.id, 'hook'))
  expect(failing?.channel).toBe('hook')
  await one.look()
  await until(async () => one.stats().delivered === 1 && one.stats().attemptsFailed === 1)
  await until(async () => (await states()).includes('hook waiting 1'))
  // The second of the channel that is away was not even tried.
  expect(await states()).toEqual(['hook waiting 0', 'hook waiting 1', 'robot delivered 1'])
  await queries.update(channels).set({ enabled: true }).where(eq(channels.id, 'hook'))
  now += 2 * S
  await until(async () => {
    await one.look()
    return (await states()).every((state) => state.includes('delivered'))
  })
  expect(received.map(({ body }) => body.alerts?.[0]?.id)).toEqual(expect.arrayContaining(['a1', 'a2']))
})

test('what was tried for a day is given up and shown', async () => {
  const { queries, fire, work } = await world()
  await fire('a1')
  await work()
  answers = Array(100).fill(503)
  const one = sender()
  await one.look()
  await until(async () => one.stats().attemptsFailed === 1)
  await until(async () => (await deliveriesIn(queries))[0]?.attempts === 1)
  now += 25 * HOUR
  await one.look()
  await until(async () => (await deliveriesIn(queries))[0]?.state === 'failed')
  expect((await deliveriesIn(queries))[0]).toMatchObject({ last_error: 'it answered 503: said' })
})

test('what a receiver will never take is given up at once, and the next is sent', async () => {
  const { queries, fire, work } = await world()
  await fire('a1')
  await work()
  await fire('a2')
  now += S
  await work()
  answers = [400, 200]
  sender().start()
  await until(async () => (await deliveriesIn(queries)).every(({ state }) => state !== 'waiting'))
  expect((await deliveriesIn(queries)).map(({ state }) => state).sort()).toEqual(['delivered', 'failed'])
})

test('people by role are told in the app and by mail, once each, and their notices are bounded', async () => {
  const { queries, fire, work } = await world({ channels: ['hook', 'app'], roles: ['supervisor'] }, true)
  await addChannel(queries, 'app', { kind: 'in_app', sealed: null })
  const person = (username: string, role: 'supervisor' | 'viewer', email: string | null) => ({
    username,
    role,
    email,
    passwordHash: '!',
    wholeTerritory: true,
  })
  await queries
    .insert(users)
    .values([
      person('mei', 'supervisor', 'mei@example.org'),
      person('li', 'supervisor', null),
      person('an', 'viewer', 'an@example.org'),
    ])
  await fire('a1')
  await work()
  const rows = (await deliveriesIn(queries)).map(
    ({ channel, recipient, state }) => `${channel} ${recipient} ${state}`,
  )
  expect(rows.sort()).toEqual([
    '@app li delivered',
    '@app mei delivered',
    '@mail mei waiting',
    'app null delivered',
    'hook null waiting',
  ])
  const shown = await queries.select().from(notices)
  expect(shown.map(({ user, title, text, kind }) => [user, title, text, kind]).sort()).toEqual([
    [1, 'Rule pm · Gate', '85 µg/m³ · Paper mill', 'alert'],
    [2, 'Rule pm · Gate', '85 µg/m³ · Paper mill', 'alert'],
    [3, 'Rule pm · Gate', '85 µg/m³ · Paper mill', 'alert'],
  ])
  await queries.execute(sql`insert into notices (id, user_id, at, kind, title, text)
    select 'old' || n, 1, '2026-01-01', 'alert', '', '' from generate_series(1, ${MOST_PER_PERSON}) n`)
  now += S
  await fire('a2')
  await work()
  expect(await queries.$count(notices, eq(notices.user, 1))).toBe(MOST_PER_PERSON)
})

test('groups that cannot be decided do not keep others from being decided', async () => {
  const { queries, fire, work, told } = await world()
  await fire('a1', { station: null, site: 'one' })
  await fire('a2', { station: null, site: 'two' })
  await queries.execute(sql`update alerts set evidence = '{}' where id = 'a1'`)
  await work()
  expect(await told()).toEqual([['hook', 'a2']])
  expect(await queries.$count(notificationGroups, sql`told->'a1' = 'null'`)).toBe(1)
})

test('many groups that cannot be decided get their turn after all others', async () => {
  const { queries, fire, work, told } = await world()
  await queries.execute(sql`
    insert into alerts (id, rule, rule_version, target, site, trigger, state, severity, started_at, fired_at,
      recorded_at, unit, evidence, updated_at)
    select 'bad' || n, 'pm', 1, 'bad' || n, 'bad' || n, 'condition', 'firing', 'moderate', now(), now(), now(), '',
      '{}', now() from generate_series(1, 200) n`)
  await queries.execute(sql`
    insert into notification_groups (route, key, told, due_at, opened_at)
    select 'all', 'bad' || n, jsonb_build_object('bad' || n, null), ${new Date(now - HOUR).toISOString()}::timestamptz,
      now() from generate_series(1, 200) n`)
  await fire('a1')
  expect(await work()).toMatchObject({ groups: 0, more: true })
  expect(await told()).toEqual([])
  expect(await work()).toMatchObject({ groups: 1 })
  expect(await told()).toEqual([['hook', 'a1']])
  expect(await work()).toMatchObject({ groups: 0, more: false })
})

test('a route that is new, switched on or wider leads from what fires already', async () => {
  const { queries, held, groups, fire, work, told } = await world({ severity: 'extreme' })
  const reroute = (id: string) => queries.transaction((transaction) => groups.reroute(transaction, [id]))
  await addChannel(queries, 'second')
  await fire('a1')
  await fire('a2', { state: 'resolved', resolvedAt: new Date(now) })
  held.push(await addRoute(queries, { id: 'other', channels: ['second'], enabled: false }))
  await reroute('other')
  await work()
  expect(await told()).toEqual([])
  held[1] = { ...(held[1] as HeldRoute), enabled: true }
  await reroute('other')
  await work()
  expect(await told()).toEqual([['second', 'a1']])
  now += S
  held[0] = { ...(held[0] as HeldRoute), severity: 'minor' }
  await reroute('all')
  await work()
  await reroute('all')
  await work()
  expect(await told()).toEqual([
    ['second', 'a1'],
    ['hook', 'a1'],
  ])
})

test('a route that is narrower forgets what it does not lead from; in other groups what was told stays told', async () => {
  const { queries, held, groups, fire, change, work, told } = await world({ repeatSeconds: 3600 })
  const reroute = () => queries.transaction((transaction) => groups.reroute(transaction, ['all']))
  await fire('a1')
  await fire('a2', { severity: 'severe' })
  await work()
  held[0] = { ...(held[0] as HeldRoute), severity: 'severe', groupBy: ['rule'] }
  await reroute()
  await work()
  const groupsNow = await queries.select().from(notificationGroups)
  expect(groupsNow.map(({ told: of }) => Object.keys(of)).sort()).toEqual([[], ['a2']])
  now += HOUR
  await work()
  expect(await told()).toEqual([
    ['hook', 'a2', 'a1'],
    ['hook', 'a2'],
  ])
  for (const id of ['a1', 'a2']) {
    await change(id, 'resolved', { state: 'resolved', resolvedAt: new Date(now) })
  }
  now += S
  await work()
  expect((await told()).slice(2)).toEqual([['hook', 'a2']])
})

test('the notices of a group that was forgotten meanwhile do not repeat those of before', async () => {
  const { queries, groups, fire, change } = await world({ channels: ['app'] })
  await queries.insert(users).values({
    username: 'mei',
    role: 'supervisor',
    passwordHash: '!',
    wholeTerritory: true,
  })
  await addChannel(queries, 'app', { kind: 'in_app', sealed: null })
  for (const id of ['a1', 'a2']) {
    await fire(id)
    await groups.work()
    await change(id, 'resolved', { state: 'resolved', resolvedAt: new Date(now) })
    await groups.work()
    expect(await queries.delete(notificationGroups).returning()).toHaveLength(1)
    now += S
  }
  expect((await queries.select().from(notices)).map(({ alert }) => alert)).toEqual(['a1', 'a1', 'a2', 'a2'])
})

test('flapping: told though the one before was silenced, and over only when the newest is calm', async () => {
  const { fire, change, work, told } = await world()
  const flapping = { flapping: true, target: 'gate' }
  const end = () => ({ state: 'resolved' as const, resolvedAt: new Date(now) })
  await fire('a1', { ...flapping, silencedBy: ['s'] })
  await work()
  await change('a1', 'resolved', end())
  now += 60 * S
  await fire('a2', { ...flapping, previous: 'a1' })
  await work()
  expect(await told()).toEqual([['hook', 'a2']])
  now += 60 * S
  await change('a2', 'resolved', end())
  now += 60 * S
  await fire('a3', { ...flapping, previous: 'a2' })
  await work()
  now += 2 * HOUR
  await work()
  // The newest fires still.
  expect(await told()).toEqual([['hook', 'a2']])
  await change('a3', 'settled', { flapping: false })
  await work()
  await change('a3', 'resolved', end())
  now += 60 * S
  await work()
  expect(await told()).toEqual([
    ['hook', 'a2'],
    ['hook', 'a3'],
    ['hook', 'a2', 'a3'],
  ])
})

test('the indexes serve what is asked every second, and of every change of an alert', async () => {
  const plans = await database.queries.transaction(async (transaction) => {
    await transaction.execute(sql`set local enable_seqscan = off`)
    const due = await transaction.execute(
      sql`explain select key from notification_groups where due_at <= now() order by due_at limit 200`,
    )
    const touched = await transaction.execute(
      sql`explain select key from notification_groups where told ?| array['a', 'b']`,
    )
    return [due, touched].map(({ rows }) => JSON.stringify(rows))
  })
  expect(plans[0]).toContain('notification_groups_due')
  expect(plans[1]).toContain('notification_groups_told')
})

test('transactions that touch the same groups wait for each other, never in a circle', async () => {
  const { queries, held, groups } = await world({ groupBy: [] })
  // The database puts these in another order than a comparison of their characters would.
  for (const id of ['b', 'B', 'a', 'A', '_']) held.push(await addRoute(queries, { id, groupBy: [] }))
  const at = now
  await fire(queries, groups, { id: 'first', at })
  const work = async (id: string) => {
    for (let round = 0; round < 15; round++) {
      await Promise.all([
        fire(queries, groups, { id: `${id}${round}`, at }),
        queries.transaction((transaction) => groups.within(transaction, [touchOf('first')])),
        queries.transaction((transaction) =>
          groups.reroute(
            transaction,
            held.map((route) => route.id),
          ),
        ),
      ])
    }
  }
  await Promise.all(['x', 'y'].map(work))
  expect(await queries.$count(notificationGroups, sql`told ? 'x14' and told ? 'y14'`)).toBe(6)
})

const touchOf = (id: string): AlertChange => ({
  kind: 'commented',
  alert: { id, rule: 'pm', severity: 'moderate', station: 'gate', other: null, site: null },
})

test('escalation goes up while nobody acknowledges, each step once, and not while it is silenced', async () => {
  await database.queries.execute(sql`delete from rule_versions`)
  await database.queries.execute(sql`delete from rules`)
  const steps = [
    { afterSeconds: 600, role: 'officer' as const },
    { afterSeconds: 1800, role: 'supervisor' as const },
  ]
  await addRule(database.queries, 'pm', { escalation: steps })
  const { queries, fire } = await world()
  await queries.insert(users).values([
    { username: 'wang', role: 'officer', email: 'wang@example.org', passwordHash: '!', wholeTerritory: true },
    { username: 'mei', role: 'supervisor', email: null, passwordHash: '!', wholeTerritory: true },
  ])
  const escalation = new Escalation({
    database,
    alerts: new Alerts({ database, texts: new RuleTexts(() => queries), now: clock, log }),
    words: WORDS,
    territories: { of: () => WHOLE_TERRITORY },
    mailConfigured: true,
    now: clock,
    log,
  })
  const told = async () =>
    (await escalation.work()).map(({ username, row }) => [username, row.kind, row.alert])
  await fire('a1')
  await fire('a2', { acknowledgedAt: new Date(now) })
  await fire('a3', { silencedBy: ['s'] })
  expect(await told()).toEqual([])
  now += 601 * S
  expect(await told()).toEqual([['wang', 'escalated', 'a1']])
  expect(await told()).toEqual([])
  now += 1800 * S
  expect(await told()).toEqual([['mei', 'escalated', 'a1']])
  now += 9999 * S
  expect(await told()).toEqual([])
  const events = await queries.select().from(alertEvents).where(eq(alertEvents.kind, 'escalated'))
  expect(events.map(({ alert, detail }) => [alert, detail['role'], detail['people']])).toEqual([
    ['a1', 'officer', ['wang']],
    ['a1', 'supervisor', ['mei']],
  ])
  expect(
    (await deliveriesIn(queries)).map(({ channel, recipient }) => `${channel} ${recipient}`).sort(),
  ).toEqual(['@app mei', '@app wang', '@mail wang'])
})

test.each([
  ['in order, whatever order they were written in', 0, 700, false, [600]],
  ['several at once after a pause', 0, 5000, false, [600, 1800]],
  ['those taken are taken', 1, 5000, false, [1800]],
  ['none once acknowledged', 0, 5000, true, []],
])('escalation: %s', (_, escalated, after, acknowledged, expected) => {
  const steps = [
    { afterSeconds: 1800, role: 'supervisor' as const },
    { afterSeconds: 600, role: 'officer' as const },
  ]
  const due = stepsDue(steps, { recordedAt: 0, acknowledged, state: 'firing', escalated }, after * S)
  expect(due.map(({ afterSeconds }) => afterSeconds)).toEqual(expected)
})

test('who is assigned or mentioned is told, unless they did it themselves', async () => {
  const { queries, fire } = await world()
  await queries.insert(users).values([
    { username: 'wang', role: 'officer', email: 'wang@example.org', passwordHash: '!', wholeTerritory: true },
    { username: 'mei', role: 'supervisor', email: null, passwordHash: '!', wholeTerritory: true },
  ])
  await fire('a1')
  const [alert] = await queries.select().from(alerts)
  const act = (kind: 'assigned' | 'commented', actor: string, detail: Record<string, unknown>) =>
    queries.transaction((transaction) =>
      tellPersonally(transaction, [{ alert: alert as never, kind, actor, detail }], {
        words: WORDS,
        territories: { of: () => WHOLE_TERRITORY },
        mailConfigured: true,
        now: clock,
      }),
    )
  expect(
    (await act('assigned', 'mei', { assignee: 'wang' })).map(({ username, row }) => [
      username,
      row.kind,
      row.text,
    ]),
  ).toEqual([['wang', 'assigned', 'mei']])
  expect(await act('assigned', 'mei', { assignee: 'mei' })).toEqual([])
  expect(await act('assigned', 'mei', { assignee: null })).toEqual([])
  const mentioned = await act('commented', 'wang', {
    text: 'look @mei @wang @nobody',
    mentions: ['mei', 'wang', 'nobody'],
  })
  expect(mentioned.map(({ username, row }) => [username, row.kind, row.text])).toEqual([
    ['mei', 'mention', 'wang: look @mei @wang @nobody'],
  ])
  expect((await deliveriesIn(queries)).map(({ channel, recipient }) => [channel, recipient])).toEqual([
    ['@mail', 'wang'],
  ])
})
