import { createServer, type Server } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { MailServerFixture } from '../mail/smtp.fixture.ts'
import { above, definitionOf } from '../rules/rules.fixture.ts'
import { TestBackend } from '../testing.ts'

/** Channels, routes, tests and the log over HTTP, on a running backend. */

let backend: TestBackend
let hook: Server
let mails: MailServerFixture
const received: { url: string; headers: Record<string, unknown>; body: string }[] = []
let status = 200

beforeAll(async () => {
  hook = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      response.statusCode = status
      response.end(status === 200 ? '{"errcode":0,"errmsg":"ok"}' : 'not today, token-0123456789')
    })
  })
  await new Promise<void>((settle) => hook.listen(0, '127.0.0.1', settle))
  mails = await MailServerFixture.start(0, { disabledCommands: ['STARTTLS'] })
  backend = await TestBackend.start({
    OSPREY_WEBHOOK_ALLOW: '127.0.0.1',
    OSPREY_SMTP_URL: mails.url,
    OSPREY_MAIL_FROM: 'Osprey <osprey@example.org>',
    OSPREY_PUBLIC_URL: 'http://127.0.0.1:8080',
  })
})
afterAll(async () => {
  await TestBackend.stopAll()
  await mails.stop()
  hook.closeAllConnections()
  hook.close()
})

const address = () =>
  `http://127.0.0.1:${(hook.address() as { port: number }).port}/send?access_token=token-0123456789`
const channels = '/api/notifications/channels'
const routes = '/api/notifications/routes'
const create = (id: string, settings: object, rest: object = {}) =>
  backend.operator('POST', channels, { id, name: `Channel ${id}`, settings, ...rest })

test('an address and a secret go in and never come out', async () => {
  const secret = 'SEC-of-the-robot-42'
  const made = await create('robot', { kind: 'dingtalk', url: address(), secret }, { language: 'zh' })
  expect([made.status, made.body]).toEqual([
    201,
    {
      id: 'robot',
      name: 'Channel robot',
      language: 'zh',
      enabled: true,
      kind: 'dingtalk',
      addresses: [],
      host: new URL(address()).host,
      hasSecret: true,
      template: null,
      lastDeliveredAt: null,
      lastError: null,
    },
  ])
  const changed = await backend.operator('PATCH', `${channels}/robot`, { name: 'Robot' })
  // What a change leaves out stays: neither language nor switch falls back to its default.
  expect(changed.body).toMatchObject({ name: 'Robot', language: 'zh', hasSecret: true })
  const tested = await backend.operator('POST', `${channels}/robot/test`)
  expect(tested.body).toEqual({ delivered: true, detail: 'it answered 200: {"errcode":0,"errmsg":"ok"}' })
  const sent = received.at(-1)
  expect(sent?.url).toMatch(/^\/send\?access_token=token-0123456789&timestamp=\d{13}&sign=.+$/)
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({
    msgtype: 'markdown',
    markdown: { title: expect.stringContaining('通知渠道测试') },
  })
  const { text: audit } = await backend.operator('GET', '/api/audit/export')
  const stored = JSON.stringify(await backend.sql('select * from channels'))
  const listed = (await backend.operator('GET', channels)).text
  for (const [where, text] of Object.entries({ audit, stored, listed, log: backend.log.join('') })) {
    for (const hidden of [secret, 'token-0123456789'])
      expect([where, text.includes(hidden)]).toEqual([where, false])
  }
})

test('a template is changed without giving the address anew, and its placeholders are checked', async () => {
  await create('chat', { kind: 'slack', url: address(), template: '{{title}}' })
  const changed = await backend.operator('PATCH', `${channels}/chat`, {
    settings: { kind: 'slack', template: '*{{title}}* {{link}}' },
  })
  expect(changed.body).toMatchObject({ template: '*{{title}}* {{link}}', host: new URL(address()).host })
  await backend.operator('POST', `${channels}/chat/test`)
  expect(JSON.parse(received.at(-1)?.body ?? '').text).toBe(
    '*[Minor] Test of a notification channel · Channel chat* <http://127.0.0.1:8080/|Show>',
  )
  const wrong = await backend.operator('PATCH', `${channels}/chat`, {
    settings: { kind: 'slack', template: '{{secret}}' },
  })
  expect(wrong.body.errors).toEqual([
    expect.objectContaining({ field: 'settings.template', value: '{{secret}}' }),
  ])
  const other = await backend.operator('PATCH', `${channels}/chat`, { settings: { kind: 'wecom' } })
  expect([other.status, other.body.errors[0].expected]).toEqual([400, 'slack'])
})

test('a test says what went wrong, without the secrets', async () => {
  await create('hook', { kind: 'webhook', url: address(), secret: 'a signing secret' })
  status = 403
  const refused = await backend.operator('POST', `${channels}/hook/test`)
  status = 200
  expect(refused.body).toEqual({ delivered: false, detail: 'it answered 403: not today, …' })
  await create('inward', { kind: 'webhook', url: 'http://169.254.169.254/latest/meta-data/token-42' })
  const inward = await backend.operator('POST', `${channels}/inward/test`)
  expect(inward.body).toEqual({
    delivered: false,
    detail:
      '169.254.169.254 is not on the public internet; the operator can allow it in OSPREY_WEBHOOK_ALLOW',
  })
  const elsewhere = await backend.operator('PATCH', `${channels}/hook`, {
    settings: { kind: 'webhook', url: 'http://other.example/' },
  })
  // The secret was shared with the other host.
  expect(elsewhere.body).toMatchObject({ host: 'other.example', hasSecret: false })
})

test('a test by mail, and in the app', async () => {
  await create('office', { kind: 'email', addresses: ['duty@example.org'] })
  const tested = await backend.operator('POST', `${channels}/office/test`)
  expect(tested.body).toEqual({ delivered: true, detail: 'duty@example.org: the mail server took it' })
  expect((await mails.mail(1)).headers['subject']).toBe(
    '[Minor] Test of a notification channel · Channel office',
  )
  await create('app', { kind: 'in_app' })
  expect((await backend.operator('POST', `${channels}/app/test`)).body.delivered).toBe(false)
  const cookie = await backend.logIn()
  const headers = { cookie, 'content-type': 'application/json', origin: backend.url }
  const byAdmin = await backend.request('POST', `${channels}/app/test`, { headers })
  expect(byAdmin.body).toEqual({ delivered: true, detail: 'a notice for admin' })
  const notices = await backend.request('GET', '/api/session/notices', { headers })
  expect(notices.body).toMatchObject({
    unread: 1,
    notices: [{ kind: 'test', title: 'Channel app', read: false }],
  })
  const read = await backend.request('POST', '/api/session/notices/read', {
    headers,
    body: { notices: [notices.body.notices[0].id] },
  })
  expect([read.status, read.body]).toEqual([200, { unread: 0 }])
})

test('routes name what exists, keep what a change leaves out, and hold on to their channels', async () => {
  await create('used', { kind: 'in_app' })
  const made = await backend.operator('POST', routes, {
    id: 'night',
    name: 'Night',
    channels: ['used'],
    severity: 'severe',
    repeatSeconds: null,
  })
  expect(made.body).toMatchObject({
    id: 'night',
    severity: 'severe',
    groupBy: ['site', 'rule'],
    groupWaitSeconds: 10,
    repeatSeconds: null,
    resolved: true,
  })
  const changed = await backend.operator('PATCH', `${routes}/night`, { name: 'Nights', groupWaitSeconds: 30 })
  expect(changed.body).toEqual({ ...made.body, name: 'Nights', groupWaitSeconds: 30 })
  for (const [body, field] of [
    [{ channels: ['none'] }, 'channels.0'],
    [{ channels: ['used'], jurisdictions: ['atlantis'] }, 'jurisdictions.0'],
    [{ channels: ['used'], rules: ['none'] }, 'rules.0'],
    [{ channels: [] }, 'channels'],
  ] as const) {
    const answer = await backend.operator('POST', routes, { id: 'wrong', name: 'Wrong', ...body })
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, field])
  }
  expect((await backend.operator('DELETE', `${channels}/used`)).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining('night'),
  })
  expect(
    (await backend.operator('POST', routes, { id: 'night', name: 'x', channels: ['used'] })).status,
  ).toBe(409)
  expect((await backend.operator('DELETE', `${routes}/night`)).status).toBe(204)
  expect((await backend.operator('DELETE', `${channels}/used`)).status).toBe(204)
  expect((await backend.operator('DELETE', `${channels}/used`)).status).toBe(404)
})

/** Looks until it is so: groups are decided after the request. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const latest = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > latest) throw new Error(`never so: ${condition}`)
    await wait(20)
  }
}

test('a new route leads from what fires already, and so does one that was widened', async () => {
  const definition = definitionOf(above('pm25', 75))
  const rule = await backend.operator('POST', '/api/rules', { id: 'standing', definition })
  expect(rule.status).toBe(201)
  await backend.sql(`insert into alerts (id, rule, rule_version, target, station, trigger, state, severity, started_at,
      fired_at, recorded_at, unit, evidence, updated_at)
    values ('standing', 'standing', 1, 'st', 'st', 'condition', 'firing', 'moderate', now(), now(), now(), '',
      '{"items": [], "readings": []}', now())`)
  await create('app', { kind: 'in_app' })
  const told = (route: string) =>
    until(async () => {
      const { body } = await backend.operator('GET', '/api/notifications/deliveries?alert=standing')
      return body.deliveries.some((delivery: { route: string }) => delivery.route === route)
    })
  const common = { name: 'Route', channels: ['app'], groupWaitSeconds: 0 }
  await backend.operator('POST', routes, { id: 'late', ...common })
  await told('late')
  await backend.operator('POST', routes, { id: 'narrow', severity: 'extreme', ...common })
  await backend.operator('PATCH', `${routes}/narrow`, { severity: 'minor' })
  await told('narrow')
  for (const id of ['late', 'narrow']) await backend.operator('DELETE', `${routes}/${id}`)
  await backend.sql(`delete from alert_events where alert = 'standing'`)
  await backend.sql(`delete from alerts where id = 'standing'`)
  await backend.sql(`delete from deliveries`)
})

test('the log of deliveries, page by page', async () => {
  await backend.sql(`insert into deliveries (id, key, channel, lane, recipient, alerts, subject, content, state, created_at)
    select 'd' || n, 'k' || n, case when n % 2 = 0 then 'even' else 'odd' end, '', null, array['a' || n], 'Subject', '{}', 'delivered',
      timestamptz '2026-11-01' + n * interval '1 minute' from generate_series(10, 19) n`)
  const first = (await backend.operator('GET', '/api/notifications/deliveries?limit=4')).body
  expect([first.deliveries.map(({ id }: { id: string }) => id), first.next]).toEqual([
    ['d19', 'd18', 'd17', 'd16'],
    'd16',
  ])
  const next = (
    await backend.operator('GET', '/api/notifications/deliveries?limit=40&before=d16&channel=even')
  ).body
  expect([next.deliveries.map(({ id }: { id: string }) => id), next.next]).toEqual([
    ['d14', 'd12', 'd10'],
    null,
  ])
  const one = (await backend.operator('GET', '/api/notifications/deliveries?alert=a13&state=delivered')).body
  expect(one.deliveries).toMatchObject([{ id: 'd13', key: 'k13', alerts: ['a13'], state: 'delivered' }])
  expect((await backend.operator('GET', '/api/notifications/deliveries?before=nothing')).status).toBe(400)
})

test('the feed is public, and empty without public rules', async () => {
  const feed = await backend.request('GET', '/cap/alerts.atom')
  expect([feed.status, feed.headers['content-type'], feed.headers['cache-control']]).toEqual([
    200,
    'application/atom+xml; charset=utf-8',
    'public, max-age=5',
  ])
  expect(feed.text).toContain('<id>http://127.0.0.1:8080/cap/alerts.atom</id>')
  expect((await backend.request('GET', '/cap/alerts/none')).status).toBe(404)
})

test('measurements tell of notifications', async () => {
  const { text } = await backend.operator('GET', '/metrics')
  expect(text).toContain('osprey_notifications{state="waiting"} 0')
  expect(text).toContain('osprey_notifications_oldest_waiting_seconds 0')
})
