import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CLOSE } from '../live/live.ts'
import { type Answer, TestBackend } from '../testing.ts'
import {
  addAccount,
  audited,
  browserOf,
  closed,
  openLive,
  PASSWORD,
  type TestBrowser,
} from './access.fixture.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_DEMO: '1' })
})
afterAll(() => TestBackend.stopAll())

const PATH = '/api/session/tokens'

async function person(
  username: string,
  role: 'inspector' | 'supervisor' = 'inspector',
): Promise<TestBrowser> {
  await addAccount(backend, { username, role })
  return browserOf(backend, username)
}

async function create(browser: TestBrowser, scopes: string[], name = 'exporter') {
  const answer = await browser.request('POST', PATH, { name, scopes, expiresInDays: 30, current: PASSWORD })
  expect(answer.status).toBe(201)
  return answer.body
}

function use(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return backend.request(method, path, { body, headers: { authorization: `Bearer ${token}` } })
}

test('a token opens what its scopes name and nothing else, least of all the account', async () => {
  const browser = await person('anna')
  const { token } = await create(browser, ['stations:read'])
  expect(token).toMatch(/^osp_[\w-]{43}$/)
  expect((await use(token, 'GET', '/api/stations')).status).toBe(200)
  for (const [method, path] of [
    ['GET', '/api/devices'],
    ['POST', '/api/stations'],
    ['GET', '/api/session'],
    ['GET', PATH],
    ['POST', PATH],
    ['PUT', '/api/session/password'],
    ['GET', '/api/session/sessions'],
  ] as const) {
    expect([path, (await use(token, method, path, method === 'GET' ? undefined : {})).status]).toEqual([
      path,
      403,
    ])
  }
  expect((await audited(backend, 'session.denied', 'anna'))[0]).toMatchObject({
    actor: { kind: 'token', name: 'anna (exporter)' },
    after: { method: 'GET', path: '/api/devices', reason: 'not_allowed', count: 1 },
  })
})

test('its secret is shown once and stored nowhere', async () => {
  const browser = await person('berta')
  const { token, ...view } = await create(browser, ['sites:read', 'stations:read', 'sites:read'])
  expect(view).toMatchObject({ name: 'exporter', scopes: ['sites:read', 'stations:read'], lastUsedAt: null })
  expect((await browser.request('GET', PATH)).body).toEqual([view])
  await use(token, 'GET', '/api/stations')
  await use(`${token}x`, 'GET', '/api/stations')
  const stored = JSON.stringify(await backend.sql('select * from api_tokens'))
  const record = JSON.stringify(await backend.sql('select entry from audit_entries'))
  expect(stored + record + backend.log.join('')).not.toContain(token.slice(4))
  expect(await audited(backend, 'token.created', view.id)).toMatchObject([
    { actor: { kind: 'user', name: 'berta' }, after: { name: 'exporter' } },
  ])
})

test('scopes are permissions of the user, at creation and at every use', async () => {
  const browser = await person('carla', 'supervisor')
  const refused = await browser.request('POST', PATH, {
    name: 'too much',
    scopes: ['stations:read', 'accounts:write'],
    expiresInDays: 1,
  })
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [{ field: 'scopes', value: 'accounts:write', expected: 'permissions you hold yourself' }],
  ])
  const { token } = await create(browser, ['stations:read', 'stations:write'])
  const station = (id: string) => ({ id, name: id, latitude: 1, longitude: 1, medium: 'air' })
  expect((await use(token, 'POST', '/api/stations', station('s-token'))).status).toBe(201)
  expect(await audited(backend, 'station.created', 's-token')).toMatchObject([
    { actor: { kind: 'token', name: 'carla (exporter)' } },
  ])
  await backend.sql("update users set role = 'viewer' where username = 'carla'")
  expect((await use(token, 'POST', '/api/stations', station('s-later'))).status).toBe(403)
  expect((await use(token, 'GET', '/api/stations')).status).toBe(200)
})

test('it ends at its time, with its account and by hand; every refusal has its reason on record', async () => {
  const browser = await person('dora')
  const expired = await create(browser, ['stations:read'])
  const days = (Date.parse(expired.expiresAt) - Date.parse(expired.createdAt)) / 86_400_000
  expect(days).toBe(30)
  await backend.sql('update api_tokens set expires_at = now() where id = $1', [expired.id])
  expect((await use(expired.token, 'GET', '/api/stations')).status).toBe(401)

  const revoked = await create(browser, ['stations:read'])
  const stranger = await person('dorothea')
  expect((await stranger.request('DELETE', `${PATH}/${revoked.id}`)).status).toBe(404)
  expect((await browser.request('DELETE', `${PATH}/${revoked.id}`)).status).toBe(204)
  expect((await use(revoked.token, 'GET', '/api/stations')).status).toBe(401)
  expect(await audited(backend, 'token.revoked', revoked.id)).toHaveLength(1)

  const held = await create(browser, ['stations:read'])
  await backend.sql("update users set disabled = true where username = 'dora'")
  expect((await use(held.token, 'GET', '/api/stations')).status).toBe(401)
  const reasons = (await audited(backend, 'token.refused')).map(({ object, after }) => [object?.id, after])
  expect(reasons).toEqual(
    expect.arrayContaining([
      ['dora', { reason: 'expired', count: 1 }],
      ['dora', { reason: 'account disabled', count: 1 }],
      [undefined, { reason: 'unknown token', count: 1 }],
    ]),
  )
})

test('it may watch live values when it may read stations, until it is revoked', async () => {
  const browser = await person('emma')
  const blind = await create(browser, ['sites:read'])
  await expect(openLive(backend, { authorization: `Bearer ${blind.token}` })).rejects.toThrow('401')
  const { token, id } = await create(browser, ['stations:read'])
  const end = closed(await openLive(backend, { authorization: `Bearer ${token}` }))
  expect((await browser.request('DELETE', `${PATH}/${id}`)).status).toBe(204)
  expect(await end).toBe(CLOSE.sessionEnded)
  const other = await create(browser, ['stations:read'])
  const disabled = closed(await openLive(backend, { authorization: `Bearer ${other.token}` }))
  await backend.sql("update users set disabled = true where username = 'emma'")
  expect(await disabled).toBe(CLOSE.sessionEnded)
})

test('it takes the password, where there is one', async () => {
  const browser = await person('hilda')
  const input = { name: 'stolen', scopes: ['stations:read'], expiresInDays: 1 }
  const missing = await browser.request('POST', PATH, input)
  expect([missing.status, missing.body.errors[0].field]).toEqual([400, 'current'])
  const wrong = await browser.request('POST', PATH, { ...input, current: 'a guess' })
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([403, 'current'])
  expect((await browser.request('GET', PATH)).body).toEqual([])
  for (let guess = 0; guess < 9; guess++) await browser.request('POST', PATH, { ...input, current: 'again' })
  expect((await browser.request('POST', PATH, { ...input, current: PASSWORD })).status).toBe(429)
})

test('an account has at most 50, also with requests at the same time', async () => {
  const browser = await person('frida')
  // No password to confirm: the throttle would stop so many at once.
  await backend.sql("update users set password_hash = '!' where username = 'frida'")
  const input = { name: 'one of many', scopes: ['stations:read'], expiresInDays: 1 }
  const answers = await Promise.all(Array.from({ length: 55 }, () => browser.request('POST', PATH, input)))
  const made = answers.filter(({ status }) => status === 201)
  expect([made.length, answers.filter(({ status }) => status === 409).length]).toEqual([50, 5])
  expect((await browser.request('GET', PATH)).body).toHaveLength(50)
})

test('the last use is written at most once a minute', async () => {
  const browser = await person('gerda')
  const { token, id } = await create(browser, ['stations:read'])
  const lastUse = async () => (await browser.request('GET', PATH)).body[0].lastUsedAt
  await use(token, 'GET', '/api/stations')
  const first = await lastUse()
  expect(first).not.toBeNull()
  await use(token, 'GET', '/api/stations')
  expect(await lastUse()).toBe(first)
  await backend.sql("update api_tokens set last_used_at = now() - interval '61 seconds' where id = $1", [id])
  await use(token, 'GET', '/api/stations')
  expect(Date.parse(await lastUse())).toBeGreaterThanOrEqual(Date.parse(first))
})

test('guests and the operator of the machine have none', async () => {
  const visit = await backend.request('POST', '/api/session/visit')
  const cookie = visit.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const input = { name: 'x', scopes: ['stations:read'], expiresInDays: 1 }
  expect((await backend.request('POST', PATH, { body: input, headers: { cookie } })).status).toBe(403)
  expect((await backend.request('GET', PATH, { headers: { cookie } })).body).toEqual([])
  expect((await backend.operator('POST', PATH, input)).status).toBe(409)
})
