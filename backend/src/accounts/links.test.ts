import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { eq } from 'drizzle-orm'
import { NO_PASSWORD } from '../access/account-record.ts'
import { AuthenticationEvents } from '../access/authentication-events.ts'
import { Passwords } from '../access/passwords.ts'
import { Audit } from '../audit/audit.ts'
import { Database } from '../database/database.ts'
import { accountLinks, users } from '../database/schema.ts'
import { createLog } from '../operations/log.ts'
import { LINK_MS, type LinkPurpose, Links, linkUrl, requestedOrigin } from './links.ts'

const START = Date.UTC(2026, 10, 24)
const directory = mkdtempSync(join(tmpdir(), 'osprey-links-'))
const log = createLog('silent')
const database = new Database(directory, undefined, log)
let now = START
let links: Links
let user: number

beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  now = START
  links = linksWith(new Passwords())
  await database.queries.delete(users)
  const [row] = await database.queries
    .insert(users)
    .values({ username: 'li.na', displayName: '李娜', passwordHash: NO_PASSWORD, role: 'viewer' })
    .returning({ id: users.id })
  user = row?.id as number
})

function linksWith(passwords: Passwords): Links {
  const audit = new Audit(database)
  return new Links(database, audit, passwords, new AuthenticationEvents(audit, log), () => now)
}

const make = (purpose: LinkPurpose, by: string | null = 'admin') =>
  database.queries.transaction((transaction) => links.create(transaction, user, purpose, by))
const gone = { status: 404 }

test.each(['invitation', 'reset'] as const)(
  'an %s link works until it expires, not after',
  async (purpose) => {
    const { token, expiresAt } = await make(purpose)
    expect(expiresAt.getTime()).toBe(START + LINK_MS[purpose])
    now = expiresAt.getTime() - 1
    expect(await links.view(token)).toEqual({
      username: 'li.na',
      displayName: '李娜',
      purpose,
      expiresAt: expiresAt.toISOString(),
    })
    now++
    await expect(links.view(token)).rejects.toMatchObject(gone)
    await expect(links.redeem(token, 'a river in november')).rejects.toMatchObject(gone)
    now--
    expect(await links.redeem(token, 'a river in november')).toBe('li.na')
    await expect(links.view(token)).rejects.toMatchObject(gone)
  },
)

test('a link that expires while the password is hashed does not work', async () => {
  const { token, expiresAt } = await make('reset')
  now = expiresAt.getTime() - 1
  const slow = new Passwords()
  const hash = slow.hash.bind(slow)
  slow.hash = async (password) => {
    const hashed = await hash(password)
    now = expiresAt.getTime()
    return hashed
  }
  await expect(linksWith(slow).redeem(token, 'a river in november')).rejects.toMatchObject(gone)
})

test('only the hash of a link is stored, and it is 256 bits', async () => {
  const { token } = await make('reset')
  const rows = await database.queries.select().from(accountLinks).where(eq(accountLinks.user, user))
  expect(rows).toHaveLength(1)
  expect(rows[0]?.tokenHash).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.stringify(rows)).not.toContain(token)
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
})

test('an administrator voids earlier links; a stranger only those that strangers asked for', async () => {
  const asked = await make('reset', null)
  const askedAgain = await make('reset', null)
  await expect(links.view(asked.token)).rejects.toMatchObject(gone)
  const made = await make('reset')
  await expect(links.view(askedAgain.token)).rejects.toMatchObject(gone)
  const askedThen = await make('reset', null)
  await links.view(made.token)
  await links.redeem(askedThen.token, 'a river in november')
  await expect(links.view(made.token)).rejects.toMatchObject(gone)
})

test('expired links are swept away, others stay', async () => {
  await make('reset')
  now = START + LINK_MS.reset - 1
  await links.sweep()
  expect(await database.queries.$count(accountLinks)).toBe(1)
  now++
  await links.sweep()
  expect(await database.queries.$count(accountLinks)).toBe(0)
})

test('tokens of any form are unknown, not errors', async () => {
  for (const token of ['x'.repeat(43), '\0'.repeat(30), '鱼'.repeat(30), `' or 1=1 -- ${'x'.repeat(20)}`])
    await expect(links.view(token)).rejects.toMatchObject(gone)
})

test('the address of a link has the secret behind the hash, where no server sees it', () => {
  expect(new URL(linkUrl('https://osprey.example.org', 'abc')).hash).toBe('#/link?token=abc')
})

test.each([
  [{ host: 'localhost:8080' }, 'http://localhost:8080'],
  [{ host: 'osprey.example.org', origin: 'https://osprey.example.org' }, 'https://osprey.example.org'],
  [{ host: '[::1]:8080' }, 'http://[::1]:8080'],
  [{ host: 'x y' }, 'http://localhost'],
  [{ host: 'osprey.example.org/evil?' }, 'http://osprey.example.org'],
  [{}, 'http://localhost'],
])('the origin of a request with %j is %s', (headers, origin) => {
  const request = { headers, socket: { remoteAddress: '127.0.0.1' } }
  expect(requestedOrigin(request as never)).toBe(origin)
})
