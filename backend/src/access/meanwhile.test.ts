import { request as httpRequest } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestBackend } from '../testing.ts'
import { addAccount, audited, browserOf, PASSWORD, TestBrowser } from './access.fixture.ts'
import { Passwords } from './passwords.ts'

/** What was decided by what an account was a moment ago must not be done when it is so no more. */

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
})
afterAll(() => TestBackend.stopAll())

const TURN = "select pg_advisory_xact_lock(hashtext('osprey accounts'))"
const update = (username: string, set: string) => `update users set ${set} where username = '${username}'`
const sessionsOf = (username: string) =>
  backend.sql('select 1 from sessions join users on users.id = user_id where username = $1', [username])

test.each([
  ['password is changed', "password_hash = '!'"],
  ['account is disabled', 'disabled = true'],
  ['second factor is switched on', "totp_secret = 'sealed'"],
])('a log-in while the %s opens no session', async (name, set) => {
  const username = name.replaceAll(' ', '-')
  await addAccount(backend, { username })
  const browser = new TestBrowser(backend)
  const answer = await backend.overtaking(update(username, set), () => browser.logIn(username))
  expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined])
  expect(await sessionsOf(username)).toEqual([])
  expect((await audited(backend, 'session.login_failed', username)).at(-1)?.after).toMatchObject({
    reason: 'account changed meanwhile',
  })
})

test('a password that was changed meanwhile is not changed by who knew the old one', async () => {
  await addAccount(backend, { username: 'anna' })
  const browser = await browserOf(backend, 'anna')
  const other = await new Passwords().hash('the password of a redeemed link')
  const answer = await backend.overtaking(update('anna', `password_hash = '${other}'`), () =>
    browser.request('PUT', '/api/session/password', { current: PASSWORD, password: 'of the one too late' }),
  )
  expect(answer.status).toBe(409)
  const [row] = await backend.sql("select password_hash from users where username = 'anna'")
  expect(row?.['password_hash']).toBe(other)
})

test('an account that is disabled meanwhile gets no token', async () => {
  await addAccount(backend, { username: 'berta' })
  const browser = await browserOf(backend, 'berta')
  const input = { name: 'late', scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD }
  const answer = await backend.overtaking(update('berta', 'disabled = true'), () =>
    browser.request('POST', '/api/session/tokens', input),
  )
  expect(answer.status).toBe(401)
  expect(await backend.sql('select 1 from api_tokens')).toEqual([])
})

test.each([
  ['disabled', 'disabled = true'],
  ['demoted', "role = 'viewer'"],
])('an administrator who is %s meanwhile changes no account', async (name, set) => {
  await addAccount(backend, { username: name, role: 'administrator' })
  await addAccount(backend, { username: `victim-of-${name}` })
  const browser = await browserOf(backend, name)
  const path = `/api/accounts/victim-of-${name}`
  const input = { username: `by-${name}`, displayName: 'x', email: null, role: 'viewer', jurisdictions: null }
  const doings: [string, string, unknown?][] = [
    ['POST', '/api/accounts', input],
    ['PATCH', path, { role: 'administrator' }],
    ['POST', `${path}/link`],
    ['DELETE', `${path}/sessions`],
    ['DELETE', `${path}/second-factor`],
    ['DELETE', path],
  ]
  const answers = await backend.overtaking(`${TURN}; ${update(name, set)}`, () =>
    Promise.all(doings.map(([method, to, body]) => browser.request(method, to, body))),
  )
  // Some come only after the turn was taken, and are turned away at the door.
  for (const { status } of answers) expect([401, 403]).toContain(status)
  expect(answers.map(({ status }) => status)).toContain(401)
  const names = [`by-${name}`, `victim-of-${name}`]
  expect(await backend.sql('select username, role from users where username = any($1)', [names])).toEqual([
    { username: `victim-of-${name}`, role: 'inspector' },
  ])
})

test.each([
  ['disabled', 'disabled = true', 401],
  ['demoted', "role = 'viewer'", 403],
])('whoever is %s while the body is on its way does nothing with it', async (name, set, expected) => {
  const username = `slow-${name}`
  await addAccount(backend, { username, role: 'supervisor' })
  const browser = await browserOf(backend, username)
  const age = "update sessions set last_seen_at = now() - interval '2 minutes'"
  await backend.sql(age)
  const body = JSON.stringify({
    id: `of-${username}`,
    name: 'late',
    latitude: 1,
    longitude: 1,
    medium: 'air',
  })
  const { hostname, port } = new URL(backend.url)
  const cookie = `osprey_session=${browser.cookies.get('osprey_session')}`
  const status = new Promise((settle, fail) => {
    const request = httpRequest({
      ...{ hostname, port, method: 'POST', path: '/api/stations' },
      headers: { cookie, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    })
    request.once('response', (response) => settle(response.resume().statusCode)).once('error', fail)
    request.write(body.slice(0, 10))
    void lookedAt(username)
      .then(() => backend.sql(update(username, set)))
      .then(() => request.end(body.slice(10)))
  })
  expect(await status).toBe(expected)
  expect((await backend.operator('GET', `/api/stations/of-${username}`)).status).toBe(404)
})

/** Resolves when the session was found to stand: that is noted once a minute. */
async function lookedAt(username: string): Promise<void> {
  const seen = `select 1 from sessions join users on users.id = user_id
    where username = $1 and last_seen_at > now() - interval '1 minute'`
  while ((await backend.sql(seen, [username])).length === 0) await wait(10)
}
