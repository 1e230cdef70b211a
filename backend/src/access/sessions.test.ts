import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CLOSE } from '../live/live.ts'
import { TestBackend } from '../testing.ts'
import { addAccount, audited, browserOf, closed, PASSWORD, TestBrowser } from './access.fixture.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({
    OSPREY_DEMO: '1',
    OSPREY_SESSION_IDLE_MINUTES: '30',
    OSPREY_SESSION_HOURS: '8',
  })
})
afterAll(() => TestBackend.stopAll())

const PATH = '/api/session/sessions'

async function person(username: string): Promise<TestBrowser> {
  await addAccount(backend, { username })
  return browserOf(backend, username)
}

function ageSession(username: string, change: string) {
  return backend.sql(
    `update sessions set ${change} where user_id = (select id from users where username = $1)`,
    [username],
  )
}

test('a session ends after the idle limit, after the absolute one, and when its user is disabled', async () => {
  const browser = await person('anna')
  const ends = async (change: string) => {
    await browser.logIn('anna')
    expect(await browser.status()).toBe(200)
    await ageSession('anna', change)
    expect(await browser.status()).toBe(401)
  }
  await ends("last_seen_at = now() - interval '30 minutes'")
  await ends("created_at = now() - interval '8 hours'")
  await browser.logIn('anna')
  await backend.sql("update users set disabled = true where username = 'anna'")
  expect(await browser.status()).toBe(401)
})

test('use keeps a session alive, and the cookie lasts no longer than it can', async () => {
  const browser = await person('berta')
  await ageSession('berta', "last_seen_at = now() - interval '29 minutes'")
  expect(await browser.status()).toBe(200)
  const [row] = await backend.sql(
    "select count(*)::int as seen from sessions where last_seen_at > now() - interval '1 minute'",
  )
  expect(row?.['seen']).toBeGreaterThanOrEqual(1)
  const answer = await new TestBrowser(backend).logIn('berta')
  const cookie = answer.headers['set-cookie']?.find((one) => one.startsWith('osprey_session='))
  expect(cookie).toContain(`Max-Age=${8 * 3600};`)
})

test('people see where they are logged in and end a session; its live connection closes at once', async () => {
  const here = await person('carla')
  const there = await browserOf(backend, 'carla')
  const stranger = await person('dora')
  const list = (await here.request('GET', PATH)).body
  expect(list).toHaveLength(2)
  expect(list.find(({ current }: { current: boolean }) => current)).toMatchObject({
    address: here.address,
    browser: `Browser of ${here.address}`,
  })
  const other = list.find(({ current }: { current: boolean }) => !current)
  expect((await stranger.request('DELETE', `${PATH}/${other.id}`)).status).toBe(404)
  expect((await here.request('DELETE', `${PATH}/%00`)).status).toBe(404)

  const socket = await there.watch()
  const end = closed(socket)
  expect((await here.request('DELETE', `${PATH}/${other.id}`)).status).toBe(204)
  expect(await end).toBe(CLOSE.sessionEnded)
  expect([await here.status(), await there.status(), await stranger.status()]).toEqual([200, 401, 200])
  expect(await audited(backend, 'session.revoked', other.id)).toMatchObject([
    { actor: { kind: 'user', name: 'carla' }, address: here.address },
  ])
})

test('all other sessions end together', async () => {
  const here = await person('emma')
  const others = [await browserOf(backend, 'emma'), await browserOf(backend, 'emma')]
  expect((await here.request('DELETE', PATH)).status).toBe(204)
  expect(await Promise.all([here, ...others].map((browser) => browser.status()))).toEqual([200, 401, 401])
  expect((await here.request('GET', PATH)).body).toHaveLength(1)
})

test('logging in again takes the place of the session the browser had', async () => {
  const browser = await person('ella')
  const former = browser.cookies.get('osprey_session') as string
  expect((await browser.logIn('ella')).status).toBe(200)
  expect((await browser.request('GET', PATH)).body).toHaveLength(1)
  browser.cookies.set('osprey_session', former)
  expect(await browser.status()).toBe(401)
})

test('logging out ends the session and its live connection', async () => {
  const browser = await person('frida')
  const { cookies } = browser
  const token = cookies.get('osprey_session') as string
  const end = closed(await browser.watch())
  expect((await browser.request('DELETE', '/api/session')).status).toBe(204)
  expect(await end).toBe(CLOSE.sessionEnded)
  expect(cookies.has('osprey_session')).toBe(false)
  cookies.set('osprey_session', token)
  expect(await browser.status()).toBe(401)
  expect(await audited(backend, 'session.logout', 'frida')).toHaveLength(1)
  expect((await backend.request('DELETE', '/api/session')).status).toBe(204)
})

test('a live connection ends when its session idles too long or its user is disabled', async () => {
  const browser = await person('gerda')
  const idle = closed(await browser.watch())
  await ageSession('gerda', "last_seen_at = now() - interval '31 minutes'")
  expect(await idle).toBe(CLOSE.sessionEnded)
  await browser.logIn('gerda')
  const disabled = closed(await browser.watch())
  await backend.sql("update users set disabled = true where username = 'gerda'")
  expect(await disabled).toBe(CLOSE.sessionEnded)
})

test('a change of password ends every other session and is recorded', async () => {
  const here = await person('hanna')
  const there = await browserOf(backend, 'hanna')
  const end = closed(await there.watch())
  const change = { current: PASSWORD, password: 'another password' }
  expect((await here.request('PUT', '/api/session/password', change)).status).toBe(204)
  expect(await end).toBe(CLOSE.sessionEnded)
  expect([await here.status(), await there.status()]).toEqual([200, 401])
  expect(await audited(backend, 'password.changed', 'hanna')).toMatchObject([
    { actor: { kind: 'user', name: 'hanna' }, after: { sessionsEnded: 1 } },
  ])
})

test('guests share an account and see no session but their own', async () => {
  const guests = [new TestBrowser(backend), new TestBrowser(backend)]
  for (const guest of guests) await guest.request('POST', '/api/session/visit')
  for (const guest of guests) {
    expect((await guest.request('GET', PATH)).body).toMatchObject([{ current: true, address: guest.address }])
    expect((await guest.request('DELETE', PATH)).status).toBe(403)
  }
})

test('the operator of the machine has no sessions', async () => {
  expect((await backend.operator('GET', PATH)).body).toEqual([])
  expect((await backend.operator('DELETE', PATH)).status).toBe(204)
  expect((await backend.operator('DELETE', `${PATH}/none`)).status).toBe(404)
  expect((await backend.operator('POST', '/api/session/second-factor', {})).status).toBe(409)
})
