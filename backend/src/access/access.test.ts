import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ADMIN_PASSWORD, type Answer, cookiesOf, TestBackend } from '../testing.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_DEMO: '1' })
})
afterAll(() => backend.stop())

/** Every guess of this file comes from an address of its own, so that no test throttles another. */
let nextAddress = 10
const freshAddress = () => `127.0.1.${nextAddress++}`

function tryPassword(username: string, password: string, from: string, cookie = ''): Promise<Answer> {
  return backend.request('POST', '/api/session', { body: { username, password }, from, headers: { cookie } })
}

test('logging in gives a cookie that scripts cannot read and other sites cannot send', async () => {
  const answer = await tryPassword('admin', ADMIN_PASSWORD, freshAddress())
  expect(answer.body).toEqual({ user: { username: 'admin', role: 'administrator' } })
  const session = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith('osprey_session='))
  expect(session).toMatch(/; Path=\/;.*HttpOnly.*SameSite=Strict/)
  expect(session).not.toContain('Secure')
  const cookie = cookiesOf(answer)
  const who = await backend.request('GET', '/api/session', { headers: { cookie } })
  expect(who.body).toEqual({ user: { username: 'admin', role: 'administrator' } })
})

test('the cookie is Secure when a proxy serves the page over TLS', async () => {
  const host = new URL(backend.url).host
  const answer = await backend.request('POST', '/api/session', {
    body: { username: 'admin', password: ADMIN_PASSWORD },
    headers: { origin: `https://${host}` },
  })
  expect(answer.headers['set-cookie']?.[0]).toContain('Secure')
})

test('a wrong password and an unknown user get the same answer', async () => {
  const wrong = await tryPassword('admin', 'not the password', freshAddress())
  const unknown = await tryPassword('nobody', 'not the password', freshAddress())
  expect([wrong.status, wrong.body]).toEqual([401, unknown.body])
  expect(wrong.body.detail).toBe('user name or password is wrong')
})

test('the visitor account cannot be logged in to with a password', async () => {
  for (const password of ['!', 'visitor', ADMIN_PASSWORD]) {
    expect((await tryPassword('visitor', password, freshAddress())).status).toBe(401)
  }
})

test('guessing from one address is throttled, and the user logs in from elsewhere', async () => {
  const attacker = freshAddress()
  const answers: Answer[] = []
  for (let index = 0; index < 14; index++) {
    answers.push(await tryPassword('admin', `guess ${index}`, attacker))
  }
  expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), ...Array(4).fill(429)])
  const throttled = answers.at(-1) as Answer
  expect(Number(throttled.headers['retry-after'])).toBeGreaterThan(60)
  expect((await tryPassword('admin', ADMIN_PASSWORD, attacker)).status).toBe(429)
  expect((await tryPassword('admin', ADMIN_PASSWORD, freshAddress())).status).toBe(200)
})

test('a browser that logged in before gets in even from the address of an attacker', async () => {
  const shared = freshAddress()
  const cookie = cookiesOf(await tryPassword('admin', ADMIN_PASSWORD, shared))
  for (let index = 0; index < 12; index++) await tryPassword('admin', `guess ${index}`, shared)
  expect((await tryPassword('admin', ADMIN_PASSWORD, shared)).status).toBe(429)
  expect((await tryPassword('admin', ADMIN_PASSWORD, shared, cookie)).status).toBe(200)
})

test('logging out ends the session', async () => {
  const cookie = await backend.logIn(ADMIN_PASSWORD, { from: freshAddress() })
  expect((await backend.request('DELETE', '/api/session', { headers: { cookie } })).status).toBe(204)
  expect((await backend.request('GET', '/api/session', { headers: { cookie } })).status).toBe(401)
  expect((await backend.request('DELETE', '/api/session')).status).toBe(204)
})

test('a session ends after 12 idle hours, after 7 days, and when its user is disabled', async () => {
  const check = async (change: string, undo?: string) => {
    const cookie = await backend.logIn(ADMIN_PASSWORD, { from: freshAddress() })
    expect((await backend.request('GET', '/api/stations', { headers: { cookie } })).status).toBe(200)
    await backend.sql(change)
    expect((await backend.request('GET', '/api/stations', { headers: { cookie } })).status).toBe(401)
    if (undo) await backend.sql(undo)
  }
  await check("update sessions set last_seen_at = now() - interval '12 hours'")
  await check("update sessions set created_at = now() - interval '7 days'")
  await check('update users set disabled = true', 'update users set disabled = false')
})

test('use keeps a session alive', async () => {
  const cookie = await backend.logIn(ADMIN_PASSWORD, { from: freshAddress() })
  await backend.sql("update sessions set last_seen_at = now() - interval '11 hours'")
  await backend.request('GET', '/api/stations', { headers: { cookie } })
  const [row] = await backend.sql(
    "select count(*)::int as seen from sessions where last_seen_at > now() - interval '1 minute'",
  )
  expect(row?.['seen']).toBe(1)
})

test('unsafe requests from pages of another origin are refused before anything happens', async () => {
  const cookie = await backend.logIn(ADMIN_PASSWORD, { from: freshAddress() })
  const body = { id: 's-origin', name: 'x', latitude: 1, longitude: 1, medium: 'air' }
  const forged = { cookie, origin: 'http://evil.example' }
  expect((await backend.request('POST', '/api/stations', { body, headers: forged })).status).toBe(403)
  expect((await backend.operator('GET', '/api/stations/s-origin')).status).toBe(404)
  const own = { cookie, origin: backend.url }
  expect((await backend.request('POST', '/api/stations', { body, headers: own })).status).toBe(201)
})

test('a visit is open to this machine only', async () => {
  const options = (headers: Record<string, string>) =>
    backend.request('GET', '/api/session/options', { headers })
  expect((await options({})).body).toEqual({ visit: true })
  const foreign: Record<string, string>[] = [
    { 'x-forwarded-for': '203.0.113.5' },
    { host: 'rebound.example' },
  ]
  for (const headers of foreign) {
    expect((await options(headers)).body).toEqual({ visit: false })
    const visit = await backend.request('POST', '/api/session/visit', { headers })
    expect(visit.status).toBe(403)
  }
  const visit = await backend.request('POST', '/api/session/visit')
  expect(visit.body).toEqual({ user: { username: 'visitor', role: 'visitor' } })
})

test('secrets are neither stored nor logged in the clear', async () => {
  const cookie = await backend.logIn(ADMIN_PASSWORD, { from: freshAddress() })
  const token = /osprey_session=([^;]+)/.exec(cookie)?.[1] as string
  const rows = await backend.sql('select token_hash from sessions')
  expect(rows.map((row) => row['token_hash'])).not.toContain(token)
  const [user] = await backend.sql("select password_hash from users where username = 'admin'")
  expect(user?.['password_hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const log = backend.log.join('')
  for (const secret of [token, ADMIN_PASSWORD, backend.operatorToken]) expect(log).not.toContain(secret)
  expect(log).toContain('"event":"login_failed"')
})

test('a password is changed by who knows it, or by the operator, and other sessions end', async () => {
  const from = freshAddress()
  const [mine, other] = [
    await backend.logIn(ADMIN_PASSWORD, { from }),
    await backend.logIn(ADMIN_PASSWORD, { from }),
  ]
  const change = (body: object) =>
    backend.request('PUT', '/api/session/password', { body, headers: { cookie: mine }, from })
  const who = async (cookie: string) =>
    (await backend.request('GET', '/api/session', { headers: { cookie } })).status
  expect((await change({ current: 'wrong', password: 'a new password' })).status).toBe(403)
  expect((await change({ current: ADMIN_PASSWORD, password: 'short' })).body.errors[0].field).toBe('password')
  expect((await change({ current: ADMIN_PASSWORD, password: 'a new password' })).status).toBe(204)
  expect([await who(mine), await who(other)]).toEqual([200, 401])
  expect((await tryPassword('admin', ADMIN_PASSWORD, from)).status).toBe(401)
  expect((await tryPassword('admin', 'a new password', from)).status).toBe(200)
  expect((await backend.operator('PUT', '/api/session/password', { password: ADMIN_PASSWORD })).status).toBe(
    204,
  )
  expect(await who(mine)).toBe(401)
  expect((await tryPassword('admin', ADMIN_PASSWORD, from)).status).toBe(200)
})

test('what is secret on disk is readable by its owner only', () => {
  for (const file of ['run/operator-token', 'postgres-password']) {
    expect(statSync(join(backend.dataDir, file)).mode & 0o077).toBe(0)
  }
})

test('without demonstration mode there is no visit, and the generated password is shown once, outside the log', async () => {
  const written: string[] = []
  const write = process.stderr.write
  process.stderr.write = ((text: string) => written.push(text) > 0) as typeof process.stderr.write
  let quiet: TestBackend
  try {
    quiet = await TestBackend.start({ OSPREY_ADMIN_PASSWORD: '' })
  } finally {
    process.stderr.write = write
  }
  try {
    const password = /password {3}(\S+)/.exec(written.join(''))?.[1] as string
    expect(password.length).toBeGreaterThanOrEqual(20)
    expect(quiet.log.join('')).not.toContain(password)
    expect(await quiet.logIn(password)).toContain('osprey_session=')
    expect((await quiet.request('POST', '/api/session/visit')).status).toBe(403)
  } finally {
    await quiet.stop()
  }
})
