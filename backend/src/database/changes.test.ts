import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import pg from 'pg'
import pino from 'pino'
import { Audit } from '../audit/audit.ts'
import { ProblemException } from '../http/problem.ts'
import { TestBackend } from '../testing.ts'
import { Database } from './database.ts'

const NOTE = { action: 'backup.made', object: null } as const

afterEach(() => {
  jest.restoreAllMocks()
})
afterAll(() => TestBackend.stopAll())

function urlOf({ dataDir }: TestBackend): string {
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3]
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim()
  return `postgres://osprey:${password}@127.0.0.1:${port}/osprey`
}

/** Runs `work` while another connection holds the row every audited change needs. */
async function withChainHeld(backend: TestBackend, work: () => Promise<void>): Promise<void> {
  const holder = new pg.Client(urlOf(backend))
  await holder.connect()
  try {
    await holder.query('begin; select * from audit_chain for update')
    await work()
  } finally {
    await holder.end()
  }
}

test('while changes wait for the audit log, sessions are checked and pages answered', async () => {
  const start = jest.spyOn(Database.prototype, 'start')
  const backend = await TestBackend.start()
  const [database] = start.mock.contexts as Database[]
  const cookie = await backend.logIn()
  const audit = new Audit(database as Database)
  let writers: Promise<void>[] = []
  await withChainHeld(backend, async () => {
    writers = Array.from({ length: 12 }, () => audit.note(NOTE))
    const answer = await backend.request('GET', '/api/session', { headers: { cookie } })
    expect(answer.status).toBe(200)
    expect((await backend.operator('GET', '/api/sites')).status).toBe(200)
  })
  await Promise.all(writers)
  expect(await backend.sql(`select count(*)::int from audit_entries where action = 'backup.made'`)).toEqual([
    { count: 12 },
  ])
})

test('a change that waits too long is given up as 503, one that waits for its turn too', async () => {
  const backend = await TestBackend.start()
  const log = pino({ level: 'silent' })
  const elsewhere = TestBackend.prepare()
  const database = new Database(elsewhere.dataDir, urlOf(backend), log, { lockWithinMs: 200 })
  await database.start()
  const audit = new Audit(database)
  await withChainHeld(backend, async () => {
    const refused = await Promise.allSettled(Array.from({ length: 9 }, () => audit.note(NOTE)))
    for (const outcome of refused) {
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toBeInstanceOf(ProblemException)
      expect(reason.getStatus()).toBe(503)
    }
  })
  await audit.note(NOTE)
  await database.stop()
})
