import { join } from 'node:path'
import { scope } from '@osprey/core/api/rules'
import { Journal } from '@osprey/journal/journal'
import { insertAlerts } from '../../alerts/acts.fixture.ts'
import { box } from '../../territory/territory.fixture.ts'
import { TestBackend } from '../../testing.ts'
import { hashToken } from '../peer.ts'
import { TOKEN_PREFIX } from '../tokens.ts'
import { ACTORS, type MatrixActor } from './actors.ts'
import { PLACES, type Place } from './cells.ts'
import { RULE } from './rule.fixture.ts'

/** The world of the access matrix: a running backend, an account per actor, and objects for each to try. */

export const METRICS_TOKEN = 'metrics-token-of-the-test'
const NOON = Date.parse('2026-03-01T12:00:00Z')

export const CODES: Record<Place, string> = { A: 'a', B: 'b', nested: 'n', elsewhere: 'e' }
export const POSITIONS: Record<Place, readonly [longitude: number, latitude: number]> = {
  A: [5, 5],
  B: [25, 5],
  nested: [12, 12],
  elsewhere: [90, 40],
}
/** A channel that routes of the matrix lead to. */
export const CHANNEL = 'ch-base'
/** Readings of the device in each place: every sum of them tells which were added. */
export const READINGS: Record<Place, number> = { A: 1, B: 2, nested: 4, elsewhere: 8 }
/** Places that hold objects for every single actor. */
export const TRIED: readonly Place[] = ['A', 'B', 'nested']

const AREAS = [
  { id: 'parent', parent: null, geometry: box(0, 0, 30, 30) },
  { id: 'A', parent: 'parent', geometry: box(0, 0, 10, 10) },
  { id: 'B', parent: 'parent', geometry: box(20, 0, 30, 10) },
  { id: 'nested', parent: 'A', geometry: box(8, 8, 14, 14) },
]
const PARENT_OF: Partial<Record<Place, string>> = { A: 'A', B: 'B', nested: 'nested' }

export const numbers = ACTORS.map((_, index) => String(index).padStart(2, '0'))
export const numberOf = (actor: MatrixActor) => numbers[ACTORS.indexOf(actor)] as string

const station = (id: string, place: Place, site: string | null = null) => {
  const [longitude, latitude] = POSITIONS[place]
  return { id, name: id, longitude, latitude, medium: 'air', site }
}
const site = (id: string, place: Place) => {
  const [longitude, latitude] = POSITIONS[place]
  return { id, name: id, longitude, latitude }
}

export async function startWorld(): Promise<TestBackend> {
  const backend = await TestBackend.start({
    OSPREY_DEMO: '1',
    OSPREY_METRICS_TOKEN: METRICS_TOKEN,
    // Exposed, so that administrators need a second factor.
    OSPREY_ALLOWED_ORIGINS: 'https://osprey.example',
  })
  // Nothing here has to survive a power cut, and hundreds of changes wait for each other's disk sync.
  await backend.sql('alter system set synchronous_commit = off')
  await backend.sql('select pg_reload_conf()')
  await createJurisdictions(backend)
  await createSites(backend)
  await createStations(backend)
  await createDevices(backend)
  await createLayers(backend)
  await createRules(backend)
  await createSilences(backend)
  await createNotifications(backend)
  await createAccounts(backend)
  await createAlerts(backend)
  await createSavedViews(backend)
  await sendReadings(backend)
  await refuse(backend)
  return backend
}

/** The account an actor acts for, or what stands for one. */
export function accountOf(actor: MatrixActor): string {
  if (actor.visitor) return 'visitor'
  return actor.via === 'operator' || actor.via === 'metrics' ? actor.via : `actor-${numberOf(actor)}`
}

/** The credentials an actor comes with. */
export function headersOf(actor: MatrixActor, backend: TestBackend): Record<string, string> {
  const number = numberOf(actor)
  switch (actor.via) {
    case 'nothing':
      return {}
    case 'operator':
      return { authorization: `Bearer ${backend.operatorToken}` }
    case 'metrics':
      return { authorization: `Bearer ${METRICS_TOKEN}` }
    case 'token':
      return { authorization: `Bearer ${TOKEN_PREFIX}actor-${number}` }
    case 'session':
      return { cookie: `osprey_session=actor-${number}` }
  }
}

async function createJurisdictions(backend: TestBackend): Promise<void> {
  const own = TRIED.flatMap((place) =>
    numbers.map((number) => {
      const [west, south] = POSITIONS[place]
      const geometry = box(west, south, west + 0.1, south + 0.1)
      return { id: `ju-${CODES[place]}-${number}`, parent: PARENT_OF[place] ?? null, geometry }
    }),
  )
  const features = [...AREAS, ...own].map(({ id, parent, geometry }) => ({
    type: 'Feature',
    properties: { id, name: id, parent },
    geometry,
  }))
  await must(backend, 'POST', '/api/jurisdictions/import', { type: 'FeatureCollection', features }, FILE)
}

async function createSites(backend: TestBackend): Promise<void> {
  const own = TRIED.flatMap((place) => numbers.map((number) => site(`si-${CODES[place]}-${number}`, place)))
  const base = PLACES.map((place) => site(`si-${CODES[place]}`, place))
  const all = [...base, ...own, site('si-shared', 'elsewhere')]
  await Promise.all(all.map((one) => must(backend, 'POST', '/api/sites', one)))
}

async function createStations(backend: TestBackend): Promise<void> {
  const base = PLACES.map((place) =>
    station(`st-${CODES[place]}`, place, place === 'nested' ? null : 'si-shared'),
  )
  const own = TRIED.flatMap((place) =>
    numbers.map((number) => station(`st-${CODES[place]}-${number}`, place)),
  )
  const features = [...base, ...own].map(({ longitude, latitude, ...properties }) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [longitude, latitude] },
    properties,
  }))
  await must(backend, 'POST', '/api/stations/import', { type: 'FeatureCollection', features }, FILE)
}

async function createDevices(backend: TestBackend): Promise<void> {
  const base = PLACES.map((place) => ({ id: `dv-${CODES[place]}`, stations: [`st-${CODES[place]}`] }))
  const own = TRIED.flatMap((place) =>
    numbers.map((number) => ({ id: `dv-${CODES[place]}-${number}`, stations: [`st-${CODES[place]}`] })),
  )
  const devices = [
    ...base,
    ...own,
    { id: 'dv-both', stations: ['st-a', 'st-b'] },
    { id: 'dv-idle', stations: [] },
  ]
  await must(backend, 'POST', '/api/devices/bulk', { devices })
}

/** One of the whole territory, and one for each actor to try in the jurisdictions. */
async function createRules(backend: TestBackend): Promise<void> {
  const own = TRIED.flatMap((place) =>
    numbers.map((number) => ({ id: `ru-${CODES[place]}-${number}`, jurisdiction: place })),
  )
  for (const rule of [...own, { id: 'ru-whole', jurisdiction: null }]) {
    await must(backend, 'POST', '/api/rules', { ...rule, definition: RULE })
  }
}

async function createLayers(backend: TestBackend): Promise<void> {
  const point = (place: Place) => ({ type: 'Point', coordinates: POSITIONS[place] })
  const features = [
    ...PLACES.map((place) => ({ id: CODES[place], geometry: point(place) })),
    { id: 'many', geometry: { type: 'MultiPoint', coordinates: PLACES.map((place) => POSITIONS[place]) } },
    { id: 'river', geometry: { type: 'LineString', coordinates: [POSITIONS.A, POSITIONS.elsewhere] } },
  ].map((feature) => ({ type: 'Feature', properties: null, ...feature }))
  await must(backend, 'PUT', '/api/layers/places?name=Places', { type: 'FeatureCollection', features }, FILE)
  for (const number of numbers) {
    const empty = { type: 'FeatureCollection', features: [] }
    await must(backend, 'PUT', `/api/layers/ly-${number}?name=Layer`, empty, FILE)
  }
}

/** One for each actor to try in the jurisdictions; they cover no alert. Their reasons are their ids. */
async function createSilences(backend: TestBackend): Promise<void> {
  const own = TRIED.flatMap((place) =>
    numbers.map((number) => ({ id: `sl-${CODES[place]}-${number}`, jurisdiction: place })),
  )
  await backend.sql(
    `insert into silences (id, jurisdiction, author, reason, scope, starts_at, ends_at, created_at)
     select t.id, jurisdiction, 'test', t.id, $2::jsonb, now(), now() + interval '1 hour', now()
     from jsonb_to_recordset($1::jsonb) as t (id text, jurisdiction text)`,
    [JSON.stringify(own), JSON.stringify(scope.parse({ media: ['noise'] }))],
  )
}

async function createNotifications(backend: TestBackend): Promise<void> {
  const settings = { kind: 'in_app' }
  await must(backend, 'POST', '/api/notifications/channels', { id: CHANNEL, name: CHANNEL, settings })
  for (const number of numbers) {
    await must(backend, 'POST', '/api/notifications/channels', {
      id: `ch-${number}`,
      name: 'Channel',
      settings,
    })
    const route = { id: `rt-${number}`, name: 'Route', channels: [CHANNEL] }
    await must(backend, 'POST', '/api/notifications/routes', route)
  }
}

/** Past the interface: some of these accounts could not be made through it, and nobody logs in. */
async function createAccounts(backend: TestBackend): Promise<void> {
  const people = ACTORS.filter(({ via, visitor }) => (via === 'session' || via === 'token') && !visitor)
  const accounts = [
    ...people.map((actor) => ({
      username: `actor-${numberOf(actor)}`,
      role: actor.role,
      whole: actor.territory === 'whole',
      jurisdiction: actor.territory,
      disabled: actor.ended === 'account disabled',
      totp: actor.secondFactorDue ? null : 'sealed',
    })),
    ...numbers.map((number) => ({
      username: `victim-${number}`,
      role: 'viewer',
      whole: false,
      jurisdiction: 'A',
      disabled: false,
      totp: 'sealed',
    })),
  ]
  await backend.sql(
    `insert into users (username, display_name, password_hash, role, whole_territory, disabled, totp_secret)
     select username, username, '!', role, whole, disabled, totp
     from jsonb_to_recordset($1::jsonb) as t (username text, role text, whole boolean, disabled boolean, totp text)`,
    [JSON.stringify(accounts)],
  )
  await backend.sql(
    `insert into user_jurisdictions (user_id, jurisdiction)
     select users.id, jurisdiction
     from jsonb_to_recordset($1::jsonb) as t (username text, jurisdiction text) join users using (username)`,
    [JSON.stringify(accounts.filter(({ whole }) => !whole))],
  )
  await createSessions(backend)
  await createTokens(backend)
}

/** `own-…` and `foreign-…` are there to be ended. */
async function createSessions(backend: TestBackend): Promise<void> {
  const sessions = ACTORS.flatMap((actor) => {
    const number = numberOf(actor)
    const username = accountOf(actor)
    const foreign = { username: `victim-${number}`, id: `foreign-${number}`, token: `foreign-${number}` }
    if (actor.via !== 'session') return [foreign]
    return [
      foreign,
      { username, id: `session-${number}`, token: `actor-${number}` },
      { username, id: `own-${number}`, token: `own-${number}` },
    ]
  })
  const rows = sessions.map(({ token, ...row }) => ({ ...row, hash: hashToken(token) }))
  await backend.sql(
    `insert into sessions (token_hash, id, user_id, created_at, last_seen_at)
     select hash, t.id, users.id, now(), now()
     from jsonb_to_recordset($1::jsonb) as t (username text, id text, hash text) join users using (username)`,
    [JSON.stringify(rows)],
  )
}

async function createTokens(backend: TestBackend): Promise<void> {
  const rows = ACTORS.flatMap((actor) => {
    const number = numberOf(actor)
    const scopes = [...actor.permissions]
    const expires = actor.ended === 'token expired' ? '-1 minute' : '1 day'
    const token = (username: string, id: string, secret: string) => ({
      username,
      id,
      scopes,
      expires,
      hash: hashToken(TOKEN_PREFIX + secret),
    })
    const foreign = token(`victim-${number}`, `foreign-${number}`, `foreign-${number}`)
    if (actor.visitor || actor.via === 'nothing') return [foreign]
    if (actor.via === 'token')
      return [foreign, token(`actor-${number}`, `token-${number}`, `actor-${number}`)]
    return [foreign, token(`actor-${number}`, `own-${number}`, `own-${number}`)]
  })
  await backend.sql(
    `insert into api_tokens (id, token_hash, user_id, name, scopes, created_at, expires_at)
     select t.id, hash, users.id, t.id, array(select jsonb_array_elements_text(scopes)), now(), now() + expires::interval
     from jsonb_to_recordset($1::jsonb) as t (username text, id text, hash text, scopes jsonb, expires text)
     join users using (username)`,
    [JSON.stringify(rows)],
  )
}

/** As the evaluation would, of stations in each place, of a pair and of a site. */
async function createAlerts(backend: TestBackend): Promise<void> {
  const base = PLACES.map((place) => ({ id: `al-${CODES[place]}`, station: `st-${CODES[place]}` }))
  const own = TRIED.flatMap((place) =>
    numbers.map((number) => ({ id: `al-${CODES[place]}-${number}`, station: `st-${CODES[place]}` })),
  )
  const pair = { id: 'al-pair', station: 'st-a', other: 'st-b' }
  await insertAlerts(backend, [...base, ...own, pair, { id: 'al-site', site: 'si-shared' }])
}

async function createSavedViews(backend: TestBackend): Promise<void> {
  const rows = ACTORS.flatMap((actor) => {
    const number = numberOf(actor)
    const foreign = { username: `victim-${number}`, id: `foreign-${number}` }
    const owns = actor.via === 'session' && !actor.visitor
    return owns ? [foreign, { username: accountOf(actor), id: `own-${number}` }] : [foreign]
  })
  await backend.sql(
    `insert into saved_views (id, user_id, name, query, created_at)
     select t.id, users.id, t.id, '', now()
     from jsonb_to_recordset($1::jsonb) as t (username text, id text) join users using (username)`,
    [JSON.stringify(rows)],
  )
}

/** As the broker would: one good message and one that is rejected from each base device. */
async function sendReadings(backend: TestBackend): Promise<void> {
  const journal = Journal.open(join(backend.dataDir, 'journal'), { maxBytes: 64 * 1024 * 1024 })
  const append = (deviceId: string, payload: unknown) =>
    new Promise<void>((settle, fail) => {
      const topic = `v1/devices/${deviceId}/observations`
      const message = { kind: 'publish', receivedAt: NOON, deviceId, topic, qos: 1 } as const
      const entry = { ...message, payload: Buffer.from(JSON.stringify(payload)) }
      journal.append(entry, (error) => (error ? fail(error) : settle()))
    })
  try {
    for (const place of PLACES) {
      const reports = Array.from({ length: READINGS[place] }, (_, index) => ({
        time: NOON + index * 1000,
        values: { pm25: 10 + index },
      }))
      await append(`dv-${CODES[place]}`, reports)
      await append(`dv-${CODES[place]}`, 'nonsense')
    }
  } finally {
    await journal.close()
  }
  const stored = PLACES.reduce((sum, place) => sum + READINGS[place], 0)
  while ((await backend.operator('GET', '/api/ledger')).body.stored < stored);
  while ((await backend.operator('GET', '/api/rejections')).body.length < PLACES.length);
}

async function refuse(backend: TestBackend): Promise<void> {
  const devices = [...PLACES.map((place) => `dv-${CODES[place]}`), 'dv-unknown', 'dv-both']
  await backend.sql(
    `insert into refused_connections (id, device, client_id, address, reason, detail, at)
     select 900000 + n, device, device, '192.0.2.1', 'bad_credentials', '', now()
     from unnest($1::text[]) with ordinality as t (device, n)`,
    [devices],
  )
  await backend.sql(
    `insert into quarantine (id, datastream, device, phenomenon_time, result_time, value, quality, reason)
     select 900000 + id, id, 'dv-both', 0, 0, '1', 1, 'test' from datastreams`,
  )
}

const FILE = { 'content-type': 'application/geo+json' }

async function must(
  backend: TestBackend,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<void> {
  const answer = await backend.operator(
    method,
    path,
    Object.keys(headers).length > 0 ? JSON.stringify(body) : body,
    headers,
  )
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
}
