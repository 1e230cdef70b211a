import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Journal } from '@osprey/journal/journal'
import { hashToken } from '../access/peer.ts'
import { TestBackend } from '../testing.ts'
import { box } from './territory.fixture.ts'

/** What a supervisor of `west` may write, where `east` is someone else's. Everything else is in the access matrix. */

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
  for (const [id, west] of [
    ['west', 0],
    ['east', 20],
  ] as const) {
    const area = { id, name: id, parent: null, geometry: box(west, 0, west + 10, 10) }
    await backend.operator('POST', '/api/jurisdictions', area)
    await backend.operator('POST', '/api/sites', { id: `site-${id}`, name: id, latitude: 1, longitude: west })
    await backend.operator('POST', '/api/stations', station(`in-${id}`, west + 5, `site-${id}`))
    await backend.operator('POST', '/api/devices', { id: `device-${id}`, stations: [`in-${id}`] })
  }
  await backend.sql(
    `with person as (
       insert into users (username, password_hash, role) values ('supervisor', '!', 'supervisor') returning id
     ), belongs as (
       insert into user_jurisdictions (user_id, jurisdiction) select id, 'west' from person
     )
     insert into sessions (token_hash, user_id, created_at, last_seen_at) select $1, id, now(), now() from person`,
    [hashToken('supervisor')],
  )
})
afterAll(() => backend.stop())

const station = (id: string, longitude: number, site: string | null = null) => ({
  id,
  name: id,
  latitude: 5,
  longitude,
  medium: 'air',
  site,
})
const supervisor = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  backend.request(method, path, { body, headers: { cookie: 'osprey_session=supervisor', ...headers } })

test('a station is neither made nor moved outside, whichever coordinate would take it there', async () => {
  const attempts = [
    await supervisor('POST', '/api/stations', station('new', 25)),
    await supervisor('PATCH', '/api/stations/in-west', { longitude: 25 }),
    await supervisor('PATCH', '/api/stations/in-west', { latitude: 50 }),
  ]
  for (const { status, body } of attempts) {
    expect([status, body.errors.map(({ field }: { field: string }) => field)]).toEqual([
      400,
      ['latitude', 'longitude'],
    ])
    expect(body.errors[0].expected).toBe('a position inside your jurisdictions')
  }
  expect((await supervisor('PATCH', '/api/stations/in-west', { longitude: 6 })).status).toBe(200)
})

test('a site or station outside is as unknown as one that does not exist', async () => {
  const expectSame = async (ask: (id: string) => ReturnType<typeof supervisor>, real: string) => {
    const [outside, missing] = [await ask(real), await ask('never-was')]
    expect(outside.status).toBe(400)
    expect(outside.text.replaceAll(real, 'ID')).toBe(missing.text.replaceAll('never-was', 'ID'))
  }
  await expectSame((site) => supervisor('POST', '/api/stations', station('new', 5, site)), 'site-east')
  await expectSame((site) => supervisor('PATCH', '/api/stations/in-west', { site }), 'site-east')
  const device = (id: string) => ({ id: 'new', stations: ['in-west', id] })
  await expectSame((id) => supervisor('POST', '/api/devices', device(id)), 'in-east')
  await expectSame((id) => supervisor('PATCH', '/api/devices/device-west', { stations: [id] }), 'in-east')
})

test('an id that is taken outside gives no details away', async () => {
  const answer = await supervisor('POST', '/api/stations', station('in-east', 5))
  expect([answer.status, answer.body.detail]).toEqual([409, 'station "in-east" exists already'])
  expect((await supervisor('GET', '/api/stations/in-east')).status).toBe(404)
})

test('a device keeps at least one station, or whoever changed it would not see it again', async () => {
  for (const answer of [
    await supervisor('POST', '/api/devices', { id: 'idle', stations: [] }),
    await supervisor('PATCH', '/api/devices/device-west', { stations: [] }),
  ]) {
    expect([answer.status, answer.body.errors[0].expected]).toEqual([400, 'at least one station'])
  }
})

test('a file names every row that reaches outside, and nothing of it is imported', async () => {
  const rows = ['ok,5', 'outside,25', 'in-east,5']
  const csv = `id,longitude,name,latitude,medium\n${rows.map((row) => `${row},x,5,air`).join('\n')}\n`
  for (const query of ['', '?dryRun=true']) {
    const answer = await supervisor('POST', `/api/stations/import${query}`, csv, {
      'content-type': 'text/csv',
    })
    expect(answer.status).toBe(query === '' ? 422 : 200)
    const found = answer.body.errors.map(
      ({ row, field }: { row: number; field: string }) => `${row} ${field}`,
    )
    expect(found).toEqual(['2 latitude', '2 longitude', '3 id'])
  }
  expect((await backend.operator('GET', '/api/stations/ok')).status).toBe(404)
})

test('a site is made inside, and changed by whoever reaches all of it', async () => {
  const site = (more: object) => supervisor('POST', '/api/sites', { id: 'made', name: 'made', ...more })
  expect((await site({})).body.errors[0].field).toBe('latitude')
  expect((await site({ latitude: 5, longitude: 25 })).status).toBe(400)
  expect((await site({ latitude: 5, longitude: 5 })).status).toBe(201)
  expect((await supervisor('PATCH', '/api/sites/made', { longitude: 25 })).status).toBe(400)
  expect((await supervisor('PATCH', '/api/sites/made', { latitude: null, longitude: null })).status).toBe(400)

  await backend.operator('POST', '/api/stations', station('guest-of-west', 26, 'site-west'))
  const shown = await supervisor('GET', '/api/sites/site-west')
  expect(shown.body.stations).toEqual(['in-west'])
  for (const [method, body] of [
    ['PATCH', { name: 'mine' }],
    ['DELETE', undefined],
  ] as const) {
    expect((await supervisor(method, '/api/sites/site-west', body)).status).toBe(409)
  }
  await backend.operator('PATCH', '/api/stations/guest-of-west', { site: null })
  expect((await supervisor('PATCH', '/api/sites/site-west', { name: 'mine' })).status).toBe(200)
})

test('a station that is moved in or out by someone else appears or is gone at once', async () => {
  const seen = async () => {
    const { body } = await supervisor('GET', '/api/stations')
    return body.features.map(({ id }: { id: string }) => id)
  }
  expect(await seen()).toEqual(['in-west'])
  await backend.operator('PATCH', '/api/stations/in-east', { longitude: 7 })
  expect(await seen()).toEqual(['in-west', 'in-east'])
  expect((await supervisor('GET', '/api/devices/device-east')).status).toBe(200)
  await backend.operator('PATCH', '/api/jurisdictions/west', { geometry: box(6.5, 0, 10, 10) })
  expect(await seen()).toEqual(['in-east'])
  expect((await supervisor('GET', '/api/stations/in-west')).status).toBe(404)
  await backend.operator('PATCH', '/api/jurisdictions/west', { geometry: box(0, 0, 10, 10) })
  await backend.operator('PATCH', '/api/stations/in-east', { longitude: 25 })
  expect(await seen()).toEqual(['in-west'])
})

/** As the broker would write it, received now. */
async function append(deviceId: string, topic: string, payload: object): Promise<void> {
  const journal = Journal.open(join(backend.dataDir, 'journal'), { maxBytes: 64 * 1024 * 1024 })
  const entry = { kind: 'publish', qos: 1, receivedAt: Date.now(), deviceId } as const
  const message = {
    ...entry,
    topic: `v1/devices/${deviceId}/${topic}`,
    payload: Buffer.from(JSON.stringify(payload)),
  }
  await new Promise<void>((settle, fail) =>
    journal.append(message, (error) => (error ? fail(error) : settle())),
  )
  await journal.close()
}

/** Asks again until the answer satisfies; the test's own time limit ends it. */
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
async function until(path: string, satisfies: (body: any) => boolean): Promise<void> {
  while (!satisfies((await backend.operator('GET', path)).body));
}

test('the id of a removed station is not to be had with its history', async () => {
  await backend.operator('POST', '/api/stations', station('past', 25))
  await backend.operator('POST', '/api/devices', { id: 'reporter', stations: ['past'] })
  await append('reporter', 'observations', { values: { pm25: 7 } })
  await until('/api/ledger?device=reporter', ({ stored }) => stored === 1)
  const taken = await supervisor('POST', '/api/stations', station('past', 5))
  await backend.operator('DELETE', '/api/stations/past')

  const again = await supervisor('POST', '/api/stations', station('past', 5))
  expect([again.status, again.text]).toEqual([409, taken.text])
  const csv = 'id,name,latitude,longitude,medium\npast,Past,5,5,air\n'
  const type = { 'content-type': 'text/csv' }
  const dry = await supervisor('POST', '/api/stations/import?dryRun=true', csv, type)
  expect(dry.body.errors).toEqual([
    { row: 1, field: 'id', value: 'past', expected: 'an id that no other station has' },
  ])
  expect((await supervisor('POST', '/api/stations/import', csv, type)).status).toBe(422)
  expect((await backend.operator('POST', '/api/stations', station('past', 5))).status).toBe(201)
})

test('the id of a removed device is not to be had with what it left', async () => {
  const device = (id: string, station: string) => ({ id, stations: [station] })
  await backend.operator('POST', '/api/devices/bulk', {
    devices: ['reported', 'quiet', 'late'].map((id) => device(id, 'in-east')),
  })
  await append('reported', 'observations', { values: { nonsense: 7 } })
  await until('/api/rejections?device=reported', ({ length }) => length === 1)
  await append('quiet', 'status', { battery: 12 })
  await until('/api/devices/quiet', ({ status }) => status !== null)
  await backend.sql(
    `insert into refused_connections (id, device, client_id, address, reason, detail, at)
     values (800000, 'quiet', 'c', '192.0.2.1', 'bad_secret', '', now())`,
  )
  for (const id of ['reported', 'quiet', 'late']) await backend.operator('DELETE', `/api/devices/${id}`)
  const left = `select device from presence where device in ('reported', 'quiet')
    union all select device from rejected_messages where device in ('reported', 'quiet')`
  expect(await backend.sql(left)).toEqual([])
  // What comes in after the removal.
  await backend.sql("insert into rejected_messages values (1, 'late', '', now(), 'bad_value', '', 1, '')")

  for (const id of ['reported', 'late']) {
    const devices = [device('fresh', 'in-west'), device(id, 'in-west')]
    const refused = await supervisor('POST', '/api/devices/bulk', { devices })
    expect([refused.status, refused.body.detail]).toEqual([409, `device "${id}" exists already`])
    expect((await supervisor('POST', '/api/devices', device(id, 'in-west'))).status).toBe(409)
    expect((await supervisor('GET', `/api/ledger?device=${id}`)).status).toBe(404)
  }
  expect((await backend.operator('GET', '/api/ledger?device=reported')).body.received).toBe(1)

  expect((await supervisor('POST', '/api/devices', device('quiet', 'in-west'))).status).toBe(201)
  expect((await supervisor('GET', '/api/devices/quiet')).body).toMatchObject({
    status: null,
    connected: false,
  })
  expect((await supervisor('GET', '/api/devices/quiet/messages')).body).toEqual([])
  expect((await supervisor('GET', '/api/refused-connections?device=quiet')).body).toEqual([])
  await append('quiet', 'status', { battery: 11 })
  await until('/api/devices/quiet', ({ status }) => status?.battery === 11)
  await backend.operator('DELETE', '/api/devices/quiet')
})

test('a device cannot be made to tell which stations exist elsewhere', async () => {
  await backend.operator('POST', '/api/devices', { id: 'probe', stations: ['in-west'] })
  for (const station of ['in-east', 'never-was'])
    await append('probe', 'observations', { station, values: { pm25: 1 } })
  await until('/api/rejections?device=probe', ({ length }) => length === 2)
  const paths = ['/api/rejections?device=probe', '/api/devices/probe/messages']
  for (const path of paths) {
    const [unknown, foreign] = (await supervisor('GET', path)).body
    const ofStation = ({ reason, detail, advice, readings }: typeof foreign, id: string) =>
      JSON.stringify({ reason, detail, advice, readings }).replaceAll(id, 'ID')
    expect([path, ofStation(foreign, 'in-east')]).toEqual([path, ofStation(unknown, 'never-was')])
    expect(unknown.reason).toBe('unknown_station')
    expect((await backend.operator('GET', path)).body[1].reason).toBe('station_not_allowed')
  }
  const own = (await supervisor('GET', '/api/ledger?device=probe')).body
  expect(own.rejected).toEqual({ unknown_station: 2 })
  const { devices } = (await supervisor('GET', '/api/ledger/devices')).body
  expect(devices.find((one: { device: string }) => one.device === 'probe').rejected).toEqual({
    unknown_station: 2,
  })
  expect((await supervisor('GET', '/api/ledger')).body.rejected).toEqual({ unknown_station: 2 })
  expect((await backend.operator('GET', '/api/ledger?device=probe')).body.rejected).toEqual({
    station_not_allowed: 1,
    unknown_station: 1,
  })
})
