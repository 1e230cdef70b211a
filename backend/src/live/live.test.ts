import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ROLE_PERMISSIONS } from '@osprey/core/permissions'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { WebSocket } from 'ws'
import { Latest } from '../pipeline/latest.ts'
import { Resolver, type Station } from '../pipeline/resolver.ts'
import { box, TerritoryWorld } from '../territory/territory.fixture.ts'
import { type Territory, WHOLE_TERRITORY } from '../territory/territory.ts'
import type { LiveIdentity } from './client.ts'
import { CLOSE, LiveHub, type LiveOptions } from './live.ts'

const T0 = Date.UTC(2026, 10, 22, 8)

let resolver: Resolver
let latest: Latest
let now: number
let server: Server
let hub: LiveHub
let standing: Set<string>
let territories: Map<string, Territory>
const silentLog = { info: () => {}, warn: () => {}, error: () => {} }

beforeEach(() => {
  now = T0
  standing = new Set(['morning', 'evening'])
  territories = new Map()
  resolver = new Resolver()
  for (const property of OBSERVED_PROPERTIES) resolver.setProperty(property)
  latest = new Latest(resolver)
})

afterEach(async () => {
  await hub.stop()
  server.close()
  server.closeAllConnections()
})

async function open(options: Partial<LiveOptions> = {}): Promise<void> {
  hub = new LiveHub({
    resolver,
    latest,
    authenticate: async (request) => identityOf(request),
    originAllowed: ({ headers }) =>
      headers.origin === undefined || headers.origin === 'https://osprey.example',
    standing: async (sessions) => new Set(sessions.filter((session) => standing.has(session))),
    now: () => now,
    log: silentLog,
    ...options,
  })
  server = createServer().on('upgrade', hub.handleUpgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

function identityOf({ headers }: IncomingMessage): LiveIdentity | undefined {
  const [username = '', session] = (headers.cookie ?? '').split('@')
  if (username === '') return undefined
  const territory = territories.get(username) ?? WHOLE_TERRITORY
  return { username, session, territory, permissions: ROLE_PERMISSIONS.viewer }
}

function place(id: string, longitude: number, latitude: number): Station {
  resolver.setStation({ id, longitude, latitude, medium: 'air' })
  return resolver.station(id) as Station
}

function record(station: Station, property: string, value: number, time = now): void {
  latest.record(resolver.resolveSeries(station, property), time, time, value, 1)
}

interface ServerMessage {
  type: string
  time: number
  stations?: { id: string; value: unknown; [field: string]: unknown }[]
  details?: Record<string, unknown>
  errors?: { field: string }[]
}

/** A browser: collects messages and hands them out in order. */
class Browser {
  readonly socket: WebSocket
  readonly #arrived: ServerMessage[] = []
  #waiting: ((message: ServerMessage) => void) | undefined

  constructor(path = '/live', headers: Record<string, string> = { cookie: 'inspector@morning' }) {
    const { port } = server.address() as AddressInfo
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    this.socket.on('error', () => {})
    this.socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as ServerMessage
      const waiting = this.#waiting
      this.#waiting = undefined
      if (waiting === undefined) this.#arrived.push(message)
      else waiting(message)
    })
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open')
    return this
  }

  /** Resolves with the status of the refusal. */
  async refused(): Promise<number | undefined> {
    const [, response] = (await once(this.socket, 'unexpected-response')) as [unknown, IncomingMessage]
    response.resume()
    return response.statusCode
  }

  async closed(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number]
    return code
  }

  async next(): Promise<ServerMessage> {
    const message = this.#arrived.shift()
    if (message !== undefined) return message
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  /** The next message of this type; others are passed over. */
  async nextOf(type: string): Promise<ServerMessage> {
    for (;;) {
      const message = await this.next()
      if (message.type === type) return message
    }
  }

  async subscribe(wishes: object = {}): Promise<ServerMessage> {
    this.send({ type: 'subscribe', bbox: null, property: null, stations: [], ...wishes })
    return this.nextOf('snapshot')
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }
}

test('a subscription is answered with a snapshot and then with what changes', async () => {
  await open()
  const east = place('east', 120, 30)
  const west = place('west', 100, 30)
  place('new', 110, 30)
  record(east, 'pm25', 40)
  record(west, 'pm25', 10)
  const browser = await new Browser().opened()
  expect(await browser.subscribe({ stations: ['east', 'unknown'] })).toEqual({
    type: 'snapshot',
    time: T0,
    delayedSince: null,
    stations: [
      { id: 'east', status: 'live', level: 1, alert: 'none', time: T0, property: 'pm25', value: 40 },
      { id: 'west', status: 'live', level: 0, alert: 'none', time: T0, property: 'pm25', value: 10 },
      { id: 'new', status: 'never', level: null, alert: 'none', time: null, property: null, value: null },
    ],
    details: { east: { pm25: [40, T0, 1] } },
  })
  now += 250
  record(west, 'pm25', 300)
  expect(await browser.next()).toEqual({
    type: 'delta',
    time: now,
    delayedSince: null,
    stations: [
      { id: 'west', status: 'live', level: 5, alert: 'exceeding', time: now, property: 'pm25', value: 300 },
    ],
    details: {},
  })
  record(east, 'pm10', 60)
  expect(await browser.next()).toMatchObject({
    stations: [{ id: 'east' }],
    details: { east: { pm25: [40, T0, 1], pm10: [60, now, 1] } },
  })
})

test('many readings of a station between two frames are one state', async () => {
  await open()
  const station = place('s', 0, 0)
  const browser = await new Browser().opened()
  await browser.subscribe()
  for (let value = 1; value <= 100; value++) record(station, 'pm25', value, T0 + value)
  const { stations } = await browser.next()
  expect(stations).toMatchObject([{ id: 's', value: 100 }])
})

test('a box and a property select, across the antimeridian too', async () => {
  await open()
  const places = {
    fiji: place('fiji', 178, -17),
    samoa: place('samoa', -172, -13),
    rome: place('rome', 12, 42),
  }
  for (const station of Object.values(places)) {
    record(station, 'pm25', 40)
    record(station, 'o3', 900)
  }
  const browser = await new Browser().opened()
  const snapshot = await browser.subscribe({ bbox: [170, -30, -170, 0], property: 'pm25' })
  expect(snapshot.stations).toMatchObject([
    { id: 'fiji', property: 'pm25', value: 40, level: 1 },
    { id: 'samoa', property: 'pm25', value: 40, level: 1 },
  ])
  record(places.rome, 'pm25', 41)
  record(places.fiji, 'pm25', 42)
  expect((await browser.next()).stations).toMatchObject([{ id: 'fiji', value: 42 }])
})

test('clients with the same wishes get the same bytes', async () => {
  await open()
  const station = place('s', 0, 0)
  const browsers = await Promise.all([1, 2, 3].map(() => new Browser().opened()))
  for (const browser of browsers) await browser.subscribe()
  let read = 0
  const state = latest.state.bind(latest)
  latest.state = (...of) => {
    read++
    return state(...of)
  }
  record(station, 'pm25', 7)
  const deltas = await Promise.all(browsers.map((browser) => browser.next()))
  expect(new Set(deltas.map((delta) => JSON.stringify(delta))).size).toBe(1)
  expect(read).toBe(1)
})

test('a new subscription takes the place of the old, at once or with the next frame', async () => {
  await open()
  place('s', 0, 0)
  place('t', 50, 50)
  const browser = await new Browser().opened()
  expect((await browser.subscribe()).stations).toHaveLength(2)
  for (let at = 0; at < 20; at++) {
    browser.send({ type: 'subscribe', bbox: [0, 0, at, at], property: null, stations: [] })
  }
  now += 250
  let answered = await browser.subscribe({ bbox: [40, 40, 60, 60] })
  while (answered.stations?.[0]?.id !== 't') answered = await browser.nextOf('snapshot')
  expect(answered.stations).toHaveLength(1)
  expect(hub.stats().snapshots).toBeLessThan(6)
})

test('changes of the registry are told, and a heartbeat when there is nothing else', async () => {
  await open()
  const browser = await new Browser().opened()
  await browser.subscribe()
  hub.registryChanged()
  expect(await browser.next()).toEqual({ type: 'registry', time: T0 })
  now += 5000
  expect(await browser.next()).toEqual({ type: 'heartbeat', time: T0 + 5000, delayedSince: null })
})

test('a change is told to those whose territory it concerns', async () => {
  await open()
  const world = new TerritoryWorld()
    .jurisdiction('west', null, box(0, 0, 10, 10))
    .jurisdiction('east', null, box(20, 0, 30, 10))
    .redrawn()
  territories.set('west', world.territories.of(['west']))
  territories.set('east', world.territories.of(['east']))
  const [west, east] = await Promise.all([
    new Browser('/live', { cookie: 'west@morning' }).opened(),
    new Browser('/live', { cookie: 'east@morning' }).opened(),
  ])
  await Promise.all([west.subscribe(), east.subscribe()])
  const station = place('s', 5, 5)
  world.station('s', 5, 5)
  hub.registryChanged()
  record(station, 'pm25', 40)
  expect(await west.next()).toEqual({ type: 'registry', time: T0 })
  expect((await west.next()).stations).toMatchObject([{ id: 's', value: 40 }])
  place('s', 25, 5)
  world.station('s', 25, 5)
  hub.registryChanged()
  record(station, 'pm25', 41)
  expect(await west.next()).toEqual({ type: 'registry', time: T0 })
  expect(await east.next()).toEqual({ type: 'registry', time: T0 })
  expect((await east.next()).stations).toMatchObject([{ id: 's', value: 41 }])
  world.jurisdiction('west', null, box(20, 0, 30, 10)).redrawn()
  hub.registryChanged()
  expect(await west.next()).toEqual({ type: 'registry', time: T0 })
})

test('every message says since when the states are delayed, and a heartbeat tells at once', async () => {
  await open()
  const station = place('s', 0, 0)
  const browser = await new Browser().opened()
  await browser.subscribe()
  latest.sweep(now, T0 - 60_000)
  expect(await browser.next()).toEqual({ type: 'heartbeat', time: T0, delayedSince: T0 - 60_000 })
  record(station, 'pm25', 7)
  expect(await browser.next()).toMatchObject({ type: 'delta', delayedSince: T0 - 60_000 })
  expect(await (await new Browser().opened()).subscribe()).toMatchObject({ delayedSince: T0 - 60_000 })
  latest.sweep(now)
  expect(await browser.next()).toEqual({ type: 'heartbeat', time: T0, delayedSince: null })
})

test('a value that expires is told in a delta', async () => {
  await open()
  const station = place('s', 0, 0)
  record(station, 'o3', 900)
  const browser = await new Browser().opened()
  expect((await browser.subscribe()).stations).toMatchObject([{ level: 5, alert: 'exceeding' }])
  const series = resolver.resolveSeries(station, 'pm25')
  now += 86_400_001
  latest.record(series, T0 - 1, now, 10, 1)
  expect((await browser.next()).stations).toMatchObject([{ level: null, alert: 'none' }])
})

test('a removed station is no longer told of', async () => {
  await open()
  const station = place('s', 0, 0)
  const browser = await new Browser().opened()
  await browser.subscribe({ stations: ['s'] })
  record(station, 'pm25', 7)
  resolver.removeStation('s')
  hub.registryChanged()
  expect(await browser.next()).toMatchObject({ type: 'registry' })
  expect(await browser.subscribe({ stations: ['s'] })).toMatchObject({ stations: [], details: {} })
})

test.each([
  { name: 'nobody', headers: {}, path: '/live', status: 401 },
  {
    name: 'a foreign page',
    headers: { cookie: 'a@b', origin: 'https://evil.example' },
    path: '/live',
    status: 403,
  },
  { name: 'another path', headers: { cookie: 'a@b' }, path: '/other', status: 404 },
])('$name is refused with $status', async ({ headers, path, status }) => {
  await open()
  expect(await new Browser(path, headers as Record<string, string>).refused()).toBe(status)
  expect(hub.stats().clients).toBe(0)
})

test('the own page is let in', async () => {
  await open()
  await new Browser('/live', { cookie: 'a@morning', origin: 'https://osprey.example' }).opened()
  expect(hub.stats()).toMatchObject({ clients: 1, accepted: 1 })
})

test('when authentication cannot be asked nobody gets in', async () => {
  await open({
    authenticate: async () => {
      throw new Error('PostgreSQL is down')
    },
  })
  expect(await new Browser().refused()).toBe(503)
})

test('there is room for so many clients and no more', async () => {
  await open({ maxClients: 2 })
  await new Browser().opened()
  const second = await new Browser().opened()
  expect(await new Browser().refused()).toBe(503)
  expect(hub.stats().refused.full).toBe(1)
  second.socket.close()
  await second.closed()
  await new Browser().opened()
})

test('one session or one user does not take the places of all others', async () => {
  await open({ maxPerSession: 1, maxPerUser: 2 })
  const first = await new Browser('/live', { cookie: 'a@morning' }).opened()
  expect(await new Browser('/live', { cookie: 'a@morning' }).refused()).toBe(429)
  await new Browser('/live', { cookie: 'a@evening' }).opened()
  expect(await new Browser('/live', { cookie: 'a@night' }).refused()).toBe(429)
  await new Browser('/live', { cookie: 'b@other' }).opened()
  expect(hub.stats()).toMatchObject({ clients: 3, refused: { account: 2, full: 0 } })
  first.socket.close()
  await first.closed()
  await new Browser('/live', { cookie: 'a@night' }).opened()
})

test('a message that cannot be read is answered with what is wrong, too many end the connection', async () => {
  await open()
  const browser = await new Browser().opened()
  browser.send({ type: 'subscribe', bbox: 'everything', property: null, stations: [] })
  expect(await browser.next()).toMatchObject({ type: 'error', errors: [{ field: 'bbox' }] })
  expect((await browser.subscribe()).type).toBe('snapshot')
  for (let at = 0; at < 20; at++) browser.send('nonsense')
  expect(await browser.closed()).toBe(CLOSE.policyViolation)
  expect(hub.stats()).toMatchObject({ clients: 0, evicted: { badMessages: 1 } })
})

test('a message beyond the limit ends the connection', async () => {
  await open()
  const browser = await new Browser().opened()
  browser.send('x'.repeat(20_000))
  expect(await browser.closed()).toBe(1009)
})

test('a session that ends takes its connections with it, and only them', async () => {
  await open()
  const morning = await new Browser('/live', { cookie: 'a@morning' }).opened()
  const evening = await new Browser('/live', { cookie: 'b@evening' }).opened()
  const operator = await new Browser('/live', { cookie: 'operator' }).opened()
  const closed = morning.closed()
  standing.delete('morning')
  now += 2000
  expect(await closed).toBe(CLOSE.sessionEnded)
  expect(hub.disconnect(({ username }) => username === 'b')).toBe(1)
  expect(await evening.closed()).toBe(CLOSE.sessionEnded)
  expect(operator.socket.readyState).toBe(WebSocket.OPEN)
  expect(hub.stats()).toMatchObject({ clients: 1, sessionsEnded: 2 })
})

test('rights that were taken away while a connection was let in let nobody in', async () => {
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<LiveIdentity>()
  await open({
    authenticate: () => {
      asked.resolve()
      return answered.promise
    },
  })
  const browser = new Browser()
  const refused = browser.refused()
  await asked.promise
  expect(hub.disconnect(({ username }) => username === 'inspector')).toBe(0)
  answered.resolve({
    username: 'inspector',
    session: 'morning',
    territory: WHOLE_TERRITORY,
    permissions: ROLE_PERMISSIONS.viewer,
  })
  expect(await refused).toBe(503)
  expect(hub.stats().clients).toBe(0)
})

test('a client that does not answer pings is dropped', async () => {
  await open()
  const browser = new Browser()
  browser.socket.on('ping', () => {})
  await browser.opened()
  Object.assign(browser.socket, { _autoPong: false })
  const closed = browser.closed()
  for (let ping = 0; ping < 3; ping++) {
    now += 15_000
    hub.frame(now)
  }
  expect(await closed).toBe(1006)
  expect(hub.stats().evicted.unresponsive).toBe(1)
})

test('a client that does not read is evicted, its buffer bounded, and the others get every frame', async () => {
  await open()
  const stations = Array.from({ length: 3000 }, (_, at) => place(`station-${at}`, at / 100, 0))
  const reader = await new Browser().opened()
  const sleeper = await new Browser('/live', { cookie: 'sleeper@morning' }).opened()
  await reader.subscribe()
  await sleeper.subscribe()
  sleeper.socket.pause()
  let frames = 0
  while (hub.stats().evicted.slow === 0) {
    now += 250
    for (const station of stations) record(station, 'pm25', ++frames)
    hub.frame(now)
    const { stations: told } = await reader.nextOf('delta')
    expect(told?.at(-1)?.value).toBe(frames)
  }
  expect(hub.stats()).toMatchObject({ clients: 1, evicted: { slow: 1 } })
  sleeper.socket.resume()
  await sleeper.closed()
})

test('a slow client that catches up gets a fresh snapshot in place of what it missed', async () => {
  await open()
  const stations = Array.from({ length: 3000 }, (_, at) => place(`station-${at}`, at / 100, 0))
  const browser = await new Browser().opened()
  await browser.subscribe()
  browser.socket.pause()
  const { snapshots } = hub.stats()
  let value = 0
  for (let deltas = -1; deltas !== hub.stats().deltas; ) {
    deltas = hub.stats().deltas
    value++
    for (const station of stations) record(station, 'pm25', value, T0 + value)
    hub.frame(now)
    await new Promise(setImmediate)
  }
  browser.socket.resume()
  const snapshot = await browser.nextOf('snapshot')
  expect(snapshot.stations?.at(-1)?.value).toBe(value)
  expect(hub.stats()).toMatchObject({ snapshots: snapshots + 1, evicted: { slow: 0 } })
})

test('a message is told at once, to whom it is for', async () => {
  await open()
  const morning = await new Browser('/live', { cookie: 'a@morning' }).opened()
  const evening = await new Browser('/live', { cookie: 'b@evening' }).opened()
  expect(hub.tell(({ username }) => username === 'b', { type: 'notice', time: now })).toBe(1)
  expect(hub.tellEach(({ username }) => `{"type":"notice","time":${username === 'a' ? 1 : 2}}`)).toBe(2)
  expect(await morning.nextOf('notice')).toEqual({ type: 'notice', time: 1 })
  expect(await evening.nextOf('notice')).toEqual({ type: 'notice', time: T0 })
  expect(await evening.nextOf('notice')).toEqual({ type: 'notice', time: 2 })
  expect(hub.stats().told).toBe(3)
})

test('what is told to a client that is behind waits for it in order, bounded; who stays behind is evicted', async () => {
  await open()
  const browser = await new Browser().opened()
  browser.socket.pause()
  const text = (number: number) => `{"type":"notice","number":${number},"filler":"${'x'.repeat(100_000)}"}`
  const sent = 35
  for (let number = 0; number < sent; number++) hub.tellEach(() => text(number))
  browser.socket.resume()
  for (let number = 0; number < sent; number++) {
    expect(await browser.nextOf('notice')).toMatchObject({ number })
  }
  browser.socket.pause()
  while (hub.stats().evicted.slow === 0) hub.tellEach(() => text(sent))
  expect(hub.stats().clients).toBe(0)
  browser.socket.resume()
  await browser.closed()
})

test('without clients nothing is worked out', async () => {
  await open()
  const station = place('s', 0, 0)
  const browser = await new Browser().opened()
  await browser.subscribe()
  browser.socket.close()
  await browser.closed()
  latest.state = () => {
    throw new Error('a state was read')
  }
  record(station, 'pm25', 7)
  expect(latest.takeChanged()).toEqual([station.slot])
})

test('stopping tells the clients and lets nobody in', async () => {
  await open()
  const browser = await new Browser().opened()
  const closed = browser.closed()
  await hub.stop()
  expect(await closed).toBe(CLOSE.goingAway)
  expect(await new Browser().refused()).toBe(503)
})
