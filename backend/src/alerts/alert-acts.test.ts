import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AlertView } from '@osprey/core/api/alerts'
import type { AlertsMessage } from '@osprey/core/live'
import type WebSocket from 'ws'
import { openLive } from '../access/access.fixture.ts'
import { audited, logIn, person, settle } from '../accounts/people.fixture.ts'
import { box } from '../territory/territory.fixture.ts'
import { type Answer, TestBackend } from '../testing.ts'
import { insertAlert } from './acts.fixture.ts'

let backend: TestBackend
const cookies = new Map<string, string>()

beforeAll(async () => {
  backend = await TestBackend.start()
  for (const [id, west] of [
    ['west', 0],
    ['east', 20],
  ] as const) {
    const geometry = box(west, 0, west + 10, 10)
    await must(backend.operator('POST', '/api/jurisdictions', { id, name: id, parent: null, geometry }))
    const station = { id, name: id, latitude: 5, longitude: west + 5, medium: 'air' }
    await must(backend.operator('POST', '/api/stations', station))
  }
  const people = {
    mei: { role: 'inspector', jurisdictions: ['west'] },
    li: { role: 'officer', jurisdictions: null },
    eastern: { role: 'inspector', jurisdictions: ['east'] },
    looker: { role: 'viewer', jurisdictions: ['west'] },
  } as const
  for (const [username, rights] of Object.entries(people)) {
    const { role, jurisdictions } = rights
    await settle(backend, person(username, { role, jurisdictions: jurisdictions && [...jurisdictions] }))
    cookies.set(username, await logIn(backend, username))
  }
}, 60_000)
afterAll(() => TestBackend.stopAll())

async function must(answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer
  if (status >= 300) throw new Error(`${status}: ${text}`)
  return answer
}

let made = 0
async function alert(station = 'west', more: object = {}): Promise<string> {
  const id = `alert-${++made}`
  await insertAlert(backend, id, { station, ...more })
  return id
}
const as = (username: string, method: string, path: string, body?: unknown) =>
  backend.request(method, path, { headers: { cookie: cookies.get(username) as string }, body })
const act = (username: string, id: string, action: string, body: unknown = {}) =>
  as(username, 'POST', `/api/alerts/${id}/${action}`, body)
const detail = async (id: string) => (await backend.operator('GET', `/api/alerts/${id}`)).body
const kinds = async (id: string) => (await detail(id)).events.map(({ kind }: { kind: string }) => kind)

test('a life in the hands of people: each act is in the view, the history and the audit log', async () => {
  const id = await alert()
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const steps: [action: string, body: object, view: Partial<AlertView>][] = [
    ['acknowledge', { text: 'on my way' }, { acknowledgedBy: 'mei' }],
    ['unacknowledge', {}, { acknowledgedBy: null, acknowledgedAt: null }],
    ['assign', { assignee: 'li' }, { assignee: 'li' }],
    ['comment', { text: '@li and @looker, see @eastern' }, { comments: 1 }],
    ['snooze', { until }, { snoozedUntil: until }],
    ['mute', { muted: true }, { muted: true }],
    ['mute', { muted: false }, { muted: false }],
    ['resolve', { text: 'valve shut' }, { state: 'resolved', resolution: 'by_hand' }],
    ['false-alarm', { falseAlarm: true, reason: 'calibration' }, {}],
    ['false-alarm', { falseAlarm: false }, { falseAlarm: null }],
  ]
  for (const [action, body, view] of steps) {
    const answer = await act('mei', id, action, body)
    expect([action, answer.status, answer.body]).toEqual([action, 200, expect.objectContaining(view)])
  }
  const { events } = await detail(id)
  expect(events.map(({ kind, actor }: { kind: string; actor: string }) => `${actor} ${kind}`)).toEqual(
    [
      'acknowledged',
      'unacknowledged',
      'assigned',
      'commented',
      'snoozed',
      'muted',
      'unmuted',
      'resolved',
      'false_alarm',
      'not_false_alarm',
    ].map((kind) => `mei ${kind}`),
  )
  // Whose territory does not hold the alert is not called.
  expect(events[3].detail).toEqual({
    text: '@li and @looker, see @eastern',
    mentions: ['li', 'looker'],
  })
  const entries = await audited(backend, { object: id })
  expect(entries.map(({ action }) => action)).toEqual([
    'alert.acknowledged',
    'alert.unacknowledged',
    'alert.assigned',
    'alert.commented',
    'alert.snoozed',
    'alert.muted',
    'alert.muted',
    'alert.resolved',
    'alert.judged',
    'alert.judged',
  ])
  expect(entries[2]).toMatchObject({
    actor: { name: 'mei' },
    before: { assignee: null },
    after: { assignee: 'li' },
  })
})

test('of two who acknowledge at once one does, and the other is told who', async () => {
  const id = await alert()
  const answers = await Promise.all([act('mei', id, 'acknowledge'), act('li', id, 'acknowledge')])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  const done = answers.find(({ status }) => status === 200)?.body.acknowledgedBy
  const told = answers.find(({ status }) => status === 409)?.body.detail
  expect(told).toMatch(new RegExp(`^${done} has acknowledged this alert already, at 20`))
  expect(await kinds(id)).toEqual(['acknowledged'])
})

test('what several people do at once is all there', async () => {
  const id = await alert()
  const comments = Array.from({ length: 10 }, (_, number) =>
    act(number % 2 ? 'mei' : 'li', id, 'comment', { text: `${number}` }),
  )
  await Promise.all([
    ...comments,
    act('li', id, 'mute', { muted: true }),
    act('mei', id, 'assign', { assignee: 'mei' }),
  ])
  const found = await detail(id)
  expect([found.comments, found.events.length, found.muted, found.assignee]).toEqual([10, 12, true, 'mei'])
})

test('an alert is resolved by hand once', async () => {
  const id = await alert()
  expect((await act('mei', id, 'resolve')).status).toBe(200)
  const again = await act('li', id, 'resolve')
  expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining('by hand already, at 20')])
})

test('what lies outside the territory, and acts without the right, come to nothing', async () => {
  const id = await alert('east')
  expect((await act('mei', id, 'acknowledge')).status).toBe(404)
  const mine = await alert('west')
  expect((await act('looker', mine, 'acknowledge')).status).toBe(403)
  expect(await kinds(id)).toEqual([])
  expect((await as('mei', 'GET', `/api/alerts/${id}`)).status).toBe(404)
})

test('an alert is assigned to people who work on alerts and whose territory holds it', async () => {
  const id = await alert('west')
  for (const assignee of ['eastern', 'looker', 'nobody', 'a\0b']) {
    const answer = await act('mei', id, 'assign', { assignee })
    expect([assignee, answer.status, answer.body.errors[0].field]).toEqual([assignee, 400, 'assignee'])
  }
  const usernames = async (username: string) =>
    (await as(username, 'GET', '/api/alerts/assignees')).body.map((one: { username: string }) => one.username)
  expect(await usernames('mei')).toEqual(['admin', 'li', 'mei'])
  expect(await usernames('li')).toEqual(['admin', 'eastern', 'li', 'mei'])
  expect((await act('mei', id, 'assign', { assignee: 'mei' })).body.assignee).toBe('mei')
  expect((await act('li', id, 'assign', { assignee: null })).body.assignee).toBeNull()
})

test('many at once: what cannot be done is listed with the reason, the rest is done', async () => {
  const [one, two, eastern] = [await alert(), await alert(), await alert('east')]
  await act('li', two, 'acknowledge')
  const alerts = [one, two, eastern, 'nothing', one]
  const answer = await as('mei', 'POST', '/api/alerts/bulk', {
    alerts,
    action: 'acknowledge',
    input: { text: 'storm' },
  })
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      done: [one],
      failed: [
        { id: two, title: expect.stringContaining('li has acknowledged') },
        { id: eastern, title: 'there is no such alert' },
        { id: 'nothing', title: 'there is no such alert' },
      ],
    },
  ])
  expect(await kinds(one)).toEqual(['acknowledged'])
  expect(await audited(backend, { object: one })).toHaveLength(1)
  const wrong = await as('mei', 'POST', '/api/alerts/bulk', { alerts: [one], action: 'comment', input: {} })
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([400, 'input.text'])
})

test('watchers are told at once of what lies in their territory', async () => {
  const pair = await alert('west', { other: 'east' })
  const id = await alert('west')
  const sockets = new Map<string, WebSocket>()
  for (const username of ['mei', 'looker', 'eastern', 'li']) {
    sockets.set(username, await openLive(backend, { cookie: cookies.get(username) as string }))
  }
  const told = async (username: string): Promise<AlertView[]> => {
    for (;;) {
      const [data] = await once(sockets.get(username) as WebSocket, 'message')
      const message = JSON.parse(String(data)) as AlertsMessage
      if (message.type === 'alerts') return message.alerts
    }
  }
  const both = Promise.all(['mei', 'looker', 'li'].map(told))
  const outside = told('eastern')
  await act('li', id, 'acknowledge')
  for (const alerts of await both) expect(alerts).toMatchObject([{ id, acknowledgedBy: 'li' }])
  const seen = told('mei')
  await act('li', pair, 'acknowledge')
  expect(await seen).toMatchObject([{ id: pair, station: 'west', other: null }])
  // The first it hears of is the one whose other station is its own.
  expect(await outside).toMatchObject([{ id: pair, station: null, other: 'east' }])
  for (const socket of sockets.values()) socket.terminate()
})

test('saved searches are the own ones, by name, bounded', async () => {
  const save = (username: string, name: string, query = 'state=firing') =>
    as(username, 'POST', '/api/session/alert-views', { name, query })
  const first = await save('mei', 'Night')
  expect([first.status, first.body]).toEqual([
    201,
    { id: expect.any(String), name: 'Night', query: 'state=firing' },
  ])
  await save('mei', 'Night', 'severity=extreme')
  const views = await as('mei', 'GET', '/api/session/alert-views')
  expect(views.body).toEqual([{ ...first.body, query: 'severity=extreme' }])
  expect((await as('li', 'GET', '/api/session/alert-views')).body).toEqual([])
  const path = `/api/session/alert-views/${first.body.id}`
  expect((await as('li', 'DELETE', path)).status).toBe(404)
  for (let number = 1; number < 50; number++) await save('mei', `View ${number}`)
  expect((await save('mei', 'One more')).status).toBe(409)
  expect((await as('mei', 'DELETE', path)).status).toBe(204)
  expect((await save('mei', 'One more')).status).toBe(201)
  expect((await backend.operator('POST', '/api/session/alert-views', { name: 'x', query: '' })).status).toBe(
    409,
  )
  expect((await backend.operator('GET', '/api/session/alert-views')).body).toEqual([])
})
