import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'drizzle-orm'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { Notifications } from './notifications.ts'
import { addRoute, WORDS } from './world.fixture.ts'

/** What is forgotten, and what is kept. */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-sweep-'))
const log = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, log)
const NOW = Date.UTC(2026, 10, 24)
const OLD = new Date(NOW - 100 * 86_400_000).toISOString()
const YOUNG = new Date(NOW - 86_400_000).toISOString()

beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

test('groups that tell nothing any more are forgotten, also those that never told anything', async () => {
  const { queries } = database
  await addRoute(queries)
  const told = { a: { severity: 'minor', at: 0 } }
  for (const [key, group, toldAt, openedAt] of [
    ['told long ago', {}, OLD, OLD],
    ['told lately', {}, YOUNG, OLD],
    ['never told', {}, null, OLD],
    ['never told, opened lately', {}, null, YOUNG],
    ['still firing', told, OLD, OLD],
  ] as const) {
    await queries.execute(sql`insert into notification_groups (route, key, told, told_at, opened_at)
      values ('all', ${key}, ${JSON.stringify(group)}::jsonb, ${toldAt}::timestamptz, ${openedAt}::timestamptz)`)
  }
  const notifications = new Notifications({
    database,
    mail: { configured: false },
    words: WORDS,
    now: () => NOW,
    log,
  } as never)
  await notifications.sweep()
  const { rows } = await queries.execute<{ key: string }>(
    sql`select key from notification_groups order by key`,
  )
  expect(rows.map(({ key }) => key)).toEqual(['never told, opened lately', 'still firing', 'told lately'])
})
