import { Secret, TOTP } from 'otpauth'
import { insertAlert } from '../alerts/acts.fixture.ts'
import { type Answer, cookiesOf, type TestBackend } from '../testing.ts'

/** Prepares what a request needs and answers the request itself. */
export type Sample = (backend: TestBackend) => Promise<() => Promise<Answer>>

const PASSWORD = 'correct horse of the sample'
const STATION = { name: 'Gate', latitude: 1, longitude: 2, medium: 'air' }
const SQUARE = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ],
  ],
}
const RULE = {
  name: 'Dust at the gate',
  severity: 'moderate',
  trigger: {
    kind: 'condition',
    condition: {
      kind: 'comparison',
      measure: { property: 'pm25', statistic: 'mean', windowSeconds: 3600 },
      operator: 'gt',
      threshold: { kind: 'number', value: 75 },
    },
  },
  scope: {},
}
const GEOJSON = { 'content-type': 'application/geo+json' }

let used = 0
const fresh = (kind: string) => `${kind}-${++used}`

async function must(answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer
  if (status >= 300) throw new Error(`a sample's preparation answered ${status}: ${text}`)
  return answer
}

/** Creates one by POST and answers its id. */
async function made(backend: TestBackend, path: string, kind: string, body: object): Promise<string> {
  const id = fresh(kind)
  await must(backend.operator('POST', path, { id, ...body }))
  return id
}
const station = (backend: TestBackend) => made(backend, '/api/stations', 'station', STATION)
const site = (backend: TestBackend) => made(backend, '/api/sites', 'site', { name: 'Mill' })
const device = (backend: TestBackend) => made(backend, '/api/devices', 'device', { stations: [] })
const jurisdiction = (backend: TestBackend) =>
  made(backend, '/api/jurisdictions', 'jurisdiction', { name: 'North', parent: null, geometry: SQUARE })

const SILENCE = {
  reason: 'Calibration',
  scope: {},
  endsAt: new Date(Date.now() + 3_600_000).toISOString(),
}
async function silence(backend: TestBackend): Promise<string> {
  const startsAt = new Date().toISOString()
  return (await must(backend.operator('POST', '/api/silences', { ...SILENCE, startsAt }))).body.id
}

const rule = (backend: TestBackend) => made(backend, '/api/rules', 'rule', { definition: RULE })

async function alert(backend: TestBackend): Promise<string> {
  const id = fresh('alert')
  await insertAlert(backend, id, { station: 'gate' })
  return id
}

/** Refused before anything is sent. */
const channel = (backend: TestBackend) =>
  made(backend, '/api/notifications/channels', 'channel', {
    name: 'Hook',
    settings: { kind: 'webhook', url: 'http://127.0.0.1:9/', secret: 'correct horse of the sample' },
  })
const route = async (backend: TestBackend) =>
  made(backend, '/api/notifications/routes', 'route', { name: 'All', channels: [await channel(backend)] })

async function layer(backend: TestBackend): Promise<string> {
  const id = fresh('layer')
  const rivers = JSON.stringify({ type: 'FeatureCollection', features: [] })
  await must(backend.operator('PUT', `/api/layers/${id}?name=Rivers`, rivers, GEOJSON))
  return id
}

interface Person {
  username: string
  /** Of the one-time link. */
  token: string
}

async function account(backend: TestBackend): Promise<Person> {
  const username = fresh('person')
  const email = `${username}@example.org`
  const body = { username, displayName: 'Mei', email, role: 'supervisor', jurisdictions: null }
  const answer = await must(backend.operator('POST', '/api/accounts', body))
  return { username, token: new URL(answer.body.link.url).hash.split('token=')[1] as string }
}

const logIn = ({ username }: Pick<Person, 'username'>, backend: TestBackend) =>
  must(backend.request('POST', '/api/session', { body: { username, password: PASSWORD } }))

/** Somebody who is logged in: requests in their name. */
async function person(backend: TestBackend) {
  const { username, token } = await account(backend)
  await must(backend.request('POST', '/api/session/link/redeem', { body: { token, password: PASSWORD } }))
  const cookie = cookiesOf(await logIn({ username }, backend))
  const call = (method: string, path: string, body?: unknown) =>
    backend.request(method, `/api/session${path}`, { headers: { cookie }, body })
  return { username, call }
}

async function withSecondFactor(backend: TestBackend) {
  const somebody = await person(backend)
  const { secret } = (await must(somebody.call('POST', '/second-factor', { current: PASSWORD }))).body
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
  const confirm = () => somebody.call('POST', '/second-factor/confirm', { code })
  return { ...somebody, confirm }
}

async function confirmed(backend: TestBackend) {
  const somebody = await withSecondFactor(backend)
  const { recoveryCodes } = (await must(somebody.confirm())).body
  return { ...somebody, code: recoveryCodes[0] as string }
}

const operator =
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Sample =>
  async (backend) =>
  () =>
    backend.operator(method, path, body, headers)

/** With the id of one that was made for it in the path. */
const onOne =
  (
    make: (backend: TestBackend) => Promise<string>,
    method: string,
    path: (id: string) => string,
    body?: unknown,
  ): Sample =>
  async (backend) => {
    const id = await make(backend)
    return () => backend.operator(method, path(id), body)
  }

const onAccount = (method: string, rest = '', body?: unknown): Sample =>
  onOne(
    async (backend) => (await account(backend)).username,
    method,
    (username) => `/api/accounts/${username}${rest}`,
    body,
  )

const asPerson =
  (method: string, path: string, body?: unknown): Sample =>
  async (backend) => {
    const { call } = await person(backend)
    return () => call(method, path, body)
  }

const onAlert = (action: string, body: object = {}): Sample =>
  onOne(alert, 'POST', (id) => `/api/alerts/${id}/${action}`, body)

const file = (features: object[]) => JSON.stringify({ type: 'FeatureCollection', features })

/** A valid request for every route that changes something. */
export const SAMPLES: Record<string, Sample> = {
  'POST /api/session': async (backend) => {
    const { username } = await person(backend)
    return () => logIn({ username }, backend)
  },
  'POST /api/session/visit': async (backend) => () => backend.request('POST', '/api/session/visit'),
  'DELETE /api/session': asPerson('DELETE', ''),
  'PUT /api/session/password': asPerson('PUT', '/password', {
    current: PASSWORD,
    password: 'another horse of the sample',
  }),
  'POST /api/session/reset': async (backend) => {
    const { username } = await person(backend)
    return () => backend.request('POST', '/api/session/reset', { body: { username } })
  },
  'POST /api/session/link/redeem': async (backend) => {
    const { token } = await account(backend)
    const body = { token, password: PASSWORD }
    return () => backend.request('POST', '/api/session/link/redeem', { body })
  },
  'DELETE /api/session/sessions': async (backend) => {
    const { username, call } = await person(backend)
    await logIn({ username }, backend)
    return () => call('DELETE', '/sessions')
  },
  'DELETE /api/session/sessions/:id': async (backend) => {
    const { username, call } = await person(backend)
    await logIn({ username }, backend)
    const sessions: { id: string; current: boolean }[] = (await call('GET', '/sessions')).body
    return () => call('DELETE', `/sessions/${sessions.find(({ current }) => !current)?.id}`)
  },
  'POST /api/session/second-factor/confirm': async (backend) => (await withSecondFactor(backend)).confirm,
  'POST /api/session/second-factor/disable': async (backend) => {
    const { call, code } = await confirmed(backend)
    return () => call('POST', '/second-factor/disable', { code })
  },
  'POST /api/session/second-factor/recovery-codes': async (backend) => {
    const { call, code } = await confirmed(backend)
    return () => call('POST', '/second-factor/recovery-codes', { code })
  },
  'POST /api/session/tokens': asPerson('POST', '/tokens', {
    name: 'export',
    scopes: ['stations:read'],
    expiresInDays: 1,
    current: PASSWORD,
  }),
  'DELETE /api/session/tokens/:id': async (backend) => {
    const { call } = await person(backend)
    const body = { name: 'export', scopes: ['stations:read'], expiresInDays: 1, current: PASSWORD }
    const { id } = (await must(call('POST', '/tokens', body))).body
    return () => call('DELETE', `/tokens/${id}`)
  },
  'POST /api/session/alert-views': asPerson('POST', '/alert-views', { name: 'Night', query: 'state=firing' }),
  'DELETE /api/session/alert-views/:id': async (backend) => {
    const { call } = await person(backend)
    const { id } = (await must(call('POST', '/alert-views', { name: 'Night', query: '' }))).body
    return () => call('DELETE', `/alert-views/${id}`)
  },

  'POST /api/accounts': operator('POST', '/api/accounts', {
    username: 'sample',
    displayName: 'Sample',
    email: null,
    role: 'viewer',
    jurisdictions: null,
  }),
  'PATCH /api/accounts/:username': onAccount('PATCH', '', { displayName: 'Li' }),
  'DELETE /api/accounts/:username': onAccount('DELETE'),
  'POST /api/accounts/:username/link': onAccount('POST', '/link'),
  'DELETE /api/accounts/:username/sessions': async (backend) => {
    const { username } = await person(backend)
    return () => backend.operator('DELETE', `/api/accounts/${username}/sessions`)
  },
  'DELETE /api/accounts/:username/second-factor': async (backend) => {
    const { username } = await confirmed(backend)
    return () => backend.operator('DELETE', `/api/accounts/${username}/second-factor`)
  },

  'POST /api/jurisdictions': operator('POST', '/api/jurisdictions', {
    id: 'sample',
    name: 'North',
    parent: null,
    geometry: SQUARE,
  }),
  'POST /api/jurisdictions/import': operator(
    'POST',
    '/api/jurisdictions/import',
    file([{ type: 'Feature', id: 'imported', geometry: SQUARE, properties: { name: 'South' } }]),
    GEOJSON,
  ),
  'PATCH /api/jurisdictions/:id': onOne(jurisdiction, 'PATCH', (id) => `/api/jurisdictions/${id}`, {
    name: 'East',
  }),
  'DELETE /api/jurisdictions/:id': onOne(jurisdiction, 'DELETE', (id) => `/api/jurisdictions/${id}`),

  'POST /api/stations': operator('POST', '/api/stations', { id: 'sample', ...STATION }),
  'POST /api/stations/import': operator(
    'POST',
    '/api/stations/import',
    'id,name,latitude,longitude,medium\nimported,Gate,1,2,air\n',
    { 'content-type': 'text/csv' },
  ),
  'PATCH /api/stations/:id': onOne(station, 'PATCH', (id) => `/api/stations/${id}`, { name: 'Weir' }),
  'DELETE /api/stations/:id': onOne(station, 'DELETE', (id) => `/api/stations/${id}`),
  'POST /api/sites': operator('POST', '/api/sites', { id: 'sample', name: 'Mill' }),
  'PATCH /api/sites/:id': onOne(site, 'PATCH', (id) => `/api/sites/${id}`, { name: 'Kiln' }),
  'DELETE /api/sites/:id': onOne(site, 'DELETE', (id) => `/api/sites/${id}`),

  'POST /api/properties': operator('POST', '/api/properties', {
    id: 'sample_property',
    name: { en: 'Sample', zh: '样品' },
    media: ['air'],
    unit: '1',
    symbol: '',
    kind: 'number',
    precision: 1,
  }),
  'PUT /api/layers/:id': operator('PUT', '/api/layers/sample?name=Rivers', file([]), GEOJSON),
  'DELETE /api/layers/:id': onOne(layer, 'DELETE', (id) => `/api/layers/${id}`),

  'POST /api/devices': operator('POST', '/api/devices', { id: 'sample', stations: [] }),
  'POST /api/devices/bulk': operator('POST', '/api/devices/bulk', {
    devices: [{ id: 'sample-bulk', stations: [] }],
  }),
  'PATCH /api/devices/:id': onOne(device, 'PATCH', (id) => `/api/devices/${id}`, { disabled: true }),
  'DELETE /api/devices/:id': onOne(device, 'DELETE', (id) => `/api/devices/${id}`),
  'POST /api/devices/:id/rotate': onOne(device, 'POST', (id) => `/api/devices/${id}/rotate`),
  'POST /api/devices/:id/commands': onOne(device, 'POST', (id) => `/api/devices/${id}/commands`, {
    name: 'calibrate',
  }),

  'POST /api/rules': operator('POST', '/api/rules', { id: 'sample', definition: RULE }),
  'PATCH /api/rules/:id': onOne(rule, 'PATCH', (id) => `/api/rules/${id}`, { active: true }),
  'DELETE /api/rules/:id': onOne(rule, 'DELETE', (id) => `/api/rules/${id}`),
  'POST /api/silences': async (backend) => () =>
    backend.operator('POST', '/api/silences', { ...SILENCE, startsAt: new Date().toISOString() }),
  'PATCH /api/silences/:id': onOne(silence, 'PATCH', (id) => `/api/silences/${id}`, { reason: 'Repair' }),
  'DELETE /api/silences/:id': onOne(silence, 'DELETE', (id) => `/api/silences/${id}`),
  'PUT /api/holidays': operator('PUT', '/api/holidays', {
    holidays: [{ date: '2026-10-01', name: 'National Day' }],
  }),

  'POST /api/alerts/bulk': async (backend) => {
    const alerts = [await alert(backend), await alert(backend)]
    return () => backend.operator('POST', '/api/alerts/bulk', { alerts, action: 'acknowledge' })
  },
  'POST /api/alerts/:id/acknowledge': onAlert('acknowledge', { text: 'on my way' }),
  'POST /api/alerts/:id/unacknowledge': async (backend) => {
    const id = await alert(backend)
    await must(backend.operator('POST', `/api/alerts/${id}/acknowledge`, {}))
    return () => backend.operator('POST', `/api/alerts/${id}/unacknowledge`)
  },
  'POST /api/alerts/:id/assign': onAlert('assign', { assignee: 'admin' }),
  'POST /api/alerts/:id/comment': onAlert('comment', { text: 'seen' }),
  'POST /api/alerts/:id/snooze': onAlert('snooze', { until: new Date(Date.now() + 3_600_000).toISOString() }),
  'POST /api/alerts/:id/mute': onAlert('mute', { muted: true }),
  'POST /api/alerts/:id/resolve': onAlert('resolve', { text: 'valve shut' }),
  'POST /api/alerts/:id/false-alarm': onAlert('false-alarm', { falseAlarm: true, reason: 'calibration' }),

  'POST /api/notifications/channels': operator('POST', '/api/notifications/channels', {
    id: 'sample',
    name: 'Robot',
    settings: { kind: 'dingtalk', url: 'https://robot.example.org/send?token=horse%20of%20the%20sample' },
  }),
  'PATCH /api/notifications/channels/:id': onOne(
    channel,
    'PATCH',
    (id) => `/api/notifications/channels/${id}`,
    {
      settings: { kind: 'webhook', secret: 'another horse of the sample' },
    },
  ),
  'DELETE /api/notifications/channels/:id': onOne(
    channel,
    'DELETE',
    (id) => `/api/notifications/channels/${id}`,
  ),
  'POST /api/notifications/channels/:id/test': onOne(
    channel,
    'POST',
    (id) => `/api/notifications/channels/${id}/test`,
  ),
  'POST /api/notifications/routes': async (backend) => {
    const id = await channel(backend)
    const body = { id: 'sample', name: 'Everything', channels: [id] }
    return () => backend.operator('POST', '/api/notifications/routes', body)
  },
  'PATCH /api/notifications/routes/:id': onOne(route, 'PATCH', (id) => `/api/notifications/routes/${id}`, {
    enabled: false,
  }),
  'DELETE /api/notifications/routes/:id': onOne(route, 'DELETE', (id) => `/api/notifications/routes/${id}`),

  'POST /api/backups': async (backend) => () =>
    backend.operator('POST', '/api/backups', { to: `${backend.dataDir}/sample-backup` }),
}

/** Unsafe methods that change nothing anyone could ask about later, and why. */
export const NOT_RECORDED: Record<string, string> = {
  'POST /api/session/link':
    'tells whom a link is for and changes nothing; a link that does not work is recorded',
  'POST /api/rules/backtest': 'reads stored observations and keeps nothing',
  'POST /api/rules/preview': 'tells what a definition would apply to and keeps nothing',
  'POST /api/session/notices/read': 'marks what the reader was shown as read, and nobody else sees it',
  'POST /api/session/second-factor': 'a secret counts only once a code confirms it, and that is recorded',
}
