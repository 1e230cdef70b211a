import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ADMIN_PASSWORD, TestBackend } from '../testing.ts'
import {
  audited,
  logIn,
  PASSWORD,
  person,
  redeem,
  settle,
  tokenIn,
  tryLogIn,
  watch,
} from './people.fixture.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_DEMO: '1' })
  for (const id of ['north', 'south']) {
    const west = id === 'north' ? 110 : 120
    const ring = [
      [west, 30],
      [west + 1, 30],
      [west + 1, 31],
      [west, 31],
      [west, 30],
    ]
    const body = { id, name: id, parent: null, geometry: { type: 'Polygon', coordinates: [ring] } }
    expect((await backend.operator('POST', '/api/jurisdictions', body)).status).toBe(201)
  }
})
afterAll(() => TestBackend.stopAll())

const patch = (username: string, body: object, cookie?: string) =>
  cookie === undefined
    ? backend.operator('PATCH', `/api/accounts/${username}`, body)
    : backend.request('PATCH', `/api/accounts/${username}`, { body, headers: { cookie } })
const session = (cookie: string) => backend.request('GET', '/api/session', { headers: { cookie } })
const status = async (method: string, path: string, cookie: string, body?: unknown) =>
  (await backend.request(method, path, { headers: { cookie }, body })).status

test('the whole life of an account', async () => {
  const administrator = await backend.logIn()
  const created = await backend.request('POST', '/api/accounts', {
    headers: { cookie: administrator },
    body: person('li.na', { displayName: '李娜', email: 'Li.Na@Example.org', role: 'inspector' }),
  })
  expect(created.status).toBe(201)
  const { account, link } = created.body
  expect(account).toEqual({
    username: 'li.na',
    displayName: '李娜',
    email: 'li.na@example.org',
    role: 'inspector',
    jurisdictions: null,
    disabled: false,
    hasPassword: false,
    secondFactor: false,
    singleSignOn: false,
    createdAt: expect.any(String),
    lastLoginAt: null,
    sessions: 0,
  })
  expect(link).toMatchObject({ purpose: 'invitation', mailed: false })
  expect(link.url.startsWith(`${backend.url}/#/link?token=`)).toBe(true)
  const token = tokenIn(link.url)
  const days = (Date.parse(link.expiresAt) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(6.99)
  expect(days).toBeLessThanOrEqual(7)

  expect((await tryLogIn(backend, 'li.na', '!')).status).toBe(401)
  const viewed = await backend.request('POST', '/api/session/link', { body: { token } })
  expect([viewed.status, viewed.body]).toEqual([
    200,
    { username: 'li.na', displayName: '李娜', purpose: 'invitation', expiresAt: link.expiresAt },
  ])
  expect((await redeem(backend, token, PASSWORD)).status).toBe(204)
  expect((await redeem(backend, token, 'another good password')).status).toBe(404)

  const cookie = await logIn(backend, 'li.na')
  expect((await session(cookie)).body.user).toMatchObject({ username: 'li.na', role: 'inspector' })
  expect(await status('POST', '/api/devices/nothing/commands', cookie, {})).toBe(403)
  expect(await status('GET', '/api/accounts', cookie)).toBe(403)
  expect((await backend.operator('GET', '/api/accounts/li.na')).body).toMatchObject({
    hasPassword: true,
    sessions: 1,
    lastLoginAt: expect.any(String),
  })

  const live = await watch(backend, cookie)
  expect((await patch('li.na', { role: 'officer' }, administrator)).body.role).toBe('officer')
  expect(await live.closed).toBe(4401)
  expect((await session(cookie)).body.user.role).toBe('officer')
  expect(await status('POST', '/api/devices/nothing/commands', cookie, {})).not.toBe(403)

  const made = await backend.request('POST', '/api/session/tokens', {
    headers: { cookie },
    body: { name: 'script', scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD },
  })
  expect(made.status).toBe(201)
  const asMachine = () =>
    backend.request('GET', '/api/stations', { headers: { authorization: `Bearer ${made.body.token}` } })
  expect((await asMachine()).status).toBe(200)

  const again = await watch(backend, cookie)
  expect((await patch('li.na', { disabled: true }, administrator)).body).toMatchObject({
    disabled: true,
    sessions: 0,
  })
  expect((await session(cookie)).status).toBe(401)
  expect((await asMachine()).status).toBe(401)
  expect((await tryLogIn(backend, 'li.na')).status).toBe(401)
  expect(await again.closed).toBe(4401)
  await patch('li.na', { disabled: false }, administrator)
  expect((await session(cookie)).status).toBe(401)
  expect((await asMachine()).status).toBe(401)
  expect((await tryLogIn(backend, 'li.na')).status).toBe(200)

  expect(await status('DELETE', '/api/accounts/li.na', administrator)).toBe(204)
  expect((await backend.operator('GET', '/api/accounts/li.na')).status).toBe(404)
  expect((await tryLogIn(backend, 'li.na')).status).toBe(401)
})

test('all of it is in the audit log, by whom and without secrets', async () => {
  const entries = await audited(backend, { object: 'li.na' })
  const changes = entries.filter(({ action }) => !action.startsWith('session.'))
  expect(changes.map(({ action, actor }) => [action, actor.kind, actor.name])).toEqual([
    ['account.created', 'user', 'admin'],
    ['link.created', 'user', 'admin'],
    ['link.redeemed', 'user', 'li.na'],
    ['password.changed', 'user', 'li.na'],
    ['account.changed', 'user', 'admin'],
    ['account.changed', 'user', 'admin'],
    ['account.changed', 'user', 'admin'],
    ['account.removed', 'user', 'admin'],
  ])
  expect(changes[4]).toMatchObject({
    address: '127.0.0.1',
    before: { role: 'inspector' },
    after: { role: 'officer' },
  })
  expect(changes[5]).toMatchObject({ before: { disabled: false }, after: { disabled: true } })
  expect(changes[7].before).toEqual({
    username: 'li.na',
    displayName: '李娜',
    email: 'li.na@example.org',
    role: 'officer',
    jurisdictions: null,
    disabled: false,
  })
  const all = JSON.stringify(await audited(backend, {}))
  expect(all).not.toMatch(/argon2|token=|passwordHash/)
  expect(all).not.toContain(PASSWORD)
})

test('a link works once, however many try at once', async () => {
  const created = await backend.operator('POST', '/api/accounts', person('once'))
  const token = tokenIn(created.body.link.url)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => redeem(backend, token, `password number ${index}`, '127.0.2.1')),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([204, ...Array(19).fill(404)])
  const winner = answers.findIndex((answer) => answer.status === 204)
  expect((await tryLogIn(backend, 'once', `password number ${winner}`)).status).toBe(200)
  expect(await audited(backend, { object: 'once', action: 'link.redeemed' })).toHaveLength(1)
})

test('a new link voids the earlier ones; a used one ends all sessions', async () => {
  await settle(backend, person('renewed'))
  const cookie = await logIn(backend, 'renewed')
  const live = await watch(backend, cookie)
  const make = () => backend.operator('POST', '/api/accounts/renewed/link')
  const [first, second] = [await make(), await make()]
  expect(second.status).toBe(201)
  expect(second.body).toMatchObject({ purpose: 'reset', mailed: false })
  const hours = (Date.parse(second.body.expiresAt) - Date.now()) / 3_600_000
  expect(hours).toBeGreaterThan(1.99)
  expect(hours).toBeLessThanOrEqual(2)
  expect((await redeem(backend, tokenIn(first.body.url), PASSWORD, '127.0.2.2')).status).toBe(404)
  expect((await session(cookie)).status).toBe(200)
  expect((await redeem(backend, tokenIn(second.body.url), 'another good password')).status).toBe(204)
  expect((await session(cookie)).status).toBe(401)
  expect(await live.closed).toBe(4401)
  expect((await tryLogIn(backend, 'renewed', PASSWORD)).status).toBe(401)
  expect((await tryLogIn(backend, 'renewed', 'another good password')).status).toBe(200)
})

test('a weak password is refused with the reason, and the link stays', async () => {
  const created = await backend.operator('POST', '/api/accounts', person('weak.one'))
  const token = tokenIn(created.body.link.url)
  for (const [password, expected] of [
    ['short', /at least 8 characters/],
    ['password1', /among the first/],
    ['weak.one', /other than the user name/],
  ] as const) {
    const answer = await redeem(backend, token, password)
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'password'])
    expect(answer.body.errors[0].expected).toMatch(expected)
    if (password !== 'short') expect(answer.text).not.toContain(password)
  }
  expect((await redeem(backend, token, PASSWORD)).status).toBe(204)
})

test('links of a disabled account and of a changed address are void', async () => {
  for (const change of [{ disabled: true }, { email: 'right@example.org' }]) {
    const created = await backend.operator(
      'POST',
      '/api/accounts',
      person('typo', { email: 'wrong@example.org' }),
    )
    await patch('typo', change)
    const answer = await redeem(backend, tokenIn(created.body.link.url), PASSWORD, '127.0.2.3')
    expect(answer.status).toBe(404)
    const next = await backend.operator('POST', '/api/accounts/typo/link')
    expect(next.status).toBe('disabled' in change ? 409 : 201)
    await backend.operator('DELETE', '/api/accounts/typo')
  }
})

test('whoever tries links that are none is slowed down, others are not', async () => {
  const guess = (from: string) =>
    backend.request('POST', '/api/session/link', { body: { token: 'x'.repeat(43) }, from })
  const answers = await Promise.all(Array.from({ length: 30 }, () => guess('127.0.2.4')))
  expect(answers.map((answer) => answer.status).sort()).toEqual([
    ...Array(20).fill(404),
    ...Array(10).fill(429),
  ])
  const throttled = answers.find((answer) => answer.status === 429)
  expect(Number(throttled?.headers['retry-after'])).toBeGreaterThan(600)
  expect((await guess('127.0.2.5')).status).toBe(404)
  const created = await backend.operator('POST', '/api/accounts', person('patient'))
  expect((await redeem(backend, tokenIn(created.body.link.url), PASSWORD, '127.0.2.5')).status).toBe(204)
})

test('nobody changes their own role, disables or removes themselves, or gets around the own password', async () => {
  await settle(backend, person('boss', { role: 'administrator' }))
  const cookie = await logIn(backend, 'boss')
  const own = (method: string, path = '', body?: unknown) =>
    backend.request(method, `/api/accounts/boss${path}`, { headers: { cookie }, body })
  const role = await own('PATCH', '', { role: 'viewer' })
  expect([role.status, role.body.errors[0].field]).toEqual([409, 'role'])
  const disabled = await own('PATCH', '', { disabled: true })
  expect([disabled.status, disabled.body.errors[0].field]).toEqual([409, 'disabled'])
  expect((await own('DELETE')).status).toBe(409)
  expect((await own('POST', '/link')).status).toBe(409)
  expect((await own('DELETE', '/second-factor')).status).toBe(409)
  expect((await own('PATCH', '', { displayName: 'The boss', role: 'administrator' })).status).toBe(200)
  expect((await session(cookie)).status).toBe(200)
  expect((await backend.operator('DELETE', '/api/accounts/boss')).status).toBe(204)
})

test('the last administrator stays, also when two are demoted at once', async () => {
  const refused = await patch('admin', { role: 'viewer' })
  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringMatching(/last administrator/)])
  expect((await patch('admin', { disabled: true })).status).toBe(409)
  expect((await backend.operator('DELETE', '/api/accounts/admin')).status).toBe(409)
  // One who never chose a password cannot take over.
  await backend.operator('POST', '/api/accounts', person('invited', { role: 'administrator' }))
  expect((await patch('admin', { role: 'viewer' })).status).toBe(409)

  await settle(backend, person('second', { role: 'administrator' }))
  for (let round = 0; round < 5; round++) {
    const [one, other] = await Promise.all([
      patch('admin', { role: 'viewer' }),
      round % 2 === 0
        ? patch('second', { role: 'viewer' })
        : backend.request('PATCH', '/api/accounts/second', {
            body: { disabled: true },
            headers: { authorization: `Bearer ${backend.operatorToken}` },
          }),
    ])
    expect([one.status, other.status].sort()).toEqual([200, 409])
    await patch('admin', { role: 'administrator' })
    await patch('second', { role: 'administrator', disabled: false })
  }
  for (const username of ['second', 'invited'])
    expect((await backend.operator('DELETE', `/api/accounts/${username}`)).status).toBe(204)
  expect((await tryLogIn(backend, 'admin', ADMIN_PASSWORD)).status).toBe(200)
})

test('jurisdictions bind an account, must exist, and never an administrator', async () => {
  await settle(backend, person('bound', { jurisdictions: ['south', 'north', 'south'] }))
  const cookie = await logIn(backend, 'bound')
  expect((await session(cookie)).body.user.jurisdictions).toEqual(['north', 'south'])
  expect((await backend.operator('GET', '/api/accounts/bound')).body.jurisdictions).toEqual([
    'north',
    'south',
  ])

  const unknown = await patch('bound', { jurisdictions: ['north', 'nowhere'] })
  expect([unknown.status, unknown.body.errors]).toEqual([
    400,
    [{ field: 'jurisdictions', value: 'nowhere', expected: 'ids of existing jurisdictions' }],
  ])
  const created = await backend.operator(
    'POST',
    '/api/accounts',
    person('lost', { jurisdictions: ['nowhere'] }),
  )
  expect([created.status, created.body.errors[0].field]).toEqual([400, 'jurisdictions'])
  expect((await backend.operator('GET', '/api/accounts/lost')).status).toBe(404)
  for (const [method, path, body] of [
    ['PATCH', '/api/accounts/bound', { role: 'administrator' }],
    ['PATCH', '/api/accounts/admin', { jurisdictions: ['north'] }],
    ['POST', '/api/accounts', person('half', { role: 'administrator', jurisdictions: ['north'] })],
  ] as const) {
    const answer = await backend.operator(method, path, body)
    expect([path, answer.status, answer.body.errors?.[0].field]).toEqual([path, 400, 'jurisdictions'])
  }

  const live = await watch(backend, cookie)
  expect((await patch('bound', { jurisdictions: ['south'] })).status).toBe(200)
  expect(await live.closed).toBe(4401)
  expect((await session(cookie)).body.user.jurisdictions).toEqual(['south'])
  const [change] = await audited(backend, { object: 'bound', action: 'account.changed' })
  expect([change.before, change.after]).toEqual([
    { jurisdictions: ['north', 'south'] },
    { jurisdictions: ['south'] },
  ])
  expect((await backend.operator('DELETE', '/api/jurisdictions/south')).status).toBe(409)
  expect((await patch('bound', { jurisdictions: null, role: 'administrator' })).body).toMatchObject({
    jurisdictions: null,
    role: 'administrator',
  })
  await backend.operator('DELETE', '/api/accounts/bound')
})

test('a change that changes nothing leaves no trace and closes nothing', async () => {
  await settle(backend, person('same', { jurisdictions: ['north', 'south'] }))
  const before = (await audited(backend, { object: 'same' })).length
  const answer = await patch('same', {
    jurisdictions: ['south', 'north'],
    role: 'officer',
    displayName: 'The same',
  })
  expect(answer.status).toBe(200)
  expect((await audited(backend, { object: 'same' })).length).toBe(before)
})

test('names and addresses are given once, and never those of the platform', async () => {
  await backend.operator('POST', '/api/accounts', person('taken', { email: 'taken@example.org' }))
  const create = (input: object) => backend.operator('POST', '/api/accounts', input)
  const attempts: [object, number, string][] = [
    [person('taken'), 409, 'username'],
    [person('other', { email: 'TAKEN@example.org' }), 409, 'email'],
    [person('visitor'), 400, 'username'],
    [person('operator'), 400, 'username'],
    [person('Upper'), 400, 'username'],
    [person('other', { email: 'not an address' }), 400, 'email'],
    [person('other', { email: 'a@example.org\r\nBcc: b@example.org' }), 400, 'email'],
    [person('other', { displayName: 'two\r\nlines' }), 400, 'displayName'],
    [{ ...person('other'), passwordHash: 'x' }, 400, 'passwordHash'],
  ]
  for (const [input, expected, field] of attempts) {
    const answer = await create(input)
    expect([input, answer.status, answer.body.errors?.[0].field]).toEqual([input, expected, field])
  }
  const [one, two] = await Promise.all([create(person('race')), create(person('race'))])
  expect([one.status, two.status].sort()).toEqual([201, 409])
  await create(person('mover'))
  expect((await patch('mover', { email: 'taken@example.org' })).status).toBe(409)
  expect((await patch('taken', { email: null })).status).toBe(200)
  expect((await patch('mover', { email: 'taken@example.org' })).status).toBe(200)
})

test('the guest of the demonstration is no account, and unknown ones are 404', async () => {
  const list = await backend.operator('GET', '/api/accounts')
  const names = list.body.map(({ username }: { username: string }) => username)
  expect(names).toContain('admin')
  expect(names).not.toContain('visitor')
  for (const name of ['visitor', 'nobody', '%00', 'a%2Fb']) {
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/link'],
      ['DELETE', '/sessions'],
      ['DELETE', '/second-factor'],
    ] as const) {
      const answer = await backend.operator(
        method,
        `/api/accounts/${name}${path}`,
        method === 'PATCH' ? {} : undefined,
      )
      expect([method, name, path, answer.status]).toEqual([method, name, path, 404])
    }
  }
})

test('sessions of another person can be ended', async () => {
  await settle(backend, person('away'))
  const cookie = await logIn(backend, 'away')
  const live = await watch(backend, cookie)
  expect((await backend.operator('DELETE', '/api/accounts/away/sessions')).status).toBe(204)
  expect((await session(cookie)).status).toBe(401)
  expect(await live.closed).toBe(4401)
  const [entry] = await audited(backend, { object: 'away', action: 'session.revoked' })
  expect(entry).toMatchObject({ actor: { kind: 'operator' }, after: { sessions: 1 } })
})

test('with the sessions end the API tokens and the open links', async () => {
  await settle(backend, person('robbed'))
  const headers = { cookie: await logIn(backend, 'robbed') }
  const body = { name: 'script', scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD }
  const { token } = (await backend.request('POST', '/api/session/tokens', { headers, body })).body
  const link = tokenIn((await backend.operator('POST', '/api/accounts/robbed/link')).body.url)
  expect((await backend.operator('DELETE', '/api/accounts/robbed/sessions')).status).toBe(204)
  const bearer = { authorization: `Bearer ${token}` }
  expect((await backend.request('GET', '/api/stations', { headers: bearer })).status).toBe(401)
  expect((await redeem(backend, link, PASSWORD)).status).toBe(404)
  const [entry] = await audited(backend, { object: 'robbed', action: 'session.revoked' })
  expect(entry.after).toEqual({ sessions: 1, tokens: 1 })
})

test('a lost second factor can be taken away by someone else', async () => {
  await settle(backend, person('factor'))
  expect((await backend.operator('DELETE', '/api/accounts/factor/second-factor')).status).toBe(409)
  const cookie = await logIn(backend, 'factor')
  await backend.sql(
    `update users set totp_secret = 'sealed', recovery_codes = '{a}' where username = 'factor'`,
  )
  expect((await backend.operator('GET', '/api/accounts/factor')).body.secondFactor).toBe(true)
  const link = tokenIn((await backend.operator('POST', '/api/accounts/factor/link')).body.url)
  expect((await backend.operator('DELETE', '/api/accounts/factor/second-factor')).status).toBe(204)
  expect((await redeem(backend, link, PASSWORD)).status).toBe(404)
  expect((await session(cookie)).status).toBe(401)
  expect((await backend.operator('GET', '/api/accounts/factor')).body.secondFactor).toBe(false)
  const [row] = await backend.sql(`select totp_secret, recovery_codes from users where username = 'factor'`)
  expect(row).toEqual({ totp_secret: null, recovery_codes: [] })
  expect(await audited(backend, { object: 'factor', action: 'second_factor.disabled' })).toHaveLength(1)
})

test('a stranger may send a name and a password, not a book', async () => {
  for (const path of [
    '/api/session',
    '/api/session/link',
    '/api/session/link/redeem',
    '/api/session/reset',
  ]) {
    const answer = await backend.request('POST', path, { body: { token: 'x'.repeat(17 * 1024) } })
    expect([path, answer.status]).toEqual([path, 413])
  }
})

test('without a mail server nobody can ask for a reset', async () => {
  const options = await backend.request('GET', '/api/session/options')
  expect(options.body.passwordReset).toBe(false)
  const answer = await backend.request('POST', '/api/session/reset', { body: { username: 'admin' } })
  expect([answer.status, answer.body.detail]).toEqual([409, expect.stringMatching(/administrator/)])
})

test('no secret of a link is in the log', () => {
  const log = backend.log.join('')
  expect(log).not.toContain('token=')
  expect(log).not.toContain(PASSWORD)
})
