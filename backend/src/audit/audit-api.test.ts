import { createHash, createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type AuditEntry, auditView } from '@osprey/core/api/audit'
import { desc, sql } from 'drizzle-orm'
import pino from 'pino'
import { VERSION } from '../config.ts'
import { Database } from '../database/database.ts'
import { auditEntries } from '../database/schema.ts'
import { TestBackend } from '../testing.ts'
import { canonicalJson } from './canonical.ts'
import { hashOf } from './chain.ts'
import { verified } from './log.fixture.ts'

let backend: TestBackend
const site = (id: string, name = id) => ({ id, name })
const find = async (query = '') => {
  const answer = await backend.operator('GET', `/api/audit${query}`)
  expect([query, answer.status]).toEqual([query, 200])
  return auditView.parse(answer.body)
}
const ids = async (query: string) => (await find(query)).entries.map(({ object }) => object?.id)

beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_METRICS_TOKEN: 'metrics-token-of-the-test' })
  for (const one of [site('mill'), site('kiln', '50% _kiln_ \\ "上海"'), site('dam')]) {
    expect((await backend.operator('POST', '/api/sites', one)).status).toBe(201)
  }
  await backend.operator('PATCH', '/api/sites/mill', { name: 'Old mill' })
  await backend.operator('DELETE', '/api/sites/dam')
})
afterAll(() => TestBackend.stopAll())

test('the start is the first entry that names the version', async () => {
  const { entries } = await find('?action=platform')
  expect(entries).toMatchObject([
    { sequence: 1, action: 'platform.started', after: { version: VERSION }, actor: { kind: 'system' } },
  ])
})

test('a change has the name, the address, before and after', async () => {
  const { entries, next, head, signed } = await find('?action=site.changed')
  expect(entries).toHaveLength(1)
  expect(entries[0]).toMatchObject({
    actor: { kind: 'operator', name: 'operator' },
    address: '127.0.0.1',
    object: { kind: 'site', id: 'mill' },
    before: { id: 'mill', name: 'mill' },
    after: { id: 'mill', name: 'Old mill' },
  })
  expect(next).toBeNull()
  expect(head.sequence).toBeGreaterThanOrEqual(entries[0]?.sequence as number)
  expect(signed?.sequence).toBe(0)
})

test('searches by time, actor, action, object and text', async () => {
  expect(await ids('?action=site')).toEqual(['dam', 'mill', 'dam', 'kiln', 'mill'])
  expect(await ids('?object=mill')).toEqual(['mill', 'mill'])
  expect(await ids('?actor=operator&action=site.removed')).toEqual(['dam'])
  expect(await ids('?actor=nobody')).toEqual([])
  expect(await ids('?action=site&text=OLD%20MILL')).toEqual(['mill'])
  for (const text of ['50% _', '% _kiln_', '\\ "', '上海'])
    expect(await ids(`?text=${encodeURIComponent(text)}`)).toEqual(['kiln'])
  for (const text of ['_0% _', '5%kiln', '\0', '\ud800']) {
    expect(await ids(`?text=${encodeURIComponent(text.toWellFormed())}`)).toEqual([])
  }
  const [last] = (await find('?action=site')).entries
  const time = encodeURIComponent(last?.time as string)
  expect(await ids(`?action=site&from=${time}`)).toContain('dam')
  expect(await ids(`?action=site&to=${time}`)).not.toHaveLength(5)
  expect(await ids('?from=2020-01-01T00:00:00%2B08:00&to=2020-01-02T00:00:00%2B08:00')).toEqual([])
})

test('pages neither overlap nor skip', async () => {
  const all = (await find('?limit=500')).entries.map(({ sequence }) => sequence)
  const paged: number[] = []
  let before = ''
  do {
    const { entries, next } = await find(`?limit=2${before}`)
    paged.push(...entries.map(({ sequence }) => sequence))
    before = next === null ? '' : `&before=${next}`
  } while (before !== '')
  expect(paged).toEqual(all)
  expect(all.at(-1)).toBe(1)
})

test('a wrong search names field, value and expectation', async () => {
  const wrong: [string, string, string][] = [
    ['from=yesterday', 'from', 'yesterday'],
    ['to=2026-01-01', 'to', '2026-01-01'],
    ['action=gone', 'action', 'gone'],
    ['limit=501', 'limit', '501'],
    ['before=x', 'before', 'x'],
    ['nonsense=1', 'nonsense', '1'],
  ]
  for (const [query, field, value] of wrong) {
    const { status, body } = await backend.operator('GET', `/api/audit?${query}`)
    expect([query, status, body.errors]).toEqual([query, 400, [expect.objectContaining({ field, value })]])
  }
})

test('an export is canonical, ends with its own entry, and is verified offline with heads and key', async () => {
  const answer = await backend.operator('GET', '/api/audit/export')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('application/x-ndjson')
  const lines = answer.text.trimEnd().split('\n')
  expect(answer.headers['content-disposition']).toBe(
    `attachment; filename=osprey-audit-1-${lines.length}.ndjson`,
  )
  for (const line of lines) expect(line).toBe(canonicalJson(JSON.parse(line)))
  expect(JSON.parse(lines.at(-1) as string)).toMatchObject({
    action: 'audit.exported',
    actor: { kind: 'operator' },
    after: { from: 1 },
  })
  await backend.restart()
  const heads = (await backend.operator('GET', '/api/audit/heads')).text.trimEnd().split('\n')
  const { key, publicKey } = (await backend.operator('GET', '/api/audit/key')).body
  const keys = [{ id: key, publicKey: createPublicKey(publicKey) }] as never
  const later = (await backend.operator('GET', '/api/audit/export')).text
  expect(verified(later, heads, keys)).toMatchObject({
    found: 0,
    heads: { matched: heads.length, signaturesChecked: true },
  })
  const part = await backend.operator('GET', '/api/audit/export?from=3')
  expect(verified(part.text, heads, keys, { from: 3 })).toMatchObject({ found: 0, first: { sequence: 3 } })
  const beyond = await backend.operator('GET', '/api/audit/export?from=100000')
  expect([beyond.status, beyond.body.errors[0].field]).toEqual([400, 'from'])
})

test('a long log leaves in pieces', async () => {
  const devices = Array.from({ length: 1500 }, (_, index) => ({ id: `d-${index}`, stations: [] }))
  const created = await backend.operator('POST', '/api/devices/bulk', { devices })
  expect(created.status).toBe(201)
  const { secret } = created.body.devices[0]
  const hash = createHash('sha256').update(secret).digest('hex')
  const { text } = await backend.operator('GET', '/api/audit/export')
  expect(verified(text).entries).toBeGreaterThan(1500)
  expect(verified(text).found).toBe(0)
  expect([text.includes(secret), text.includes(hash)]).toEqual([false, false])
})

test('metrics tell entries, head age, failures and pushes', async () => {
  const headers = { authorization: 'Bearer metrics-token-of-the-test' }
  const { text } = await backend.request('GET', '/metrics', { headers })
  for (const name of [
    'entries',
    'head_age_seconds',
    'head_failures',
    'head_mismatch 0',
    'head_pushes{outcome="waiting"} 0',
  ]) {
    expect(text).toContain(`osprey_audit_${name}`)
  }
})

test('a database that was rewritten while the platform was down is found at the next start', async () => {
  let forgedHash = ''
  await whileStopped(async ({ queries }) => {
    await queries.transaction(async (transaction) => {
      await transaction.execute(sql`alter table audit_entries disable trigger user`)
      const [last] = await transaction
        .select()
        .from(auditEntries)
        .orderBy(desc(auditEntries.sequence))
        .limit(1)
      const forged = { ...JSON.parse(last?.entry as string), address: '198.51.100.9' }
      const hash = hashOf(forged)
      forgedHash = hash
      await transaction.execute(sql`update audit_entries set hash = ${hash},
        entry = ${canonicalJson({ ...forged, hash })} where sequence = ${last?.sequence}`)
      await transaction.execute(sql`update audit_chain set hash = ${hash}`)
      await transaction.execute(sql`alter table audit_entries enable trigger user`)
    })
  })
  const { entries, trouble } = await find('?action=audit.head_mismatch')
  expect(entries).toMatchObject([
    { actor: { kind: 'system' }, after: { reason: 'entries_changed', hash: forgedHash } },
  ])
  expect(trouble).toContain('it was rewritten')
  expect(backend.log.some((line) => line.includes('audit_head_mismatch'))).toBe(true)
  await backend.restart()
  expect((await find('?action=audit.head_mismatch')).entries).toHaveLength(1)
  expect((await find()).trouble).toBe(trouble)
})

function headFile(): string {
  return `heads-${new Date().toISOString().slice(0, 10)}.jsonl`
}

test('heads go where they are configured to, and to the webhook', async () => {
  const arrived = Promise.withResolvers<{ body: string; token: string | undefined }>()
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    response.writeHead(204).end()
    arrived.resolve({ body: Buffer.concat(chunks).toString(), token: request.headers.authorization })
  }).listen(0, '127.0.0.1')
  await new Promise((settle) => receiver.once('listening', settle))
  const share = mkdtempSync(join(tmpdir(), 'osprey-share-'))
  const other = await TestBackend.start({
    OSPREY_AUDIT_DIR: join(share, 'heads'),
    OSPREY_AUDIT_WEBHOOK: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/heads`,
    OSPREY_AUDIT_WEBHOOK_TOKEN: 'token-of-the-receiver',
    OSPREY_DEMO: '1',
  })
  const { body, token } = await arrived.promise
  expect(token).toBe('Bearer token-of-the-receiver')
  expect(readFileSync(join(share, 'heads', headFile()), 'utf8').split('\n')[0]).toBe(body)
  const made = (await other.operator('GET', '/api/audit?action=account.created')).body.entries
  expect(made.map(({ after }: AuditEntry) => after)).toMatchObject([
    { username: 'visitor', role: 'inspector', disabled: false },
    { username: 'admin' },
  ])
  expect(other.log.join('')).not.toContain('token-of-the-receiver')
  renameSync(join(share, 'heads'), join(share, 'away'))
  const unreadable = await other.operator('GET', '/api/audit/heads')
  expect([unreadable.status, unreadable.body.detail]).toEqual([
    503,
    'the directory of the signed heads cannot be read now',
  ])
  await other.stop()
  rmSync(share, { recursive: true })
  receiver.closeAllConnections()
  receiver.close()
})

test('with a damaged end of the log readings go on, changes are refused, and a person is told', async () => {
  rmSync(join(backend.dataDir, 'audit-heads', 'mismatch.json'))
  await whileStopped(({ queries }) => queries.execute(sql`update audit_chain set sequence = sequence - 2`))
  expect((await backend.request('GET', '/api/health/ready')).body.status).toBe('ready')
  expect((await find()).trouble).toContain('the audit log ends at entry')
  expect((await backend.operator('POST', '/api/sites', site('unrecorded'))).status).toBe(500)
  expect((await backend.operator('GET', '/api/sites/unrecorded')).status).toBe(404)
  await backend.sql(`update audit_chain set (sequence, hash) =
    (select sequence, hash from audit_entries order by sequence desc limit 1)`)
  expect((await backend.operator('POST', '/api/sites', site('recorded'))).status).toBe(201)
})

/** Does something to the database that the platform does not see. */
async function whileStopped(work: (database: Database) => Promise<unknown>): Promise<void> {
  await (Reflect.get(backend, 'running') as { stop(): Promise<void> }).stop()
  const database = new Database(backend.dataDir, undefined, pino({ level: 'silent' }))
  await database.start()
  await work(database)
  await database.stop()
  await backend.start()
}
