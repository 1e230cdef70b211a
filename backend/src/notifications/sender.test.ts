import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { eq, sql } from 'drizzle-orm'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { deliveries } from '../database/schema.ts'
import { addDeliveries, waiting } from './deliveries.ts'
import type { EgressAnswer } from './egress.ts'
import { Sender } from './sender.ts'
import { addChannel, opening } from './world.fixture.ts'

/** What the sender does with what waits, in a real database, with receivers and times the test sets. */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-sender-'))
const log = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, log)
const S = 1000
const HOUR = 3600 * S
let now = 0
let sent: string[] = []
let answer: (key: string) => Promise<EgressAnswer> | EgressAnswer
const ends: (() => unknown)[] = []

const ok: EgressAnswer = { status: 200, text: '', retryAfterMs: null }
const away: EgressAnswer = { status: 503, text: '', retryAfterMs: null }

beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})
beforeEach(async () => {
  await database.queries.execute(sql`truncate channels, deliveries cascade`)
  now = Date.UTC(2026, 10, 24, 8)
  sent = []
  answer = () => ok
  await addChannel(database.queries, 'hook')
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

function sender() {
  const one = new Sender({
    database,
    egress: {
      post: async (_, headers) => {
        const key = headers['idempotency-key'] as string
        sent.push(key)
        return answer(key)
      },
    },
    sendMail: undefined,
    open: opening('https://hooks.example.org/'),
    now: () => now,
    log,
    limits: { lookMs: 1 },
  })
  ends.push(() => one.stop())
  return one
}

const add = (key: string, channel = 'hook') =>
  addDeliveries(database.queries, [
    waiting(
      { key, channel, route: null, recipient: null, alerts: [], subject: '' },
      { kind: 'post', body: { text: 'something' } },
      new Date(now),
    ),
  ])
const row = async (key: string) => {
  const [found] = await database.queries.select().from(deliveries).where(eq(deliveries.key, key))
  return found as typeof deliveries.$inferSelect
}
/** Looks, and lets everything that begins end. */
async function look(one: Sender): Promise<void> {
  await one.look()
  await one.idle()
}

test('after a day of downtime what was tried once is tried again, not given up', async () => {
  await add('a')
  answer = () => away
  await look(sender())
  expect(await row('a')).toMatchObject({ attempts: 1, state: 'waiting' })
  now += 25 * HOUR
  await add('b')
  const next = sender()
  await look(next)
  expect(await row('a')).toMatchObject({ attempts: 2, state: 'waiting' })
  answer = () => ok
  now += HOUR / 2
  await look(next)
  expect([(await row('a')).state, (await row('b')).state]).toEqual(['delivered', 'delivered'])
})

test('what waits behind a receiver that was tried and is away is given up after a day, and nothing younger', async () => {
  answer = () => away
  await add('first')
  now += 1
  await add('second')
  now += 1
  await add('third')
  const one = sender()
  await look(one)
  now += 20 * HOUR
  await add('young')
  now += 5 * HOUR
  await look(one)
  now += 10
  await look(one)
  const states = await Promise.all(
    ['first', 'second', 'third', 'young'].map(async (key) => (await row(key)).state),
  )
  expect(states).toEqual(['failed', 'failed', 'failed', 'waiting'])
  expect(await row('third')).toMatchObject({ attempts: 0, lastError: 'not sent within a day' })
})

test('a channel that is changed while it sends sends nothing twice, and what waits is tried at once', async () => {
  let release: (answer: EgressAnswer) => void = () => {}
  const asked = new Promise<void>((begun) => {
    answer = () =>
      new Promise((settle) => {
        release = settle
        begun()
      })
  })
  await add('a')
  now += 1
  await add('b')
  const one = sender()
  await one.look()
  await asked
  await one.forgetTroubles('hook')
  await one.look()
  expect(sent).toEqual(['a'])
  answer = () => ok
  // What the old address said concerns the old address.
  release(away)
  await one.idle()
  await look(one)
  expect(sent).toEqual(['a', 'a', 'b'])
  expect((await row('a')).state).toBe('delivered')
})

test('what waits for its next attempt is tried at once when the channel is set right', async () => {
  answer = () => away
  await add('a')
  const one = sender()
  await look(one)
  answer = () => ok
  await look(one)
  expect((await row('a')).state).toBe('waiting')
  await one.forgetTroubles('hook')
  await look(one)
  expect((await row('a')).state).toBe('delivered')
})

test('what is settled is not kept but in the log', async () => {
  await add('a')
  now += 1
  await add('b')
  answer = (key) => (key === 'a' ? ok : { ...away, status: 400 })
  await look(sender())
  expect(await row('a')).toMatchObject({ state: 'delivered', content: {} })
  expect(await row('b')).toMatchObject({ state: 'failed', content: {} })
})

test('behind a receiver that is away much may pile up: others are found by the index', async () => {
  await addChannel(database.queries, 'other')
  answer = () => away
  await add('a')
  const one = sender()
  await look(one)
  await database.queries.execute(sql`
    insert into deliveries (id, key, channel, lane, alerts, subject, content, state, created_at, next_attempt_at)
    select 'p' || n, 'p' || n, 'hook', 'hook', '{}', '', '{}', 'waiting', ${new Date(now - HOUR).toISOString()}::timestamptz,
      ${new Date(now - HOUR).toISOString()}::timestamptz from generate_series(1, 20000) n`)
  await database.queries.execute(sql`analyze deliveries`)
  answer = () => ok
  await add('b', 'other')
  await look(one)
  expect(sent).toEqual(['a', 'b'])
  const { rows } = await database.queries.execute<{ definition: string }>(
    sql`select indexdef as definition from pg_indexes where indexname = 'deliveries_lane'`,
  )
  expect(rows[0]?.definition).toContain('(lane, next_attempt_at, created_at)')
})
