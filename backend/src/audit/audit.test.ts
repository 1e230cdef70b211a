import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { asc, eq, sql } from 'drizzle-orm'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { auditChain, auditEntries, sites } from '../database/schema.ts'
import { actingAs } from './actor.ts'
import { Audit } from './audit.ts'
import { AuditLog } from './audit-log.ts'
import { GENESIS } from './chain.ts'
import { verified } from './log.fixture.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-audit-'))
let database: Database
let audit: Audit
let log: AuditLog
const open = async () => {
  database = new Database(dataDir, undefined, pino({ level: 'silent' }))
  await database.start()
  audit = new Audit(database)
  log = new AuditLog(database, audit)
}
beforeAll(open)
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const rows = () => database.queries.select().from(auditEntries).orderBy(asc(auditEntries.sequence))
const verification = async () => verified((await rows()).map(({ entry }) => `${entry}\n`).join(''))
const created = (id: string) => ({
  action: 'site.created' as const,
  object: { kind: 'site', id },
  after: { id },
})

test('an empty log stands at the beginning', async () => {
  expect(await audit.head()).toEqual(GENESIS)
  expect(await log.ends()).toEqual({ stated: GENESIS, last: GENESIS })
  expect(await log.storedAt([1])).toEqual([])
})

test('an entry names who acts, from where, and what was before and after', async () => {
  const mei = { kind: 'user', name: 'mei', address: '203.0.113.7' } as const
  await actingAs(mei, () =>
    audit.note({
      action: 'site.changed',
      object: { kind: 'site', id: 'mill' },
      before: { name: 'Mill', at: new Date(0) },
      after: { name: 'Mühle', gone: undefined },
    }),
  )
  await audit.note({ action: 'platform.started', object: null })
  const [first, second] = (await rows()).map(({ entry }) => JSON.parse(entry))
  expect(first).toMatchObject({
    sequence: 1,
    actor: { kind: 'user', name: 'mei' },
    address: '203.0.113.7',
    before: { name: 'Mill', at: '1970-01-01T00:00:00.000Z' },
    after: { name: 'Mühle' },
    previous: GENESIS.hash,
  })
  expect(second).toMatchObject({
    actor: { kind: 'system', name: 'osprey' },
    address: '',
    before: null,
    previous: first.hash,
  })
  const head = await audit.head()
  expect(await log.ends()).toEqual({ stated: head, last: head })
})

test('changes made at the same time give one unbroken chain', async () => {
  const { sequence } = await audit.head()
  const change = (id: string) =>
    database.queries.transaction(async (transaction) => {
      await transaction.insert(sites).values({ id, name: id })
      await audit.record(transaction, created(id), { ...created(id), action: 'site.changed' })
    })
  await Promise.all(Array.from({ length: 60 }, (_, index) => change(`parallel-${index}`)))
  expect((await audit.head()).sequence).toBe(sequence + 120)
  expect(await verification()).toMatchObject({ entries: sequence + 120, found: 0 })
})

test('a change that is rolled back leaves no entry, and an entry that fails no change', async () => {
  const before = await audit.head()
  const failing = database.queries.transaction(async (transaction) => {
    await transaction.insert(sites).values({ id: 'undone', name: 'x' })
    await audit.record(transaction, created('undone'))
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(await audit.head()).toEqual(before)
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const unrecordable = database.queries.transaction(async (transaction) => {
    await transaction.insert(sites).values({ id: 'undone', name: 'x' })
    await audit.record(transaction, { ...created('undone'), after: circular })
  })
  await expect(unrecordable).rejects.toThrow('circular')
  expect(await database.queries.select().from(sites).where(eq(sites.id, 'undone'))).toEqual([])
  expect(await audit.head()).toEqual(before)
})

test('the database refuses to change, delete or truncate entries', async () => {
  const { queries } = database
  const refused = /cannot be changed or removed/
  const reasonOf = async (work: Promise<unknown>) =>
    String(((await work.catch((error: Error) => error)) as Error).cause)
  expect(await reasonOf(queries.update(auditEntries).set({ actor: 'x' }))).toMatch(refused)
  expect(await reasonOf(queries.delete(auditEntries).where(eq(auditEntries.sequence, 1)))).toMatch(refused)
  expect(await reasonOf(queries.execute(sql`truncate audit_entries`))).toMatch(refused)
  expect((await verification()).found).toBe(0)
})

test('thousands of entries of one change are one chain', async () => {
  const { sequence } = await audit.head()
  await audit.note(...Array.from({ length: 1201 }, (_, index) => created(`bulk-${index}`)))
  expect(await verification()).toMatchObject({ entries: sequence + 1201, found: 0 })
})

test('after a restart the chain goes on where it ended', async () => {
  const before = await audit.head()
  await database.stop()
  await open()
  expect(await audit.head()).toEqual(before)
  await audit.note({ action: 'platform.started', object: null })
  expect(await verification()).toMatchObject({ last: { sequence: before.sequence + 1 }, found: 0 })
})

test('without its chain row the log takes nothing, and so do changes', async () => {
  const { sequence, hash } = await audit.head()
  await database.queries.delete(auditChain)
  await expect(audit.note({ action: 'platform.started', object: null })).rejects.toThrow('lost its chain row')
  await database.queries.insert(auditChain).values({ id: 1, sequence, hash })
})
