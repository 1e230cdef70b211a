import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CommandQueue } from '@osprey/journal/commands'
import { type EntryKind, Journal } from '@osprey/journal/journal'
import { WebSocket } from 'ws'
import { TestBackend } from '../testing.ts'

/** From the journal, where the broker would put it, to everything HTTP shows of it. */

let backend: TestBackend
let journal: Journal
const NOON = Date.parse('2026-03-01T12:00:00Z')
const MINUTE = 60_000

beforeAll(async () => {
  backend = await TestBackend.start()
  journal = Journal.open(join(backend.dataDir, 'journal'), { maxBytes: 64 * 1024 * 1024 })
  for (const id of ['s-1', 's-2', 's-idle']) {
    await backend.operator('POST', '/api/stations', {
      id,
      name: id,
      latitude: 1,
      longitude: 2,
      medium: 'air',
    })
  }
  await backend.operator('POST', '/api/devices', { id: 'd-1', stations: ['s-1'] })
  await backend.operator('POST', '/api/devices', { id: 'd-2', stations: ['s-2'] })
})
afterAll(async () => {
  await journal.close()
  await backend.stop()
})

function append(device: string, topic: string, payload: unknown, kind: EntryKind = 'publish'): Promise<void> {
  return new Promise((settle, fail) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    journal.append(
      {
        kind,
        receivedAt: NOON + 10 * MINUTE,
        deviceId: device,
        topic: `v1/devices/${device}/${topic}`,
        payload: Buffer.from(text),
        qos: 1,
      },
      (error) => (error ? fail(error) : settle()),
    )
  })
}

/** Asks again until the answer satisfies; the test's own time limit ends it. */
async function eventually<Value>(
  ask: () => Promise<Value>,
  satisfies: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const value = await ask()
    if (satisfies(value)) return value
  }
}

const ledger = async (query = '') => (await backend.operator('GET', `/api/ledger${query}`)).body
const allStored = () => eventually(ledger, ({ received, pending }) => received > 0 && pending === 0)
const observations = (query: Record<string, string | number>) =>
  backend.operator('GET', `/api/observations?${new URLSearchParams(query as Record<string, string>)}`)
const DAY = { station: 's-1', property: 'pm25', from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' }

test('readings become observations, latest values, aggregates and entries of the ledger', async () => {
  const reports = Array.from({ length: 10 }, (_, index) => ({
    time: NOON + index * MINUTE,
    values: { pm25: 10 + index, valve_open: index % 2 === 0, run_state: 'running' },
  }))
  await append('d-1', 'observations', reports)
  expect(await allStored()).toMatchObject({
    received: 30,
    stored: 30,
    rejected: {},
    messages: { received: 1, decoded: 1 },
  })
  expect(await ledger('?device=d-1')).toMatchObject({ device: 'd-1', received: 30, stored: 30 })

  const { body } = await observations(DAY)
  expect(body).toMatchObject({ station: 's-1', property: 'pm25', unit: 'ug/m3', next: null })
  expect(body.observations).toHaveLength(10)
  expect(body.observations[0]).toEqual({
    time: '2026-03-01T12:00:00.000Z',
    value: 10,
    quality: expect.any(Number),
  })

  const aggregate = await observations({ ...DAY, every: '5m', statistic: 'max' })
  expect(aggregate.body).toMatchObject({ every: '5m', statistic: 'max', next: null })
  expect(
    aggregate.body.observations.map((one: { value: number; count: number }) => [one.value, one.count]),
  ).toEqual([
    [14, 5],
    [19, 5],
  ])

  const station = (await backend.operator('GET', '/api/stations/s-1')).body
  expect(station.latest.pm25).toEqual({
    value: 19,
    unit: 'ug/m3',
    time: '2026-03-01T12:09:00.000Z',
    quality: expect.any(Number),
  })
  expect(station.latest.run_state.value).toBe('running')
  expect(station.datastreams.map((one: { property: string }) => one.property).sort()).toEqual([
    'pm25',
    'run_state',
    'valve_open',
  ])
  const device = (await backend.operator('GET', '/api/devices/d-1')).body
  expect(device.lastMessageAt).toBe('2026-03-01T12:10:00.000Z')
})

test('pages join without gap or overlap', async () => {
  for (const more of [{}, { every: '2m' }] as Record<string, string>[]) {
    const whole = (await observations({ ...DAY, ...more })).body.observations
    const pages: unknown[] = []
    let after: string | null = null
    do {
      const { body } = await observations({ ...DAY, ...more, limit: '3', ...(after !== null && { after }) })
      pages.push(...body.observations)
      after = body.next
    } while (after !== null)
    expect(pages).toEqual(whole)
    expect(pages.length).toBeGreaterThan(3)
  }
})

test('a station or property without readings has none; an unknown one is named', async () => {
  expect((await observations({ ...DAY, station: 's-idle' })).body).toMatchObject({
    observations: [],
    next: null,
  })
  expect((await observations({ ...DAY, property: 'so2' })).body).toMatchObject({
    observations: [],
    unit: 'ug/m3',
  })
  const station = await observations({ ...DAY, station: 'nowhere' })
  expect([station.status, station.body.detail]).toEqual([404, 'no station "nowhere"'])
  const property = await observations({ ...DAY, property: 'pm26' })
  expect([property.status, property.body.detail]).toEqual([404, 'no property "pm26"'])
})

test.each<[Record<string, string>, string]>([
  [{ from: 'yesterday' }, 'from'],
  [{ from: '2026-03-01T00:00:00' }, 'from'],
  [{ to: '2026-02-30T00:00:00Z' }, 'to'],
  [{ to: DAY.from }, 'to'],
  [{ limit: '0' }, 'limit'],
  [{ limit: '100001' }, 'limit'],
  [{ limit: '1e3' }, 'limit'],
  [{ every: '1 hour' }, 'every'],
  [{ every: '1ms' }, 'every'],
  [{ every: '1s', from: '2020-01-01T00:00:00Z' }, 'every'],
  [{ every: '1h', statistic: 'median' }, 'statistic'],
  [{ statistic: 'mean' }, 'every'],
  [{ property: 'run_state', every: '1h' }, 'every'],
  [{ after: 'x' }, 'after'],
  [{ sort: 'down' }, 'sort'],
])('observations with %j are refused at %s', async (change, field) => {
  const { status, body } = await observations({ ...DAY, ...change })
  expect([status, body.errors[0].field]).toEqual([400, field])
})

test('times may be epoch milliseconds or carry any offset, escaped or not', async () => {
  const count = async (query: string) =>
    (await backend.operator('GET', `/api/observations?station=s-1&property=pm25&${query}`)).body.observations
      .length
  expect(await count(`from=${NOON}&to=${NOON + 3 * MINUTE}`)).toBe(3)
  expect(await count('from=2026-03-01T20:00:00%2B08:00&to=2026-03-01T20:03:00%2B08:00')).toBe(3)
  expect(await count('from=2026-03-01T20:00:00+08:00&to=2026-03-01T20:03:00+08:00')).toBe(3)
})

test('what is rejected is counted and shown with its reason and advice', async () => {
  await append('d-2', 'observations', '{broken')
  await append('d-2', 'observations', { values: { pm25: 1, nonsense_property: 2 } })
  await append('d-2', 'observations', { station: 's-1', values: { pm25: 1 } })
  await append('stranger\u0000\ud800', 'observations', { values: { pm25: 1 } })
  const rejections = await eventually(
    async () => (await backend.operator('GET', '/api/rejections?device=d-2')).body,
    (list) => list.length === 3,
  )
  expect(rejections.map((one: { reason: string }) => one.reason).sort()).toEqual([
    'malformed_json',
    'station_not_allowed',
    'unknown_property',
  ])
  expect(rejections[0]).toMatchObject({
    device: 'd-2',
    topic: 'v1/devices/d-2/observations',
    receivedAt: '2026-03-01T12:10:00.000Z',
    readings: 1,
    advice: { en: expect.any(String), zh: expect.any(String) },
  })
  const account = await eventually(
    () => ledger('?device=d-2'),
    ({ pending }) => pending === 0,
  )
  expect(account).toMatchObject({
    received: 4,
    stored: 1,
    rejected: { malformed_json: 1, station_not_allowed: 1, unknown_property: 1 },
  })
  const devices = (await backend.operator('GET', '/api/ledger/devices?limit=1')).body
  expect(devices).toMatchObject({ devices: [{ device: 'd-1' }], next: 'd-1' })
  expect(
    (await backend.operator('GET', `/api/ledger/devices?after=${devices.next}&limit=1`)).body.devices,
  ).toMatchObject([{ device: 'd-2' }])
  expect((await backend.operator('GET', '/api/ledger?device=nobody')).status).toBe(404)
})

test('connections and last wills show on the device, refused ones in their list', async () => {
  await append('d-1', '', { address: '192.0.2.7', clientId: 'd-1' }, 'connected')
  await append('d-1', 'status', { state: 'online', firmware: '1.2\u0000' })
  const detail = {
    reason: 'unknown_device',
    detail: 'not registered',
    address: '192.0.2.8',
    clientId: 'evil\u0000',
  }
  await append('d-9', '', detail, 'refused')
  const device = () => backend.operator('GET', '/api/devices/d-1')
  const online = await eventually(device, ({ body }) => body.connected && body.status !== null)
  expect(online.body).toMatchObject({
    connectedSince: '2026-03-01T12:10:00.000Z',
    status: { state: 'online' },
  })
  await append('d-1', '', { address: '192.0.2.7', clientId: 'd-1', reason: 'keepalive' }, 'disconnected')
  await eventually(device, ({ body }) => !body.connected && body.connectedSince === null)
  const refused = await eventually(
    async () => (await backend.operator('GET', '/api/refused-connections')).body,
    (list) => list.length > 0,
  )
  expect(refused).toEqual([
    {
      ...detail,
      clientId: 'evil\ufffd',
      device: 'd-9',
      at: '2026-03-01T12:10:00.000Z',
      advice: { en: expect.stringContaining('No device “d-9” is registered'), zh: expect.any(String) },
    },
  ])
  expect((await backend.operator('GET', '/api/quarantine')).body).toEqual([])
})

test('a command goes to the queue of the broker and its result comes back', async () => {
  const queue = CommandQueue.open(join(backend.dataDir, 'journal'))
  try {
    const sent = await backend.operator('POST', '/api/devices/d-1/commands', {
      name: 'zero_check',
      parameters: { span: 3 },
    })
    expect(sent.status).toBe(202)
    const [waiting] = queue.pending(10)
    expect(waiting).toMatchObject({ id: sent.body.id, deviceId: 'd-1' })
    expect(JSON.parse(Buffer.from(waiting?.payload ?? []).toString())).toMatchObject({
      id: sent.body.id,
      name: 'zero_check',
      parameters: { span: 3 },
    })
    await append('d-2', 'commands/result', { id: sent.body.id, status: 'succeeded' })
    await append('d-1', 'commands/result', { id: sent.body.id, status: 'failed', detail: 'no gas\u0000' })
    const list = await eventually(
      async () => (await backend.operator('GET', '/api/devices/d-1/commands')).body,
      ([newest]) => newest.status !== 'queued',
    )
    expect(list).toMatchObject([
      {
        id: sent.body.id,
        name: 'zero_check',
        status: 'failed',
        requestedBy: 'operator',
        result: { detail: 'no gas\ufffd' },
      },
    ])
    expect((await backend.operator('POST', '/api/devices/none/commands', { name: 'x' })).status).toBe(404)
    expect((await backend.operator('POST', '/api/devices/d-1/commands', { name: '../x' })).status).toBe(400)
    for (let index = 0; index < 99; index++)
      await backend.operator('POST', '/api/devices/d-1/commands', { name: 'flood' })
    expect((await backend.operator('POST', '/api/devices/d-1/commands', { name: 'flood' })).status).toBe(409)
  } finally {
    await queue.close()
  }
})

test('a logged-in page watches live values, another site or a stranger does not, and logging out ends it', async () => {
  const url = `${backend.url.replace('http', 'ws')}/live`
  const refusal = (headers: Record<string, string>) =>
    new Promise((settle) => {
      new WebSocket(url, { headers }).on('error', (error) => settle(error.message))
    })
  const cookie = await backend.logIn()
  expect(await refusal({})).toContain('401')
  expect(await refusal({ cookie, origin: 'http://evil.example' })).toContain('403')
  const socket = new WebSocket(url, { headers: { cookie, origin: backend.url } })
  const message = () =>
    new Promise<{ type: string; stations: { id: string }[] }>((settle) =>
      socket.once('message', (data) => settle(JSON.parse(String(data)))),
    )
  await new Promise((settle) => socket.once('open', settle))
  socket.send(JSON.stringify({ type: 'subscribe', bbox: null, property: 'pm25', stations: [] }))
  expect((await message()).stations.find(({ id }) => id === 's-1')).toMatchObject({
    property: 'pm25',
    value: 19,
  })
  await backend.operator('PATCH', '/api/stations/s-2', { name: 'Renamed' })
  await eventually(message, ({ type }) => type === 'registry')
  const closed = new Promise((settle) => socket.once('close', settle))
  await backend.request('DELETE', '/api/session', { headers: { cookie } })
  expect(await closed).toBe(4401)
})

test('the measurements are those of the flow', async () => {
  const { text } = await backend.operator('GET', '/metrics')
  expect(text).toContain('osprey_pipeline_running 1')
  expect(text).toMatch(/osprey_readings\{account="stored"\} 3\d/)
  expect(text).toContain('osprey_readings_rejected{reason="malformed_json"} 1')
  expect(text).toMatch(
    /osprey_http_request_duration_seconds_count\{method="GET",route="\/api\/observations",status="200"\} \d+/,
  )
  expect(text).toContain('osprey_journal_bytes{what="limit"}')
})

test('observations, latest values and the ledger are the same after a restart', async () => {
  const paths = ['/api/ledger/devices', '/api/rejections', `/api/observations?${new URLSearchParams(DAY)}`]
  const read = () => Promise.all(paths.map(async (path) => (await backend.operator('GET', path)).body))
  const before = await read()
  await backend.restart()
  expect(await read()).toEqual(before)
  const latest = await eventually(
    async () => (await backend.operator('GET', '/api/stations/s-1')).body.latest,
    ({ pm25 }) => pm25 !== undefined,
  )
  expect(latest.pm25.value).toBe(19)
})
