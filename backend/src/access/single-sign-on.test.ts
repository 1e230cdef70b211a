import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { TestBackend } from '../testing.ts'
import { addAccount, audited, browserOf, TestBrowser } from './access.fixture.ts'
import {
  atProvider,
  CLIENT_ID,
  CLIENT_SECRET,
  newKey,
  signOn,
  TestProvider,
} from './oidc-provider.fixture.ts'

let backend: TestBackend
let provider: TestProvider
beforeAll(async () => {
  provider = await TestProvider.prepare()
  backend = await TestBackend.start({
    OSPREY_OIDC_ISSUER: provider.issuer,
    OSPREY_OIDC_CLIENT_ID: CLIENT_ID,
    OSPREY_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OSPREY_OIDC_LABEL: 'Agency log-in',
  })
})
afterAll(async () => {
  await provider.stop()
  await TestBackend.stopAll()
})

const PATH = '/api/session/oidc'
const page = (problem: string) => `/#/?problem=${problem}`

async function begin(browser: TestBrowser): Promise<string> {
  return String((await browser.request('GET', PATH)).headers.location)
}

async function lastReason(): Promise<unknown> {
  const last = (await audited(backend, 'session.login_failed')).at(-1)
  return (last?.after as { reason: string } | undefined)?.reason
}

test('while the provider is away the person is told, and passwords work; once it is back so does it', async () => {
  await addAccount(backend, { username: 'anna', email: 'anna@example.org' })
  const browser = new TestBrowser(backend)
  expect((await browser.request('GET', '/api/session/options')).body.singleSignOn).toEqual({
    label: 'Agency log-in',
  })
  expect(await begin(browser)).toBe(page('sso_unavailable'))
  expect(backend.log.join('')).toContain('"event":"provider_unavailable"')
  expect(await (await browserOf(backend, 'anna')).status()).toBe(200)

  await provider.start(`${backend.url}${PATH}/callback`)
  // It is not asked at every request of a crowd.
  expect(await begin(browser)).toBe(page('sso_unavailable'))
  const later = Date.now() + 5001
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => later)
  const url = await begin(browser)
  clock.mockRestore()
  expect(new URL(url).origin).toBe(provider.issuer)
})

test('the first log-in binds the account by its verified mail address, later ones find it by the subject', async () => {
  provider.people.set('subject-1', { email: 'Anna@Example.org', email_verified: true })
  const browser = new TestBrowser(backend)
  const begun = await browser.request('GET', PATH)
  expect(begun.headers['set-cookie']?.[0]).toMatch(
    /^osprey_sign_on=[^;]+; Max-Age=600; Path=\/api\/session\/oidc;.*HttpOnly; SameSite=Lax/,
  )
  const asked = Object.fromEntries(new URL(String(begun.headers.location)).searchParams)
  expect(asked).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: `${backend.url}${PATH}/callback`,
  })
  const back = await atProvider(String(begun.headers.location), 'subject-1')
  const answer = await browser.request('GET', back.pathname + back.search)
  expect([answer.status, answer.headers.location]).toEqual([302, '/'])
  expect(answer.headers['set-cookie']).toEqual(
    expect.arrayContaining([expect.stringMatching(/^osprey_session=.*HttpOnly; SameSite=Strict/)]),
  )
  expect((await browser.request('GET', '/api/session')).body.user.username).toBe('anna')
  expect(await audited(backend, 'account.changed', 'anna')).toMatchObject([
    { actor: { kind: 'user', name: 'anna' }, after: { singleSignOn: true, subject: 'subject-1' } },
  ])
  expect((await audited(backend, 'session.login', 'anna')).at(-1)?.after).toEqual({
    method: 'single sign-on',
  })

  provider.people.set('subject-1', { email: 'married@example.org', email_verified: true })
  const later = new TestBrowser(backend)
  expect(await signOn(later, 'subject-1')).toBe('/')
  expect((await later.request('GET', '/api/session')).body.user.username).toBe('anna')
})

test('nobody else gets the bound account, whoever holds its mail address now', async () => {
  provider.people.set('subject-2', { email: 'anna@example.org', email_verified: true })
  const browser = new TestBrowser(backend)
  expect(await signOn(browser, 'subject-2')).toBe(page('sso_unknown'))
  expect(await lastReason()).toBe('single sign-on: the account is bound to another person')
  expect(await browser.status()).toBe(401)
})

test.each([
  ['a person without account', { email: 'stranger@example.org', email_verified: true }, 'sso_unknown'],
  [
    'a mail address that is not verified',
    { email: 'berta@example.org', email_verified: false },
    'sso_unverified',
  ],
  ['no mail address', {}, 'sso_unknown'],
  ['a disabled account', { email: 'carla@example.org', email_verified: true }, 'sso_disabled'],
])('%s is refused and no account is made', async (name, facts, problem) => {
  if (problem === 'sso_disabled') {
    await addAccount(backend, { username: 'carla', email: 'carla@example.org', disabled: true })
  }
  if (problem === 'sso_unverified')
    await addAccount(backend, { username: 'berta', email: 'berta@example.org' })
  const before = await backend.sql('select username, oidc_subject from users order by 1')
  provider.people.set(name, facts)
  const browser = new TestBrowser(backend)
  expect(await signOn(browser, name)).toBe(page(problem))
  expect(await browser.status()).toBe(401)
  expect(await backend.sql('select username, oidc_subject from users order by 1')).toEqual(before)
  expect(await lastReason()).toMatch(/^single sign-on: /)
})

test('a bound account that is disabled stays closed', async () => {
  await addAccount(backend, { username: 'dora', email: 'dora@example.org' })
  provider.people.set('subject-dora', { email: 'dora@example.org', email_verified: true })
  expect(await signOn(new TestBrowser(backend), 'subject-dora')).toBe('/')
  await backend.sql("update users set disabled = true where username = 'dora'")
  expect(await signOn(new TestBrowser(backend), 'subject-dora')).toBe(page('sso_disabled'))
})

test('of two people who claim an account at the same time one gets it', async () => {
  await addAccount(backend, { username: 'emma', email: 'emma@example.org' })
  const claims = [0, 1, 2, 3].map((index) => {
    provider.people.set(`claim-${index}`, { email: 'emma@example.org', email_verified: true })
    return signOn(new TestBrowser(backend), `claim-${index}`)
  })
  const refused = page('sso_unknown')
  expect((await Promise.all(claims)).sort()).toEqual(['/', refused, refused, refused].sort())
  expect(await audited(backend, 'account.changed', 'emma')).toHaveLength(1)
})

test('an answer counts once, and only in the browser that asked', async () => {
  const browser = new TestBrowser(backend)
  const url = await begin(browser)
  const cookie = browser.cookies.get('osprey_sign_on') as string
  const back = await atProvider(url, 'subject-1')
  const path = back.pathname + back.search
  const thief = new TestBrowser(backend)
  expect((await thief.request('GET', path)).headers.location).toBe(page('sso_expired'))
  expect((await browser.request('GET', path)).headers.location).toBe('/')
  expect(browser.cookies.has('osprey_sign_on')).toBe(false)
  thief.cookies.set('osprey_sign_on', cookie)
  expect((await thief.request('GET', path)).headers.location).toBe(page('sso_failed'))
  expect(await thief.status()).toBe(401)
})

test('forged state, forged nonce, a foreign code and a damaged cookie are refused', async () => {
  const back = async (browser: TestBrowser, change: (url: URL) => void) => {
    const url = await atProvider(await begin(browser), 'subject-1')
    change(url)
    return (await browser.request('GET', url.pathname + url.search)).headers.location
  }
  const forgedState = new TestBrowser(backend)
  expect(await back(forgedState, (url) => url.searchParams.set('state', 'forged'))).toBe(page('sso_failed'))
  const noState = new TestBrowser(backend)
  expect(await back(noState, (url) => url.searchParams.delete('state'))).toBe(page('sso_failed'))
  const mixedUp = new TestBrowser(backend)
  expect(await back(mixedUp, (url) => url.searchParams.set('iss', 'http://127.0.0.1:1'))).toBe(
    page('sso_failed'),
  )

  // PKCE: a code that was given to another browser's request.
  const foreign = await atProvider(await begin(new TestBrowser(backend)), 'subject-1')
  const injected = new TestBrowser(backend)
  const code = foreign.searchParams.get('code') as string
  expect(await back(injected, (url) => url.searchParams.set('code', code))).toBe(page('sso_failed'))

  const nonce = new TestBrowser(backend)
  const asked = new URL(await begin(nonce))
  asked.searchParams.set('nonce', 'a nonce that was not sealed into the cookie')
  const answered = await atProvider(asked.href, 'subject-1')
  expect((await nonce.request('GET', answered.pathname + answered.search)).headers.location).toBe(
    page('sso_failed'),
  )

  const damaged = new TestBrowser(backend)
  const url = await atProvider(await begin(damaged), 'subject-1')
  damaged.cookies.set('osprey_sign_on', 'v1.AAAA')
  expect((await damaged.request('GET', url.pathname + url.search)).headers.location).toBe(page('sso_expired'))
  for (const browser of [forgedState, noState, mixedUp, injected, nonce, damaged]) {
    expect(await browser.status()).toBe(401)
  }
})

test('who breaks off at the provider comes back as a stranger', async () => {
  const browser = new TestBrowser(backend)
  const back = await atProvider(await begin(browser), 'subject-1', { abort: true })
  expect((await browser.request('GET', back.pathname + back.search)).headers.location).toBe(
    page('sso_denied'),
  )
  expect(await browser.status()).toBe(401)
})

test('a provider that goes away in between is no failure of the person', async () => {
  const browser = new TestBrowser(backend)
  const back = await atProvider(await begin(browser), 'subject-1')
  await provider.stop()
  const answer = await browser.request('GET', back.pathname + back.search)
  expect(answer.headers.location).toBe(page('sso_unavailable'))
  await provider.start(`${backend.url}${PATH}/callback`)
  expect(await signOn(new TestBrowser(backend), 'subject-1')).toBe('/')
})

test('an ID token that another key signed is believed by nobody', async () => {
  const { key } = provider
  await provider.stop()
  provider.key = newKey()
  await provider.start(`${backend.url}${PATH}/callback`)
  const browser = new TestBrowser(backend)
  expect(await signOn(browser, 'subject-1')).toBe(page('sso_failed'))
  expect(await browser.status()).toBe(401)
  await provider.stop()
  provider.key = key
  await provider.start(`${backend.url}${PATH}/callback`)
  expect(await signOn(browser, 'subject-1')).toBe('/')
})

test('the former session of the browser ends, and a known browser stays known, without their cookies', async () => {
  const browser = await browserOf(backend, 'anna')
  const strict = new Map(browser.cookies)
  const back = await atProvider(await begin(browser), 'subject-1')
  for (const name of strict.keys()) browser.cookies.delete(name)
  const known = "select 1 from known_browsers join users on users.id = user_id where username = 'anna'"
  const before = (await backend.sql(known)).length
  expect((await browser.request('GET', back.pathname + back.search)).headers.location).toBe('/')
  expect(await backend.sql(known)).toHaveLength(before)
  expect(await browser.status()).toBe(200)
  const former = new TestBrowser(backend)
  former.cookies.set('osprey_session', strict.get('osprey_session') as string)
  expect(await former.status()).toBe(401)
})

test('a page of another site begins no log-in', async () => {
  const headers = { 'sec-fetch-site': 'cross-site' }
  const answer = await backend.request('GET', PATH, { headers })
  expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined])
  const own = { 'sec-fetch-site': 'same-origin' }
  expect((await backend.request('GET', PATH, { headers: own })).status).toBe(302)
})

test('an address begins and ends so many a minute, others go on', async () => {
  const browser = new TestBrowser(backend)
  const answers = (path: string) =>
    Promise.all(Array.from({ length: 101 }, () => browser.request('GET', path)))
  for (const path of [PATH, `${PATH}/callback?code=x&state=y`]) {
    const busy = (await answers(path)).filter(({ headers }) => headers.location === page('sso_throttled'))
    expect(busy).toHaveLength(1)
  }
  expect((await audited(backend, 'session.login_throttled')).at(-1)).toMatchObject({
    address: browser.address,
    after: { reason: 'single sign-on: too many from this address' },
  })
  expect(await signOn(new TestBrowser(backend), 'subject-1')).toBe('/')
})

test('a name that leads here makes up no address to come back to, and no secret is on record', async () => {
  const headers = { host: 'rebound.example' }
  expect((await backend.request('GET', PATH, { headers })).status).toBe(404)
  const record = JSON.stringify(await backend.sql('select entry from audit_entries')) + backend.log.join('')
  expect(record).not.toContain(CLIENT_SECRET)
  expect(record).not.toMatch(/code_verifier|[?&]code=/)
})

test('without a provider there is no such log-in', async () => {
  const plain = await TestBackend.start()
  expect((await plain.request('GET', '/api/session/options')).body.singleSignOn).toBeNull()
  expect((await plain.request('GET', PATH)).status).toBe(404)
  expect((await plain.request('GET', `${PATH}/callback?code=x&state=y`)).headers.location).toBe(
    page('sso_expired'),
  )
})
