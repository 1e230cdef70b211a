import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { insertAlert } from '../alerts/acts.fixture.ts'
import { box } from '../territory/territory.fixture.ts'
import { type Answer, TestBackend } from '../testing.ts'

let backend: TestBackend
/** Requests of an officer of the north. */
let north: (method: string, path: string, body?: unknown) => Promise<Answer>

beforeAll(async () => {
  backend = await TestBackend.start()
  const make = async (path: string, body: object) => {
    const answer = await backend.operator('POST', path, body)
    if (answer.status !== 201) throw new Error(answer.text)
    return answer.body
  }
  for (const [id, south] of [
    ['north', 0],
    ['south', -20],
  ] as const) {
    await make('/api/jurisdictions', { id, name: id, parent: null, geometry: box(0, south, 10, south + 10) })
  }
  await make('/api/stations', { id: 'n1', name: 'N', longitude: 5, latitude: 5, medium: 'air' })
  await make('/api/stations', { id: 's1', name: 'S', longitude: 5, latitude: -15, medium: 'air' })
  const person = await make('/api/accounts', {
    username: 'nora',
    displayName: 'Nora',
    email: null,
    role: 'officer',
    jurisdictions: ['north'],
  })
  const token = new URL(person.link.url).hash.split('token=')[1]
  const password = 'correct horse of nora'
  await backend.request('POST', '/api/session/link/redeem', { body: { token, password } })
  const { headers } = await backend.request('POST', '/api/session', { body: { username: 'nora', password } })
  const cookie = (headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ')
  north = (method, path, body) => backend.request(method, path, { body, headers: { cookie } })
  await insertAlert(backend, 'north-alert', { station: 'n1' })
  await insertAlert(backend, 'south-alert', { station: 's1' })
})
afterAll(() => TestBackend.stopAll())

const HOUR = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString()
const bodyOf = (rest: object = {}) => ({
  reason: 'Calibration',
  scope: {},
  startsAt: inHours(0),
  endsAt: inHours(1),
  ...rest,
})
const silencedBy = async (id: string) =>
  (await backend.sql('select silenced_by from alerts where id = $1', [id]))[0]?.['silenced_by']
const expectedOf = ({ body }: Answer) => body.errors.map(({ field }: { field: string }) => field)

test('a silence is made, prolonged and ended; its alerts follow at once and say by whom', async () => {
  const made = await backend.operator('POST', '/api/silences', bodyOf({ scope: { stations: ['n1'] } }))
  expect([made.status, made.text]).toEqual([201, expect.any(String)])
  expect(made.body).toMatchObject({
    author: 'operator',
    state: 'active',
    endedBy: null,
    matching: 1,
    rules: null,
  })
  const { id } = made.body
  expect(await silencedBy('north-alert')).toEqual([id])
  expect(await silencedBy('south-alert')).toEqual([])

  const prolonged = await backend.operator('PATCH', `/api/silences/${id}`, {
    endsAt: inHours(48),
    reason: 'Repair',
  })
  expect(prolonged.body).toMatchObject({ reason: 'Repair', state: 'active', matching: 1 })

  expect((await backend.operator('DELETE', `/api/silences/${id}`)).status).toBe(204)
  expect(await silencedBy('north-alert')).toEqual([])
  const listed = (await backend.operator('GET', '/api/silences')).body.find(
    (one: { id: string }) => one.id === id,
  )
  expect(listed).toMatchObject({ state: 'expired', endedBy: 'operator', matching: 0, reason: 'Repair' })
  expect((await backend.operator('DELETE', `/api/silences/${id}`)).status).toBe(409)
  expect((await backend.operator('PATCH', `/api/silences/${id}`, { reason: 'x' })).status).toBe(409)

  const events = await backend.sql("select * from alert_events where alert = 'north-alert' order by id")
  expect(events).toMatchObject([
    { kind: 'silenced', actor: '', detail: { silence: id, author: 'operator', reason: 'Calibration' } },
    { kind: 'unsilenced', actor: '', detail: { silence: id } },
  ])
})

describe('within a territory', () => {
  test('a silence needs a jurisdiction of the own and reaches no further', async () => {
    const wide = await north('POST', '/api/silences', bodyOf())
    expect([wide.status, expectedOf(wide)]).toEqual([400, ['jurisdiction']])
    const foreign = await north('POST', '/api/silences', bodyOf({ jurisdiction: 'south' }))
    expect([foreign.status, expectedOf(foreign)]).toEqual([400, ['jurisdiction']])
    const station = await north(
      'POST',
      '/api/silences',
      bodyOf({ jurisdiction: 'north', scope: { stations: ['s1'] } }),
    )
    expect([station.status, expectedOf(station)]).toEqual([400, ['scope.stations.0']])

    const own = await north('POST', '/api/silences', bodyOf({ jurisdiction: 'north' }))
    expect(own.body).toMatchObject({ author: 'nora', matching: 1 })
    expect(await silencedBy('north-alert')).toEqual([own.body.id])
    expect(await silencedBy('south-alert')).toEqual([])
    expect((await north('DELETE', `/api/silences/${own.body.id}`)).status).toBe(204)
  })

  test('silences of others are not there; one of the whole territory is seen, without what lies outside', async () => {
    const make = async (rest: object) =>
      (await backend.operator('POST', '/api/silences', bodyOf(rest))).body.id
    const south = await make({ jurisdiction: 'south' })
    const both = await make({ scope: { stations: ['n1', 's1'] } })
    const outside = await make({ scope: { stations: ['s1'] } })
    const { body } = await north('GET', '/api/silences')
    const seen = body.filter(({ state }: { state: string }) => state === 'active')
    expect(seen).toMatchObject([{ id: both, matching: 1, scope: { stations: ['n1'] } }])
    expect((await north('DELETE', `/api/silences/${south}`)).status).toBe(404)
    expect((await north('PATCH', `/api/silences/${both}`, { reason: 'x' })).status).toBe(403)
    for (const id of [south, both, outside]) await backend.operator('DELETE', `/api/silences/${id}`)
  })
})

test('a jurisdiction cannot be removed while a silence of it holds; one that is over does not hold it', async () => {
  const area = { id: 'west', name: 'West', parent: null, geometry: box(40, 0, 41, 1) }
  await backend.operator('POST', '/api/jurisdictions', area)
  const { id } = (await backend.operator('POST', '/api/silences', bodyOf({ jurisdiction: 'west' }))).body
  const refused = await backend.operator('DELETE', '/api/jurisdictions/west')
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    expect.stringContaining('1 silence belongs to it'),
  ])
  await backend.operator('DELETE', `/api/silences/${id}`)
  expect((await backend.operator('DELETE', '/api/jurisdictions/west')).status).toBe(204)
})

test.each<[string, object, string[]]>([
  ['no reason', { reason: '' }, ['reason']],
  ['an end before its start', { startsAt: inHours(2), endsAt: inHours(1) }, ['endsAt']],
  ['an end in the past', { startsAt: inHours(-2), endsAt: inHours(-1) }, ['endsAt']],
  ['more than a year', { endsAt: inHours(24 * 400) }, ['endsAt']],
  ['a rule that does not exist', { rules: ['nothing'] }, ['rules.0']],
  ['a jurisdiction that does not exist', { jurisdiction: 'nowhere' }, ['jurisdiction']],
  ['a site that does not exist', { scope: { sites: ['nothing'] } }, ['scope.sites.0']],
  [
    'hours that are none',
    { recurring: { timeZone: 'Mars/Olympus', schedule: [{ days: [1], from: '25:00', to: '06:00' }] } },
    ['recurring.timeZone', 'recurring.schedule.0.from'],
  ],
])('refused: %s', async (_, rest, fields) => {
  const answer = await backend.operator('POST', '/api/silences', bodyOf(rest))
  expect([answer.status, expectedOf(answer)]).toEqual([400, fields])
})

test('one that cannot be is not found', async () => {
  for (const id of ['nothing', '%00', 'x'.repeat(500)]) {
    expect((await backend.operator('PATCH', `/api/silences/${id}`, { reason: 'x' })).status).toBe(404)
  }
})

test('it holds after a restart, and one to come is pending', async () => {
  const body = bodyOf({ scope: { stations: ['n1'] } })
  const { id } = (await backend.operator('POST', '/api/silences', body)).body
  const later = await backend.operator(
    'POST',
    '/api/silences',
    bodyOf({ startsAt: inHours(1), endsAt: inHours(2) }),
  )
  expect(later.body).toMatchObject({ state: 'pending', matching: 0 })
  await backend.restart()
  const states = (await backend.operator('GET', '/api/silences')).body
  expect(states.slice(0, 3)).toMatchObject([
    { state: 'pending' },
    { id, state: 'active' },
    { state: 'expired' },
  ])
})
