import { createServer } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { createLog } from '../operations/log.ts'
import { deliverable, judgeFailure, reasonOf } from './failure.ts'
import { invitation, passwordChanged, passwordReset, secondFactorChanged } from './letters.ts'
import { type Letter, Mail, type MailOptions } from './mail.ts'
import { serverOf } from './server.ts'
import { MailServerFixture } from './smtp.fixture.ts'

const SECRET = 'Zk3vXq0aPz8wRb5tYc1mLd7nHs2gJf4uEi6oKv9xQAw'
const LINK = {
  url: `https://osprey.example.org/#/link?token=${SECRET}`,
  expiresAt: Date.UTC(2099, 0, 2, 3, 4),
}
const PERSON = { username: 'li.na', displayName: '李娜', email: 'li.na@example.org' }
const QUICK = { first: 5, longest: 20 }

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function mailServer(port = 0, options = {}): Promise<MailServerFixture> {
  const server = await MailServerFixture.start(port, { disabledCommands: ['STARTTLS'], ...options })
  ends.push(() => server.stop())
  return server
}

/** A sender whose log can be waited for. */
function sender(url: string, options: Partial<MailOptions> = {}) {
  const lines: string[] = []
  const waiting: { event: string; times: number; resolve: () => void }[] = []
  const count = (event: string) => lines.filter((line) => JSON.parse(line).event === event).length
  const log = createLog('debug', {
    write(line) {
      lines.push(line)
      for (const one of waiting) if (count(one.event) >= one.times) one.resolve()
    },
  })
  const mail = new Mail({
    config: { url, from: 'Osprey <osprey@example.org>' },
    log,
    pauses: QUICK,
    ...options,
  })
  ends.push(() => mail.stop())
  const logged = (event: string, times = 1) =>
    new Promise<void>((resolve) => {
      if (count(event) >= times) resolve()
      else waiting.push({ event, times, resolve })
    })
  return { mail, lines, logged }
}

function letter(change: Partial<Letter> = {}): Letter {
  return { ...invitation(PERSON, LINK), ...change }
}

/** A port that nothing listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('an invitation arrives, readable in both languages', async () => {
  const server = await mailServer()
  const { mail, lines, logged } = sender(server.url)
  expect(mail.send(letter())).toBe(true)
  const { envelope, headers, text } = await server.mail(1)
  expect(envelope).toEqual({ from: 'osprey@example.org', to: ['li.na@example.org'] })
  expect(headers).toMatchObject({
    from: 'Osprey <osprey@example.org>',
    to: '李娜 <li.na@example.org>',
    subject: 'Your Osprey account / 您的 Osprey 账号',
    'auto-submitted': 'auto-generated',
  })
  expect(headers['content-type']).toMatch(/^text\/plain; charset=utf-8/i)
  expect(text.split(LINK.url).length).toBe(3)
  expect(text).toContain('Your user name is li.na.')
  expect(text).toContain('用户名为 li.na。')
  expect(text).toContain('2099-01-02 03:04 UTC')
  await logged('mail_sent')
  expect(mail.stats()).toEqual({ waiting: 0, sent: 1, failed: 0, turnedAway: 0 })
  expect(lines.join('')).not.toContain(SECRET)
  expect(lines.join('')).not.toContain('li.na@example.org')
})

test('the other letters say what happened, to which account, and when', () => {
  const at = Date.UTC(2026, 10, 24, 8, 15)
  expect(passwordReset(PERSON, LINK).text.split(LINK.url).length).toBe(3)
  for (const one of [passwordChanged(PERSON, at), secondFactorChanged(PERSON, 'off', at)]) {
    expect(one.text).toContain('li.na')
    expect(one.text.split('2026-11-24 08:15 UTC').length).toBe(3)
    expect(one.until).toBe(at + 24 * 3_600_000)
  }
})

test('a letter the server cannot take now is tried again', async () => {
  const server = await mailServer()
  server.refusals = [
    { code: 451, text: 'grey-listed' },
    { code: 452, text: 'mailbox full' },
  ]
  const { mail, lines, logged } = sender(server.url)
  mail.send(letter())
  await server.mail(1)
  await logged('mail_sent')
  expect(lines.filter((line) => line.includes('"verdict":"later"'))).toHaveLength(2)
  expect(mail.stats()).toMatchObject({ waiting: 0, sent: 1, failed: 0 })
})

test('a recipient refused for good does not hold up the others', async () => {
  const server = await mailServer()
  server.refusals = [{ code: 550, text: `no such mailbox, and I dislike ${LINK.url}` }]
  const { mail, lines, logged } = sender(server.url)
  mail.send(letter({ account: 'gone', to: { name: 'Gone', address: 'gone@example.org' } }))
  mail.send(letter())
  expect((await server.mail(1)).envelope.to).toEqual(['li.na@example.org'])
  await logged('mail_sent')
  expect(mail.stats()).toEqual({ waiting: 0, sent: 1, failed: 1, turnedAway: 0 })
  expect(lines.join('')).toContain('no such mailbox')
  expect(lines.join('')).not.toContain(SECRET)
})

test('mail waits while the server is down', async () => {
  const port = await freePort()
  const { mail, logged } = sender(`smtp://127.0.0.1:${port}`)
  mail.send(letter())
  mail.send(letter({ to: { name: 'Chen', address: 'chen@example.org' } }))
  await logged('mail_deferred', 3)
  expect(mail.stats()).toMatchObject({ waiting: 2, sent: 0 })
  const server = await mailServer(port)
  await server.mail(2)
  await logged('mail_sent', 2)
  expect(mail.stats()).toEqual({ waiting: 0, sent: 2, failed: 0, turnedAway: 0 })
})

test('a letter is given up when its link has expired', async () => {
  const port = await freePort()
  let now = 0
  const { mail, logged } = sender(`smtp://127.0.0.1:${port}`, { now: () => now })
  mail.send(letter({ until: 1000 }))
  await logged('mail_deferred')
  now = 1000
  await logged('mail_failed')
  expect(mail.stats()).toEqual({ waiting: 0, sent: 0, failed: 1, turnedAway: 0 })
})

test('the queue is bounded and says so', async () => {
  const { mail, logged } = sender(`smtp://127.0.0.1:${await freePort()}`, { capacity: 2 })
  expect([letter(), letter(), letter()].map((one) => mail.send(one))).toEqual([true, true, false])
  await logged('mail_turned_away')
  expect(mail.stats()).toMatchObject({ waiting: 2, turnedAway: 1 })
})

test('what cannot be sent before the process stops is logged', async () => {
  const { mail, logged } = sender(`smtp://127.0.0.1:${await freePort()}`)
  mail.send(letter())
  await logged('mail_deferred')
  await mail.stop()
  await logged('mail_lost')
  expect(mail.send(letter())).toBe(false)
  expect(mail.stats()).toMatchObject({ waiting: 0, failed: 1 })
})

test('what waits when the process stops gets one more attempt', async () => {
  const server = await mailServer()
  const { mail } = sender(server.url)
  for (let index = 0; index < 5; index++) mail.send(letter())
  await mail.stop()
  expect(server.received).toHaveLength(5)
})

test('names cannot add headers or recipients', async () => {
  const server = await mailServer()
  const { mail } = sender(server.url)
  const hostile = [
    'Li\r\nBcc: victim@example.org',
    'Li\nX-Spam: no\n\nother body',
    'Li <victim@example.org>, "x',
    '"; victim@example.org',
    '\u2028Bcc: victim@example.org',
    '=?utf-8?q?=0D=0ABcc:_victim@example.org?=',
  ]
  for (const name of hostile)
    mail.send(
      letter({ to: { name, address: 'li.na@example.org' }, subject: 'Osprey\r\nBcc: victim@example.org' }),
    )
  await server.mail(hostile.length)
  for (const { envelope, headerCounts } of server.received) {
    expect(envelope.to).toEqual(['li.na@example.org'])
    expect(headerCounts).toEqual({
      from: 1,
      to: 1,
      subject: 1,
      date: 1,
      'message-id': 1,
      'mime-version': 1,
      'auto-submitted': 1,
      'content-type': 1,
      'content-transfer-encoding': 1,
    })
  }
})

test.each([
  'li.na@example.org\r\nRCPT TO:<victim@example.org>',
  'li.na@example.org, victim@example.org',
  '"victim@example.org li"@example.org',
  'li.na@example.org <victim@example.org>',
  'li.na@[127.0.0.1]',
  'li.na',
  '',
])('%j is no address to send to', async (address) => {
  expect(deliverable(address)).toBe(false)
  const { mail } = sender('smtp://127.0.0.1:9')
  expect(mail.send(letter({ to: { name: 'x', address } }))).toBe(false)
  expect(mail.stats()).toMatchObject({ waiting: 0, turnedAway: 1 })
})

test('beyond loopback nothing is sent without TLS', async () => {
  const server = await mailServer()
  // 0.0.0.0 reaches this machine too, but by its name it could be any.
  const { mail, lines, logged } = sender(server.url.replace('127.0.0.1', '0.0.0.0'))
  mail.send(letter())
  await logged('mail_deferred')
  expect(server.received).toEqual([])
  expect(lines.join('')).toMatch(/ETLS|STARTTLS/)
  expect(lines.join('')).toContain('"verdict":"server_away"')
})

test('STARTTLS is used where it is offered, log-in included', async () => {
  const seen: string[] = []
  const server = await mailServer(0, {
    disabledCommands: [],
    onAuth: (
      auth: { username: string; password: string },
      session: { secure: boolean },
      done: (error: null, answer: object) => void,
    ) => {
      seen.push(`${auth.username} ${auth.password} ${session.secure}`)
      done(null, { user: auth.username })
    },
  })
  const { mail } = sender(server.url.replace('//', '//mailer:p%40ss@'))
  mail.send(letter())
  expect((await server.mail(1)).encrypted).toBe(true)
  expect(seen).toEqual(['mailer p@ss true'])
})

test('without a mail server nothing is taken', () => {
  const mail = new Mail({ config: null, log: createLog('silent') })
  expect([mail.configured, mail.send(letter())]).toEqual([false, false])
})

test.each([
  ['smtp://mail.example.org', { port: 587, secure: false, requireTLS: true }],
  ['smtps://mail.example.org', { port: 465, secure: true, requireTLS: false }],
  ['smtp://127.0.0.1:2525', { port: 2525, secure: false, requireTLS: false }],
  ['smtp://localhost', { host: 'localhost', requireTLS: false }],
  ['smtp://[::1]:25', { host: '::1', port: 25, requireTLS: false }],
  ['smtp://a%40b:c%3Ad@mail.example.org:25', { auth: { user: 'a@b', pass: 'c:d' }, requireTLS: true }],
])('%s', (url, expected) => {
  expect(serverOf(url)).toMatchObject(expected)
})

test('certificates are checked beyond loopback', () => {
  expect(serverOf('smtp://mail.example.org').tls.rejectUnauthorized).toBe(true)
  expect(serverOf('smtps://mail.example.org').tls.rejectUnauthorized).toBe(true)
  expect(serverOf('smtp://localhost').tls.rejectUnauthorized).toBe(false)
})

test.each([
  [{ code: 'EENVELOPE', responseCode: 550 }, 'refused'],
  [{ code: 'EENVELOPE', responseCode: 450 }, 'later'],
  [{ code: 'EENVELOPE' }, 'refused'],
  [{ code: 'EMESSAGE', responseCode: 554 }, 'refused'],
  [{ code: 'EAUTH', responseCode: 535 }, 'server_away'],
  [{ code: 'ETLS' }, 'server_away'],
  [{ code: 'ESOCKET' }, 'server_away'],
  [new Error('anything'), 'server_away'],
])('%j is %s', (error, verdict) => {
  expect(judgeFailure(error)).toBe(verdict)
})

test('reasons hold no link and stay short', () => {
  const reason = reasonOf({ code: 'EMESSAGE', response: `554 ${LINK.url} ${SECRET} ${'long '.repeat(200)}` })
  expect(reason).not.toContain(SECRET)
  expect(reason.length).toBeLessThan(330)
})
