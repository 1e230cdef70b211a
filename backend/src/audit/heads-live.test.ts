import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { AuditEntry } from '@osprey/core/api/audit'
import { sql } from 'drizzle-orm'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { Audit } from './audit.ts'
import { AuditLog } from './audit-log.ts'
import { canonicalJson } from './canonical.ts'
import { hashOf } from './chain.ts'
import { HeadFiles } from './head-files.ts'
import { Heads } from './heads.ts'
import { LastHead } from './last-head.ts'
import { openSigningKey } from './signing-key.ts'

/** What the owner of the database can do to the log while the platform runs. */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-live-audit-'))
const silent = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, silent)
const audit = new Audit(database)
const log = new AuditLog(database, audit)
const mismatchFile = join(dataDir, 'heads', 'mismatch.json')
let heads: Heads

beforeAll(async () => {
  await database.start()
  heads = new Heads({
    audit,
    chain: log,
    files: new HeadFiles(join(dataDir, 'heads')),
    last: new LastHead(join(dataDir, 'audit-last-head.json')),
    key: openSigningKey(join(dataDir, 'audit-key.pem')),
    webhook: undefined,
    now: Date.now,
    log: silent,
  })
  await heads.start()
})
beforeEach(async () => {
  rmSync(mismatchFile, { force: true })
  await audit.note(...['a', 'b', 'c'].map(siteCreated))
  await heads.sign()
  expect(heads.trouble()).toBeNull()
})
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const siteCreated = (id: string) => ({
  action: 'site.created' as const,
  object: { kind: 'site', id },
  after: { id },
})

async function asOwner(work: () => Promise<unknown>): Promise<void> {
  await database.queries.execute(sql`alter table audit_entries disable trigger user`)
  await work()
  await database.queries.execute(sql`alter table audit_entries enable trigger user`)
}

/** Another address in this entry, and everything after it linked anew. */
async function rewriteFrom(first: number): Promise<void> {
  const { sequence: last } = await audit.head()
  const rows = await log.stored(first - 1, last, 1000)
  let previous: string | undefined
  for (const row of rows) {
    const entry = JSON.parse(row.entry) as AuditEntry
    const forged = { ...entry, address: '198.51.100.9', ...(previous && { previous }) }
    const hash = hashOf(forged)
    previous = hash
    await database.queries.execute(sql`update audit_entries set hash = ${hash},
      entry = ${canonicalJson({ ...forged, hash })} where sequence = ${row.sequence}`)
  }
  await database.queries.execute(sql`update audit_chain set hash = ${previous}`)
}

async function mismatches() {
  const { entries } = await log.search({ action: 'audit.head_mismatch', limit: '100' } as never)
  return entries.map(({ after }) => (after as { reason: string }).reason)
}

test.each([
  ['the entries of the last head and those after it', -2],
  ['the whole log', -1000],
])('a rewrite of %s under the running platform is noticed and not signed', async (_, from) => {
  const signed = heads.signed()
  const before = (await mismatches()).length
  await audit.note(siteCreated('d'))
  await asOwner(async () => rewriteFrom(Math.max(1, (signed?.sequence as number) + from)))
  await heads.sign()
  expect(await mismatches()).toHaveLength(before + 1)
  expect((await mismatches())[0]).toBe('entries_changed')
  expect(heads.trouble()).toContain('it was rewritten')
  expect(heads.stats().mismatch).toBe(true)
  await audit.note(siteCreated('e'))
  await heads.sign()
  expect(heads.signed()).toEqual(signed)
  rmSync(mismatchFile)
  await heads.sign()
  expect(heads.trouble()).toBeNull()
  expect(heads.signed()?.sequence).toBeGreaterThan(signed?.sequence as number)
})

test('an entry changed since the last head, with the hash column left as it was, is noticed', async () => {
  await audit.note(siteCreated('d'), siteCreated('e'))
  const { sequence } = await audit.head()
  await asOwner(() =>
    database.queries.execute(sql`update audit_entries set entry = replace(entry, '"d"', '"x"')
      where sequence = ${sequence - 1}`),
  )
  await heads.sign()
  expect(heads.trouble()).toContain(`entry ${sequence - 1} does not have the hash it states`)
})

test('an entry removed since the last head is noticed', async () => {
  await audit.note(siteCreated('d'), siteCreated('e'))
  const { sequence } = await audit.head()
  await asOwner(() =>
    database.queries.execute(sql`delete from audit_entries where sequence = ${sequence - 1}`),
  )
  await heads.sign()
  expect(heads.trouble()).toContain(`entry ${sequence - 1} is not in the audit log`)
})

test.each([
  ['time', sql`time = time - interval '1 year'`],
  ['time', sql`time = 'infinity'`],
  ['actor', sql`actor = 'nobody'`],
  ['action', sql`action = 'site.changed'`],
  ['object_kind', sql`object_kind = null`],
  ['object_id', sql`object_id = 'elsewhere'`],
  ['hash', sql`hash = repeat('0', 64)`],
])(
  'an entry hidden from a search by its column %s is noticed before a head is signed',
  async (column, set) => {
    await audit.note(siteCreated('d'), siteCreated('e'))
    const { sequence } = await audit.head()
    await asOwner(() =>
      database.queries.execute(sql`update audit_entries set ${set} where sequence = ${sequence - 1}`),
    )
    await heads.sign()
    expect(heads.trouble()).toContain(`entry ${sequence - 1} (${column})`)
    expect((await mismatches())[0]).toBe('columns_changed')
  },
)

test('an entry hidden long after it was signed is noticed by an export', async () => {
  const before = await mismatches()
  await asOwner(() => database.queries.execute(sql`update audit_entries set actor = 'x' where sequence = 2`))
  await heads.sign()
  expect(existsSync(mismatchFile)).toBe(false)
  const { pieces } = await log.export(1, (found) => heads.report(found))
  for await (const _ of pieces);
  expect(heads.trouble()).toContain('entry 2 (actor)')
  expect(await mismatches()).toHaveLength(before.length + 1)
})
