import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Answer, TestBackend } from '../testing.ts'
import { addAccount, audited, browserOf, codeOf, openLive, PASSWORD, TestBrowser } from './access.fixture.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_PUBLIC_URL: 'https://osprey.example.org' })
})
afterAll(() => TestBackend.stopAll())

const PATH = '/api/session/second-factor'

/** An account with its second factor on. Codes of any time step are unused. */
async function enrolled(
  username: string,
): Promise<{ browser: TestBrowser; secret: string; recovery: string[] }> {
  await addAccount(backend, { username })
  const browser = await browserOf(backend, username)
  const { secret } = (await browser.request('POST', PATH, { current: PASSWORD })).body
  const answer = await browser.request('POST', `${PATH}/confirm`, { code: codeOf(secret) })
  await unused(username)
  return { browser, secret, recovery: answer.body.recoveryCodes }
}

function unused(username: string) {
  return backend.sql('update users set totp_last_step = null where username = $1', [username])
}

function statuses(answers: Answer[]): number[] {
  return answers.map(({ status }) => status).sort()
}

function problemFields({ body }: Answer): [string, unknown][] {
  return (body.errors ?? []).map(({ field, value }: { field: string; value: unknown }) => [field, value])
}

test('it is on once a code confirms it, and what is stored gives nothing away', async () => {
  await addAccount(backend, { username: 'anna' })
  const browser = await browserOf(backend, 'anna')
  expect((await browser.request('POST', `${PATH}/confirm`, { code: '123456' })).status).toBe(409)
  const begun = (await browser.request('POST', PATH, { current: PASSWORD })).body
  expect(begun.uri).toBe(
    `otpauth://totp/Osprey:anna?issuer=Osprey&secret=${begun.secret}&algorithm=SHA1&digits=6&period=30`,
  )
  expect((await new TestBrowser(backend).logIn('anna')).status).toBe(200)

  const wrong = await browser.request('POST', `${PATH}/confirm`, { code: codeOf(begun.secret, 10) })
  expect([wrong.status, problemFields(wrong)]).toEqual([403, [['code', '(not shown)']]])
  const confirmed = await browser.request('POST', `${PATH}/confirm`, { code: codeOf(begun.secret) })
  const { recoveryCodes } = confirmed.body
  expect(new Set(recoveryCodes).size).toBe(10)
  for (const code of recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/)
  expect((await browser.request('GET', '/api/session')).body.secondFactor).toBe('on')
  expect((await browser.request('POST', PATH, { current: PASSWORD })).status).toBe(409)

  const stored = JSON.stringify(await backend.sql("select * from users where username = 'anna'"))
  const record = JSON.stringify(await backend.sql('select entry from audit_entries'))
  for (const secret of [begun.secret, ...recoveryCodes]) {
    expect(stored + record + backend.log.join('')).not.toContain(secret)
  }
  expect(await audited(backend, 'second_factor.enabled', 'anna')).toMatchObject([
    { actor: { kind: 'user', name: 'anna' }, address: browser.address, after: { recoveryCodes: 10 } },
  ])
})

test('a log-in asks for the code only when the password is right', async () => {
  const { secret } = await enrolled('berta')
  const browser = new TestBrowser(backend)
  const blind = await browser.logIn('berta', codeOf(secret), 'not the password')
  expect([blind.status, problemFields(blind)]).toEqual([401, []])
  const asked = await browser.logIn('berta')
  expect([asked.status, problemFields(asked)]).toEqual([401, [['code', null]]])
  const wrong = await browser.logIn('berta', codeOf(secret, 10))
  expect([wrong.status, problemFields(wrong)]).toEqual([401, [['code', '(not shown)']]])
  expect(await browser.status()).toBe(401)
  const answer = await browser.logIn('berta', codeOf(secret))
  expect([answer.status, answer.body.secondFactor]).toEqual([200, 'on'])
  const reasons = (await audited(backend, 'session.login_failed', 'berta')).map(({ after }) => after)
  expect(reasons).toEqual([
    { reason: 'wrong user name or password', count: 1 },
    { reason: 'password right, code missing', count: 1 },
    { reason: 'wrong code', count: 1 },
  ])
})

test('a code works once, also for requests at the same time, and no older one after it', async () => {
  const { secret } = await enrolled('carla')
  const code = codeOf(secret)
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => new TestBrowser(backend).logIn('carla', code)),
  )
  expect(statuses(answers)).toEqual([200, ...Array(7).fill(401)])
  expect((await new TestBrowser(backend).logIn('carla', codeOf(secret, -1))).status).toBe(401)
  expect((await new TestBrowser(backend).logIn('carla', codeOf(secret, 1))).status).toBe(200)
})

test('a recovery code works once, also for requests at the same time', async () => {
  const { recovery } = await enrolled('dora')
  const typed = recovery[3]?.toLowerCase().replaceAll('-', ' ')
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => new TestBrowser(backend).logIn('dora', typed)),
  )
  expect(statuses(answers)).toEqual([200, ...Array(7).fill(401)])
  expect(await audited(backend, 'second_factor.recovery_code_used', 'dora')).toMatchObject([
    { actor: { name: 'dora' }, after: { recoveryCodes: 9 } },
  ])
})

test('who knows the password cannot guess codes from many addresses, and a known browser still gets in', async () => {
  const { browser, secret } = await enrolled('emma')
  const wrong = codeOf(secret, 50)
  const guesses: number[] = []
  for (let index = 0; index < 12; index++) {
    guesses.push((await new TestBrowser(backend).logIn('emma', wrong)).status)
  }
  expect(guesses).toEqual([...Array(10).fill(401), 429, 429])
  expect((await new TestBrowser(backend).logIn('emma', codeOf(secret))).status).toBe(429)
  expect((await browser.logIn('emma', codeOf(secret))).status).toBe(200)
})

test('wrong codes count against the address as wrong passwords do; a missing one does not', async () => {
  const { secret } = await enrolled('frida')
  const browser = new TestBrowser(backend)
  for (let index = 0; index < 12; index++) expect((await browser.logIn('frida')).status).toBe(401)
  for (let index = 0; index < 10; index++) await browser.logIn('frida', codeOf(secret, 50))
  expect((await browser.logIn('somebody')).status).toBe(429)
})

test('outsiders without the password use up no tries of the code', async () => {
  const { secret } = await enrolled('gerda')
  for (let index = 0; index < 15; index++) {
    await new TestBrowser(backend).logIn('gerda', codeOf(secret, 50), 'not the password')
  }
  expect((await new TestBrowser(backend).logIn('gerda', codeOf(secret))).status).toBe(200)
})

test('turning it off and renewing recovery codes need a code', async () => {
  const { browser, secret, recovery } = await enrolled('hanna')
  for (const path of ['recovery-codes', 'disable']) {
    expect((await browser.request('POST', `${PATH}/${path}`, { code: '000000000' })).status).toBe(403)
  }
  const renewed = await browser.request('POST', `${PATH}/recovery-codes`, { code: codeOf(secret) })
  expect(renewed.body.recoveryCodes).toHaveLength(10)
  expect((await new TestBrowser(backend).logIn('hanna', recovery[0])).status).toBe(401)
  const [fresh] = renewed.body.recoveryCodes
  expect((await browser.request('POST', `${PATH}/disable`, { code: fresh })).status).toBe(204)
  expect((await browser.request('POST', `${PATH}/disable`, { code: fresh })).status).toBe(409)
  expect((await new TestBrowser(backend).logIn('hanna')).status).toBe(200)
  const [row] = await backend.sql("select * from users where username = 'hanna'")
  expect(row).toMatchObject({
    totp_secret: null,
    totp_pending: null,
    totp_last_step: null,
    recovery_codes: [],
  })
  for (const action of ['second_factor.recovery_codes_renewed', 'second_factor.disabled']) {
    expect(await audited(backend, action, 'hanna')).toHaveLength(1)
  }
})

test('administrators who are reachable from outside must have one before anything else', async () => {
  await addAccount(backend, { username: 'ida', role: 'administrator' })
  const browser = await browserOf(backend, 'ida')
  expect((await browser.request('GET', '/api/session')).body.secondFactor).toBe('required')
  expect((await browser.request('GET', '/api/stations')).status).toBe(403)
  await expect(browser.watch()).rejects.toThrow('401')
  const token = { name: 'too early', scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD }
  expect((await browser.request('POST', '/api/session/tokens', token)).status).toBe(403)
  const { secret } = (await browser.request('POST', PATH, { current: PASSWORD })).body
  expect((await browser.request('POST', `${PATH}/confirm`, { code: codeOf(secret) })).status).toBe(200)
  expect((await browser.request('GET', '/api/stations')).status).toBe(200)
  expect((await browser.request('POST', '/api/session/tokens', token)).status).toBe(201)
})

test('it begins with the password, which is throttled like a log-in, and not with the session alone', async () => {
  await addAccount(backend, { username: 'lena' })
  const browser = await browserOf(backend, 'lena')
  const missing = await browser.request('POST', PATH, {})
  expect([missing.status, problemFields(missing)]).toEqual([400, [['current', null]]])
  const wrong = await browser.request('POST', PATH, { current: 'a guess' })
  expect([wrong.status, problemFields(wrong)]).toEqual([403, [['current', '(not shown)']]])
  for (let guess = 0; guess < 9; guess++) await browser.request('POST', PATH, { current: `guess ${guess}` })
  expect((await browser.request('POST', PATH, { current: PASSWORD })).status).toBe(429)
  expect(await backend.sql("select totp_pending from users where username = 'lena'")).toEqual([
    { totp_pending: null },
  ])
  await backend.sql(
    "update sessions set single_sign_on = true where user_id = (select id from users where username = 'lena')",
  )
  expect((await browser.request('GET', '/api/session')).body.singleSignOn).toBe(true)
  expect((await browser.request('POST', PATH, {})).status).toBe(200)
})

test('tokens of an administrator who lacks it are refused like the session', async () => {
  await addAccount(backend, { username: 'mona', role: 'supervisor' })
  const browser = await browserOf(backend, 'mona')
  const input = { name: 'export', scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD }
  const { token } = (await browser.request('POST', '/api/session/tokens', input)).body
  const headers = { authorization: `Bearer ${token}` }
  const use = async () => (await backend.request('GET', '/api/stations', { headers })).status
  const become = (set: string) => backend.sql(`update users set ${set} where username = 'mona'`)
  expect(await use()).toBe(200)
  await become("role = 'administrator'")
  expect(await use()).toBe(403)
  await expect(openLive(backend, headers)).rejects.toThrow('401')
  await become("totp_secret = 'sealed'")
  expect(await use()).toBe(200)
  await become("totp_secret = null, password_hash = '!'")
  expect(await use()).toBe(200)
})

test('it is not asked of others, of the operator of the machine, nor where the provider saw to it', async () => {
  await addAccount(backend, { username: 'jana', role: 'supervisor' })
  const browser = await browserOf(backend, 'jana')
  expect((await browser.request('GET', '/api/session')).body.secondFactor).toBe('off')
  expect((await backend.operator('GET', '/api/stations')).status).toBe(200)
  await backend.sql("update users set role = 'administrator' where username = 'jana'")
  expect((await browser.request('GET', '/api/stations')).status).toBe(403)
  await backend.sql(
    "update sessions set single_sign_on = true where user_id = (select id from users where username = 'jana')",
  )
  expect((await browser.request('GET', '/api/stations')).status).toBe(200)
})

test('with another key in the data directory codes fail closed and recovery codes still work', async () => {
  const { secret, recovery } = await enrolled('klara')
  await backend.sql(
    "update users set totp_secret = (select totp_secret from users where username = 'berta') where username = 'klara'",
  )
  expect((await new TestBrowser(backend).logIn('klara', codeOf(secret))).status).toBe(401)
  expect(backend.log.join('')).toContain('"event":"second_factor_unreadable"')
  expect((await new TestBrowser(backend).logIn('klara', recovery[0], PASSWORD)).status).toBe(200)
})
