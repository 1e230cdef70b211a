import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { PERMISSIONS, ROLE_PERMISSIONS, readOnly } from '@osprey/core/permissions'
import { ADMIN_PASSWORD, type Answer, cookiesOf, TestBackend } from '../testing.ts'
import { addAccount, audited, freshAddress } from './access.fixture.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_DEMO: '1' })
})
afterAll(() => backend.stop())

const ADMINISTRATOR = {
  user: {
    username: 'admin',
    displayName: 'Administrator',
    role: 'administrator',
    jurisdictions: null,
    hasPassword: true,
    visitor: false,
  },
  permissions: [...PERMISSIONS],
  secondFactor: 'off',
  singleSignOn: false,
}

function tryPassword(username: string, password: string, from: string, cookie = ''): Promise<Answer> {
  return backend.request('POST', '/api/session', { body: { username, password }, from, headers: { cookie } })
}

test('logging in gives a cookie that scripts cannot read and other sites cannot send', async () => {
  const answer = await tryPassword('admin', ADMIN_PASSWORD, freshAddress())
  expect(answer.body).toEqual(ADMINISTRATOR)
  const session = answer.headers['set-cookie']?.find((cookie) => cookie.startsWith('osprey_session='))
  expect(session).toMatch(/; Path=\/;.*HttpOnly.*SameSite=Strict/)
  expect(session).not.toContain('Secure')
  const cookie = cookiesOf(answer)
  const who = await backend.request('GET', '/api/session', { headers: { cookie } })
  expect(who.body).toEqual(ADMINISTRATOR)
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
  expect((await options({})).body).toEqual({ visit: true, singleSignOn: null, passwordReset: false })
  const foreign: Record<string, string>[] = [
    { 'x-forwarded-for': '203.0.113.5' },
    { host: 'rebound.example' },
  ]
  for (const headers of foreign) {
    expect((await options(headers)).body).toEqual({ visit: false, singleSignOn: null, passwordReset: false })
    const visit = await backend.request('POST', '/api/session/visit', { headers })
    expect(visit.status).toBe(403)
  }
  const visit = await backend.request('POST', '/api/session/visit')
  expect(visit.body).toEqual({
    user: {
      username: 'visitor',
      displayName: 'Visitor',
      role: 'inspector',
      jurisdictions: null,
      hasPassword: false,
      visitor: true,
    },
    permissions: readOnly(ROLE_PERMISSIONS.inspector),
    secondFactor: 'off',
    singleSignOn: false,
  })
  expect(await audited(backend, 'session.visit')).toMatchObject([
    { actor: { kind: 'visitor', name: 'visitor' }, address: '127.0.0.1' },
  ])
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
  for (const file of ['run/operator-token', 'postgres-password', 'secrets.key']) {
    expect(statSync(join(backend.dataDir, file)).mode & 0o077).toBe(0)
  }
})

test('a flood of guesses is a few entries of the record, and all of it is counted when the platform stops', async () => {
  const guesses = 40
  const besieged = await TestBackend.start()
  const from = freshAddress()
  for (let index = 0; index < guesses; index++) {
    const body = { username: 'admin', password: `guess ${index}` }
    await besieged.request('POST', '/api/session', { body, from })
  }
  await besieged.restart()
  const counts = async (action: string) =>
    (await audited(besieged, action, 'admin')).map(({ after }) => (after as { count: number }).count)
  expect(await counts('session.login_failed')).toEqual([1, 9])
  expect(await counts('session.login_throttled')).toEqual([1, guesses - 11])
  const record = JSON.stringify(await besieged.sql('select entry from audit_entries'))
  expect(record).not.toMatch(/guess \d/)
  await besieged.stop()
})

test('a trusted proxy is asked for the address and the protocol, anyone else is not', async () => {
  const proxied = await TestBackend.start({ OSPREY_TRUSTED_PROXIES: '127.0.9.1' })
  const logIn = (from: string, client: string, password = ADMIN_PASSWORD) =>
    proxied.request('POST', '/api/session', {
      body: { username: 'admin', password },
      from,
      headers: { 'x-forwarded-for': client, 'x-forwarded-proto': 'https' },
    })
  const through = await logIn('127.0.9.1', '203.0.113.5')
  expect(through.headers['set-cookie']?.[0]).toContain('; Secure')
  const past = await logIn('127.0.9.2', '203.0.113.6')
  expect(past.headers['set-cookie']?.[0]).not.toContain('; Secure')
  const addresses = (await audited(proxied, 'session.login')).map(({ address }) => address)
  expect(addresses).toEqual(['203.0.113.5', '127.0.9.2'])
  for (let index = 0; index < 10; index++) await logIn('127.0.9.1', '203.0.113.7', 'a guess')
  expect((await logIn('127.0.9.1', '203.0.113.7')).status).toBe(429)
  expect((await logIn('127.0.9.1', '203.0.113.8')).status).toBe(200)
  await proxied.stop()
})

test('a database without an administrator gets one, which is on record; with one, whoever it is, it gets none', async () => {
  const made = await TestBackend.start()
  expect(await audited(made, 'account.created')).toMatchObject([
    { actor: { kind: 'system' }, object: { kind: 'account', id: 'admin' }, after: { role: 'administrator' } },
  ])
  await addAccount(made, { username: 'successor', role: 'administrator', disabled: true })
  expect((await made.operator('PATCH', '/api/accounts/successor', { disabled: false })).status).toBe(200)
  expect((await made.operator('DELETE', '/api/accounts/admin')).status).toBe(204)
  await made.sql("update users set disabled = true where username = 'successor'")
  await made.restart()
  expect((await made.operator('GET', '/api/accounts/admin')).status).toBe(404)
  expect(await audited(made, 'account.created')).toHaveLength(1)

  await made.sql('delete from users')
  await made.restart()
  expect(await made.logIn()).toContain('osprey_session=')
  expect(await audited(made, 'account.created')).toHaveLength(2)
  await made.stop()
})

test('links that were open end when the password is changed', async () => {
  const open = async () => (await backend.operator('POST', '/api/accounts/admin/link')).body.url
  const token = new URL(await open()).hash.split('token=')[1]
  const link = () => backend.request('POST', '/api/session/link', { body: { token } })
  expect((await link()).status).toBe(200)
  const cookie = await backend.logIn(ADMIN_PASSWORD, { from: freshAddress() })
  const body = { current: ADMIN_PASSWORD, password: ADMIN_PASSWORD }
  expect((await backend.request('PUT', '/api/session/password', { body, headers: { cookie } })).status).toBe(
    204,
  )
  expect((await link()).status).toBe(404)
})

test.each([
  ['a trusted proxy', { OSPREY_TRUSTED_PROXIES: '10.0.0.1' }],
  ['an address that others reach', { OSPREY_PUBLIC_URL: 'https://osprey.example.org' }],
])('with %s there are no visits, and open ones end', async (_name, env) => {
  const demo: Record<string, string> = { OSPREY_DEMO: '1' }
  const open = TestBackend.prepare(demo)
  await open.start()
  const visit = await open.request('POST', '/api/session/visit')
  expect(visit.status).toBe(200)
  Object.assign(demo, env)
  await open.restart()
  expect((await open.request('GET', '/api/session/options')).body.visit).toBe(false)
  expect((await open.request('POST', '/api/session/visit')).status).toBe(403)
  const headers = { cookie: cookiesOf(visit) }
  expect((await open.request('GET', '/api/stations', { headers })).status).toBe(401)
  await open.stop()
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
