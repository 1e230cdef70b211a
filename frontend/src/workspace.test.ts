import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { StationCollection } from '@osprey/core/api'
import { FakeSocket, installFakeSocket, removeFakeSocket } from './live/fake-socket.fixture.ts'
import { type Request, RequestError } from './session/request.ts'
import { collectionOf } from './stations/stations.fixture.ts'
import { Workspace } from './workspace.ts'

const LONGEST_RELOAD_DELAY = 2300

beforeEach(() => {
  jest.useFakeTimers()
  installFakeSocket()
})
afterEach(() => {
  jest.useRealTimers()
  removeFakeSocket()
})

/** A server whose stations can be changed, and which can fail or answer late. */
class Server {
  stations: StationCollection = collectionOf({ id: 'a' })
  asked: string[] = []
  down = false
  /** When set, answers about stations wait to be released. */
  held: (() => void)[] | null = null

  readonly request = (async (path: string) => {
    this.asked.push(path)
    if (this.down) throw new RequestError(0, null)
    if (path !== '/api/stations') return path === '/api/config' ? { tiles: null } : []
    const { stations } = this
    if (this.held !== null) await new Promise<void>((release) => this.held?.push(release))
    return stations
  }) as Request

  count(path: string): number {
    return this.asked.filter((asked) => asked === path).length
  }
}

const snapshot = { type: 'snapshot', time: 0, stations: [], details: {} }

async function started(server: Server): Promise<Workspace> {
  const workspace = new Workspace(server.request, 'ws://test/live', async () => true)
  await workspace.start()
  FakeSocket.last.connect()
  FakeSocket.last.say(snapshot)
  return workspace
}

test('it connects only after everything is loaded, and can be started again after a failure', async () => {
  const server = new Server()
  server.down = true
  const workspace = new Workspace(server.request, 'ws://test/live', async () => true)
  await workspace.start()
  expect(workspace.loading.get()).toBe('failed')
  expect(FakeSocket.opened).toHaveLength(0)
  server.down = false
  await workspace.start()
  expect(workspace.loading.get()).toBe('ready')
  expect(workspace.stations.size).toBe(1)
  expect(FakeSocket.opened).toHaveLength(1)
  workspace.stop()
})

test('a burst of registry changes is one reading; a change during the reading is another', async () => {
  const server = new Server()
  const workspace = await started(server)
  for (let change = 0; change < 5; change++) FakeSocket.last.say({ type: 'registry', time: 0 })
  server.held = []
  await jest.advanceTimersByTimeAsync(LONGEST_RELOAD_DELAY)
  expect(server.count('/api/stations')).toBe(2)
  FakeSocket.last.say({ type: 'registry', time: 0 })
  server.held[0]?.()
  server.held = null
  server.stations = collectionOf({ id: 'a' }, { id: 'b' })
  await jest.advanceTimersByTimeAsync(LONGEST_RELOAD_DELAY)
  expect(server.count('/api/stations')).toBe(3)
  expect(workspace.stations.size).toBe(2)
  workspace.stop()
})

test('an answer that was overtaken does not bring old stations back', async () => {
  const server = new Server()
  const workspace = await started(server)
  server.held = []
  const slow = workspace.loadStations()
  const [release] = server.held
  server.held = null
  server.stations = collectionOf({ id: 'x' }, { id: 'y' })
  await workspace.loadStations()
  release?.()
  await slow
  expect(workspace.stations.ids).toEqual(['x', 'y'])
  workspace.stop()
})

test('after a loss the registry is read again, after the first connection it is not', async () => {
  const server = new Server()
  const workspace = await started(server)
  await jest.advanceTimersByTimeAsync(LONGEST_RELOAD_DELAY)
  expect(server.count('/api/stations')).toBe(1)
  FakeSocket.last.onclose?.()
  await jest.advanceTimersByTimeAsync(2000)
  FakeSocket.last.connect()
  FakeSocket.last.say(snapshot)
  await jest.advanceTimersByTimeAsync(LONGEST_RELOAD_DELAY)
  expect(server.count('/api/stations')).toBe(2)
  workspace.stop()
})

test('the subscription follows what is watched, several changes in one message', async () => {
  const workspace = await started(new Server())
  const before = FakeSocket.last.sent.length
  workspace.watch({ view: [116, 39, 117, 40] })
  workspace.watch({ property: 'pm25', station: 'a' })
  await jest.advanceTimersByTimeAsync(200)
  expect(FakeSocket.last.sent.slice(before)).toEqual([
    { type: 'subscribe', bbox: [115.4, 38.4, 117.6, 40.6], property: 'pm25', stations: ['a'] },
  ])
  expect(workspace.covers({ longitude: 117.2, latitude: 39 })).toBe(true)
  expect(workspace.covers({ longitude: 120, latitude: 39 })).toBe(false)
  workspace.watch({ view: [116.1, 39.1, 117.1, 40.1] })
  await jest.advanceTimersByTimeAsync(200)
  expect(FakeSocket.last.sent).toHaveLength(before + 1)
  workspace.stop()
})
