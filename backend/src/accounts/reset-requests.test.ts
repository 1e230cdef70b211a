import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { MailServerFixture, type ReceivedMail } from '../mail/smtp.fixture.ts'
import { type Answer, TestBackend } from '../testing.ts'
import {
  audited,
  logIn,
  mailing,
  PASSWORD,
  PUBLIC_URL,
  person,
  redeem,
  settle,
  tokenIn,
  tryLogIn,
} from './people.fixture.ts'

let server: MailServerFixture
let backend: TestBackend
beforeAll(async () => {
  server = await MailServerFixture.start(0, { disabledCommands: ['STARTTLS'] })
  backend = await TestBackend.start(mailing(server))
  await settle(backend, person('li.na', { displayName: '李娜', email: 'li.na@example.org' }))
  await settle(backend, person('no.address'))
})
afterAll(async () => {
  await TestBackend.stopAll()
  await server.stop()
})

let nextAddress = 10
const ask = (username: string, from = `127.0.3.${nextAddress++}`, headers: Record<string, string> = {}) =>
  backend.request('POST', '/api/session/reset', { body: { username }, from, headers })
const mailsTo = (address: string) => server.received.filter(({ envelope }) => envelope.to.includes(address))
/** What nobody can use to tell two answers apart. */
const visible = ({ status, text, headers }: Answer) => {
  const { date: _date, ...rest } = headers
  return { status, text, headers: rest }
}

let markers = 0
/** Requests and mails are worked off in order: when those of a new account are done, all before it are. */
async function settled(): Promise<void> {
  const email = `marker${++markers}@example.org`
  await backend.operator('POST', '/api/accounts', person(`marker${markers}`, { email }))
  await ask(email)
  await server.mailTo(email, [await server.mailTo(email)])
}

test('an invitation is mailed with the public address, whatever the Host header says', async () => {
  const created = await backend.operator(
    'POST',
    '/api/accounts',
    person('chen', { email: 'chen@example.org' }),
    { host: 'evil.example' },
  )
  expect(created.body.link.mailed).toBe(true)
  const { text, envelope } = await server.mailTo('chen@example.org')
  expect(envelope.to).toEqual(['chen@example.org'])
  expect(text).toContain(created.body.link.url)
  expect(created.body.link.url.startsWith(`${PUBLIC_URL}/#/link?token=`)).toBe(true)
  expect(text).not.toContain('evil.example')
})

test('a forgotten password: asked for, mailed, chosen, and the person is told', async () => {
  expect((await backend.request('GET', '/api/session/options')).body.passwordReset).toBe(true)
  const cookie = await logIn(backend, 'li.na')
  const seen = [...server.received]
  const answer = await ask('Li.Na@Example.org', undefined, { host: 'evil.example' })
  expect([answer.status, answer.text]).toEqual([202, ''])
  const mail = await server.mailTo('li.na@example.org', seen)
  expect(mail.headers['subject']).toBe('Osprey: choose a new password / 重设密码')
  expect(mail.text).toContain(`${PUBLIC_URL}/#/link?token=`)
  expect(mail.text).not.toContain('evil.example')
  const token = tokenIn(mail.text)
  const viewed = await backend.request('POST', '/api/session/link', { body: { token } })
  expect(viewed.body).toMatchObject({ username: 'li.na', purpose: 'reset' })
  const hours = (Date.parse(viewed.body.expiresAt) - Date.now()) / 3_600_000
  expect(hours).toBeLessThanOrEqual(2)
  expect((await redeem(backend, token, 'another good password')).status).toBe(204)
  const notice = await server.mailTo('li.na@example.org', [...seen, mail])
  expect(notice.headers['subject']).toContain('your password was changed')
  expect(notice.text).not.toContain('token=')
  expect((await backend.request('GET', '/api/session', { headers: { cookie } })).status).toBe(401)
  expect((await tryLogIn(backend, 'li.na', PASSWORD)).status).toBe(401)
  expect((await tryLogIn(backend, 'li.na', 'another good password')).status).toBe(200)
  const [entry] = await audited(backend, { object: 'li.na', action: 'password.reset_requested' })
  expect(entry).toMatchObject({
    actor: { kind: 'anonymous', name: '' },
    address: expect.stringMatching(/^127\.0\.3\./),
    after: { purpose: 'reset', expiresAt: viewed.body.expiresAt },
  })
})

test('the answer is the same for an account, for none, and for one that cannot be mailed', async () => {
  await settle(backend, person('off', { email: 'off@example.org' }))
  await backend.operator('PATCH', '/api/accounts/off', { disabled: true })
  await settle(backend, person('sso', { email: 'sso@example.org' }))
  await backend.sql(`update users set password_hash = '!', oidc_issuer = 'i', oidc_subject = 's'
    where username = 'sso'`)
  await settled()
  const before = server.received.length
  const names = [
    'nobody',
    'nobody@example.org',
    'off',
    'sso',
    'no.address',
    '\0',
    '\ud800',
    'x'.repeat(254),
    '<script>',
  ]
  const answers: Answer[] = []
  for (const name of ['chen', ...names]) answers.push(await ask(name))
  for (const answer of answers) expect(visible(answer)).toEqual(visible(answers[0] as Answer))
  expect(answers[0]?.status).toBe(202)
  await settled()
  const recipients = server.received.slice(before).flatMap(({ envelope }) => envelope.to)
  expect(recipients.filter((address) => !address.startsWith('marker'))).toEqual(['chen@example.org'])
  const reasons = (await audited(backend, { action: 'password.reset_requested' })).map(
    ({ after }) => after.reason,
  )
  expect(reasons).toEqual(expect.arrayContaining(['unknown', 'disabled', 'single_sign_on', 'no_address']))
})

test('a person is told of a new password and of a second factor that was taken away', async () => {
  await settle(backend, person('told', { email: 'told@example.org' }))
  await settled()
  const cookie = await logIn(backend, 'told')
  const seen = [...server.received]
  const change = (password: string) =>
    backend.request('PUT', '/api/session/password', {
      headers: { cookie },
      body: { current: PASSWORD, password },
    })
  const weak = await change('told1234')
  expect([weak.status, weak.body.errors[0].field]).toEqual([400, 'password'])
  expect((await change('another good password')).status).toBe(204)
  const first = await server.mailTo('told@example.org', seen)
  expect(first.headers['subject']).toContain('your password was changed')
  await backend.sql(`update users set totp_secret = 'sealed' where username = 'told'`)
  expect((await backend.operator('DELETE', '/api/accounts/told/second-factor')).status).toBe(204)
  const second = await server.mailTo('told@example.org', [...seen, first])
  expect(second.text).toContain('was switched off')
})

test('an invitation that was asked for again stays an invitation, and the first one works too', async () => {
  const created = await backend.operator('POST', '/api/accounts', person('new', { email: 'new@example.org' }))
  const first: ReceivedMail = await server.mailTo('new@example.org')
  await ask('new')
  const second = await server.mailTo('new@example.org', [first])
  const viewed = await backend.request('POST', '/api/session/link', { body: { token: tokenIn(second.text) } })
  expect(viewed.body.purpose).toBe('invitation')
  expect((await redeem(backend, tokenIn(created.body.link.url), PASSWORD)).status).toBe(204)
  expect((await redeem(backend, tokenIn(second.text), PASSWORD)).status).toBe(404)
})

test('a mailbox cannot be flooded, neither from one address nor from many', async () => {
  await settle(backend, person('victim', { email: 'victim@example.org' }))
  await settled()
  const before = mailsTo('victim@example.org').length
  for (let index = 0; index < 12; index++)
    expect((await ask(index % 2 ? 'victim' : 'victim@example.org')).status).toBe(202)
  await settled()
  expect(mailsTo('victim@example.org').length - before).toBe(3)

  const flood = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(`guess${index}`, '127.0.4.1')))
  expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([202]))
  const lines = backend.log.filter((line) => line.includes('reset_requested') && line.includes('127.0.4.1'))
  expect(lines.filter((line) => line.includes('"reason":"throttled"'))).toHaveLength(40)
})

test('neither the log nor the audit log holds a link', async () => {
  const secrets = server.received.flatMap(({ text }) => /token=([\w-]+)/.exec(text)?.[1] ?? [])
  expect(secrets.length).toBeGreaterThan(5)
  const kept = backend.log.join('') + JSON.stringify(await audited(backend, {}))
  for (const secret of secrets) expect(kept).not.toContain(secret)
})

test('mail is counted', async () => {
  const { text } = await backend.operator('GET', '/metrics')
  expect(text).toMatch(/^osprey_mails\{state="sent"\} [1-9]\d*$/m)
  expect(text).toContain('osprey_mails{state="waiting"} 0')
  expect(text).toContain('osprey_mails{state="failed"} 0')
})
