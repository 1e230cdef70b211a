import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { codeOf } from '../access/access.fixture.ts'
import { tokenIn } from '../accounts/people.fixture.ts'
import { MailServerFixture } from '../mail/smtp.fixture.ts'
import { type Answer, cookiesOf, type RequestOptions, TestBackend } from '../testing.ts'

/*
 * Secrets go through every door they know, right and wrong ones, in good and in broken requests. Then none of them
 * may be found in the log at its most talkative, in the audit log, in a refusal, or in the measurements.
 */

/** A secret the test chose itself, easy to recognise and of no use elsewhere. */
const chosen = (what: string) => `mrk-${what}-8Qz7 v4/tX+9?Kd`
const SECRETS = new Map<string, string>()
const secret = (what: string, value = chosen(what)): string => {
  SECRETS.set(what, value)
  return value
}

let backend: TestBackend
let mail: MailServerFixture
const refusals: { request: string; text: string }[] = []

beforeAll(async () => {
  mail = await MailServerFixture.start(0, {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'osprey' }),
  })
  const smtp = new URL(mail.url)
  smtp.username = 'osprey'
  smtp.password = secret('smtp password', 'mrk-smtp-5Hs2Lw9Pq')
  backend = await TestBackend.start({
    OSPREY_LOG_LEVEL: 'trace',
    OSPREY_ADMIN_PASSWORD: secret('administrator password'),
    OSPREY_METRICS_TOKEN: secret('metrics token', 'mrk-metrics-7Yb3Nc8Vr'),
    OSPREY_SMTP_URL: smtp.href,
    OSPREY_MAIL_FROM: 'Osprey <osprey@example.org>',
    OSPREY_PUBLIC_URL: 'https://osprey.example.org',
    // Nobody listens there: what cannot be reached is complained of in the log.
    OSPREY_OIDC_ISSUER: 'http://127.0.0.1:9',
    OSPREY_OIDC_CLIENT_ID: 'osprey',
    OSPREY_OIDC_CLIENT_SECRET: secret('client secret', 'mrk-oidc-3Fj6Tz1Mk'),
    OSPREY_AUDIT_WEBHOOK: `http://user:${secret('webhook password', 'mrk-hook-4Dp8Xs2Gv')}@127.0.0.1:9/heads`,
    OSPREY_AUDIT_WEBHOOK_TOKEN: secret('webhook token', 'mrk-hooktoken-6Ru1Bn5Zc'),
  })
  secret('operator token', backend.operatorToken)
})
afterAll(async () => {
  await TestBackend.stopAll()
  await mail?.stop()
})

/** One request; what is refused is kept. */
async function ask(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const answer = await backend.request(method, path, options)
  if (answer.status >= 400)
    refusals.push({ request: `${method} ${path.replace(/\?.*/, '')}`, text: answer.text })
  return answer
}

const asOperator = (method: string, path: string, body?: unknown) =>
  ask(method, path, { body, headers: { authorization: `Bearer ${backend.operatorToken}` } })

const logIn = (username: string, password: string, code?: string) =>
  ask('POST', '/api/session', { body: { username, password, ...(code !== undefined && { code }) } })

/** What a logged-in person sends with each request; its parts are secrets too. */
function session(name: string, answer: Answer): Record<string, string> {
  expect(answer.status).toBe(200)
  const cookie = cookiesOf(answer)
  for (const part of cookie.split('; ')) {
    const [key, value = ''] = part.split('=')
    if (value.length >= 16) secret(`${name} cookie ${key}`, value)
  }
  return { cookie, origin: backend.url }
}

/** Every way a secret comes to the platform, each with its right and wrong uses. */
const STEPS: Record<string, () => Promise<void>> = {
  'log-in': async () => {
    session('administrator', await logIn('admin', chosen('administrator password')))
    expect((await logIn('admin', secret('wrong password'))).status).toBe(401)
    await logIn(secret('password typed as the name'), 'whatever it was')
    await logIn('nobody', secret('password of nobody'))
    await ask('POST', '/api/session', {
      body: { username: 'admin', password: { nested: secret('nested password') } },
    })
    await ask('POST', '/api/session', {
      body: `{"username":"admin","password":"${secret('password in broken JSON')}`,
      headers: { 'content-type': 'application/json' },
    })
  },
  'wrong credentials in headers': async () => {
    for (const path of ['/api/session', '/metrics', '/api/nowhere']) {
      await ask('GET', path, {
        headers: { authorization: `Bearer ${secret('wrong bearer', 'mrk-bearer-2Wc9Ke4Yh')}` },
      })
      const basic = Buffer.from(`admin:${secret('basic password', 'mrk-basic-9Xe5Jd3Ua')}`).toString('base64')
      await ask('GET', path, { headers: { authorization: `Basic ${basic}` } })
      await ask('GET', path, {
        headers: { cookie: `osprey_session=${secret('wrong cookie', 'mrk-cookie-1Az8Fq6Mo')}` },
      })
    }
    await ask('GET', `/api/stations?token=${secret('token in a query', 'mrk-query-8Lk2Vn7Ts')}`, {})
  },
  'password change': async () => {
    const headers = session('password change', await logIn('admin', chosen('administrator password')))
    const body = { current: secret('wrong current password'), password: secret('new password') }
    expect((await ask('PUT', '/api/session/password', { headers, body })).status).toBeGreaterThanOrEqual(400)
    await ask('PUT', '/api/session/password', {
      headers,
      body: { current: 'x'.repeat(1030) + chosen('new password'), password: 'short' },
    })
    const right = { current: chosen('administrator password'), password: chosen('new password') }
    expect((await ask('PUT', '/api/session/password', { headers, body: right })).status).toBe(204)
    expect((await logIn('admin', chosen('new password'))).status).toBe(200)
  },
  'invitation and reset': async () => {
    const input = {
      username: 'wei',
      displayName: 'Wei',
      email: 'wei@example.org',
      role: 'officer',
      jurisdictions: null,
    }
    const created = await asOperator('POST', '/api/accounts', input)
    expect(created.status).toBe(201)
    const token = secret('invitation', tokenIn(created.body.link.url))
    await ask('POST', '/api/session/link', { body: { token } })
    await ask('POST', '/api/session/link', {
      body: { token: secret('wrong link', 'mrk-link-7Pv3Qs8Rt5Nw0Xy2Zb') },
    })
    await ask('POST', '/api/session/link/redeem', { body: { token, password: 'short' } })
    const redeemed = await ask('POST', '/api/session/link/redeem', {
      body: { token, password: secret('first password') },
    })
    expect(redeemed.status).toBe(204)
    await ask('POST', '/api/session/link/redeem', {
      body: { token, password: secret('second use of a link') },
    })
    const again = await asOperator('POST', '/api/accounts/wei/link')
    secret('reset link', tokenIn(again.body.url))
    await ask('POST', '/api/session/reset', { body: { username: 'wei' } })
    await ask('POST', '/api/session/reset', {
      body: { username: secret('password sent as a name to reset') },
    })
  },
  'API tokens': async () => {
    const headers = session('tokens', await logIn('wei', chosen('first password')))
    const current = chosen('first password')
    const body = { name: 'reader', scopes: ['stations:read'], expiresInDays: 1, current }
    const created = await ask('POST', '/api/session/tokens', { headers, body })
    expect(created.status).toBe(201)
    const token = secret('API token', created.body.token)
    const bearer = { authorization: `Bearer ${token}` }
    expect((await ask('GET', '/api/stations', { headers: bearer })).status).toBe(200)
    await ask('POST', '/api/devices', { headers: bearer, body: { id: 'refused', stations: [] } })
    await ask('DELETE', `/api/session/tokens/${created.body.id}`, { headers })
    expect((await ask('GET', '/api/stations', { headers: bearer })).status).toBe(401)
  },
  'second factor': async () => {
    const headers = session('wei', await logIn('wei', chosen('first password')))
    const current = chosen('first password')
    const started = await ask('POST', '/api/session/second-factor', { headers, body: { current } })
    const seed = secret('second factor', started.body.secret)
    await ask('POST', '/api/session/second-factor/confirm', { headers, body: { code: '000000' } })
    const confirmed = await ask('POST', '/api/session/second-factor/confirm', {
      headers,
      body: { code: codeOf(seed) },
    })
    const codes: string[] = confirmed.body.recoveryCodes
    for (const [index, code] of codes.entries()) secret(`recovery code ${index}`, code)
    await logIn('wei', chosen('first password'), secret('wrong recovery code', 'mrk-recovery-4Gh'))
    expect((await logIn('wei', chosen('first password'), codes[0])).status).toBe(200)
    await logIn('wei', chosen('first password'), codes[0])
    await ask('POST', '/api/session/second-factor/disable', { headers, body: { code: codes[1] } })
  },
  devices: async () => {
    const created = await asOperator('POST', '/api/devices', { id: 'meter-1', stations: [] })
    secret('device secret', created.body.secret)
    const bulk = await asOperator('POST', '/api/devices/bulk', { devices: [{ id: 'meter-2', stations: [] }] })
    secret('secret of a bulk', bulk.body.devices[0].secret)
    const rotated = await asOperator('POST', '/api/devices/meter-1/rotate')
    secret('rotated secret', rotated.body.secret)
    await asOperator('POST', '/api/devices', {
      id: 'meter-3',
      stations: [],
      secret: secret('secret of a stranger'),
    })
    await asOperator('PATCH', '/api/devices/meter-1', { disabled: true })
  },
  'single sign-on that cannot be reached': async () => {
    await ask('GET', '/api/session/oidc')
    const code = secret('authorization code', 'mrk-code-6Uf2Hx9Wd')
    await ask(
      'GET',
      `/api/session/oidc/callback?code=${code}&state=${secret('state', 'mrk-state-3Er7Ty1Ui')}`,
    )
  },
  measurements: async () => {
    await ask('GET', '/metrics', { headers: { authorization: `Bearer ${SECRETS.get('metrics token')}` } })
  },
}

test.each(Object.entries(STEPS))('secrets pass: %s', (_, step) => step())

/** A text in the forms in which it could have been written down. */
function formsOf(value: string): Record<string, string> {
  const bytes = Buffer.from(value)
  const forms: Record<string, string> = {
    plain: value,
    'URL-encoded': encodeURIComponent(value),
    form: new URLSearchParams({ a: value }).toString().slice(2),
    JSON: JSON.stringify(value).slice(1, -1),
    hexadecimal: bytes.toString('hex'),
    'SHA-256': createHash('sha256').update(value).digest('hex'),
    'SHA-256, base64': createHash('sha256').update(value).digest('base64url'),
  }
  // Within a longer text the same bytes have one of three writings, but for their edges.
  for (const shift of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes])
    const inner = (text: string) => text.replace(/=+$/, '').slice(shift === 0 ? 0 : shift + 1, -2)
    forms[`base64, ${shift} bytes on`] = inner(padded.toString('base64'))
    forms[`base64url, ${shift} bytes on`] = inner(padded.toString('base64url'))
  }
  return forms
}

test('and none is found in the log, the audit log, the refusals or the measurements', async () => {
  const places: Record<string, string> = {
    'the log': backend.log.join(''),
    'the audit log': (await backend.operator('GET', '/api/audit/export')).text,
    refusals: refusals.map(({ request, text }) => `${request} ${text}`).join('\n'),
    measurements: (await backend.operator('GET', '/metrics')).text,
  }
  for (const [place, text] of Object.entries(places))
    expect({ place, long: text.length > 500 }).toEqual({ place, long: true })
  const found: string[] = []
  for (const [what, value] of SECRETS) {
    for (const [form, text] of Object.entries(formsOf(value))) {
      for (const [place, content] of Object.entries(places)) {
        const at = content.indexOf(text)
        if (at >= 0)
          found.push(
            `${what} (${form}) in ${place}: ${content.slice(Math.max(0, at - 120), at + text.length + 60)}`,
          )
      }
    }
  }
  expect(found).toEqual([])
  console.info(
    `${SECRETS.size} secrets in ${Object.keys(formsOf('x')).length} forms: none in ${backend.log.length} log lines, ` +
      `${places['the audit log']?.split('\n').length} audit entries, ${refusals.length} refusals`,
  )
})
