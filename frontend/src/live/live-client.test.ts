import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { FakeSocket, installFakeSocket, removeFakeSocket } from './fake-socket.fixture.ts'
import { LiveClient } from './live-client.ts'

const snapshot = { type: 'snapshot', time: 0, stations: [], details: {} }

beforeEach(() => {
  jest.useFakeTimers()
  installFakeSocket()
})
afterEach(() => {
  jest.useRealTimers()
  removeFakeSocket()
})

function client() {
  const message = jest.fn()
  const sessionValid = jest.fn(async () => true)
  const live = new LiveClient('ws://test/live', { message, sessionValid })
  live.start()
  return { live, message, sessionValid }
}

const socket = (): FakeSocket => FakeSocket.last
const phase = (live: LiveClient): string => live.connection.get().phase

test('it subscribes when connected, and again after every reconnection', () => {
  const { live } = client()
  live.subscribe({ bbox: [1, 2, 3, 4], property: 'pm25', stations: ['a'] })
  socket().connect()
  expect(socket().sent).toEqual([
    { type: 'subscribe', bbox: [1, 2, 3, 4], property: 'pm25', stations: ['a'] },
  ])
  socket().say(snapshot)
  expect(phase(live)).toBe('live')
  socket().onclose?.()
  expect(phase(live)).toBe('waiting')
  jest.advanceTimersByTime(2000)
  expect(FakeSocket.opened).toHaveLength(2)
  socket().connect()
  expect(socket().sent).toHaveLength(1)
  live.stop()
})

test('a changed wish is sent at once on an open connection', () => {
  const { live } = client()
  socket().connect()
  live.subscribe({ bbox: null, property: null, stations: [] })
  expect(socket().sent).toHaveLength(2)
  live.stop()
})

test('heartbeats keep the connection, silence ends it', () => {
  const { live, message } = client()
  socket().connect()
  socket().say(snapshot)
  for (let beat = 0; beat < 6; beat++) {
    jest.advanceTimersByTime(5000)
    socket().say({ type: 'heartbeat', time: 0 })
  }
  expect(phase(live)).toBe('live')
  expect(message).toHaveBeenCalledTimes(1)
  const dead = socket()
  jest.advanceTimersByTime(17_000)
  expect(dead.closed).toBe(true)
  expect(FakeSocket.opened.length).toBeGreaterThan(1)
  live.stop()
})

test('a handshake that never ends is given up', () => {
  const { live } = client()
  const stuck = socket()
  jest.advanceTimersByTime(12_000)
  expect(stuck.closed).toBe(true)
  live.stop()
})

test('every loss asks whether the session still stands', () => {
  const { live, sessionValid } = client()
  socket().onclose?.()
  expect(sessionValid).toHaveBeenCalledTimes(1)
  live.stop()
})

test('the person may retry at once, and the network coming back does the same', () => {
  const { live } = client()
  socket().onclose?.()
  live.retry()
  expect(FakeSocket.opened).toHaveLength(2)
  socket().onclose?.()
  window.dispatchEvent(new Event('online'))
  expect(FakeSocket.opened).toHaveLength(3)
  live.stop()
})

test('stopping closes the connection and tries no more', () => {
  const { live } = client()
  socket().connect()
  live.stop()
  expect(socket().closed).toBe(true)
  jest.advanceTimersByTime(60_000)
  expect(FakeSocket.opened).toHaveLength(1)
  expect(phase(live)).toBe('idle')
})

test('tells since when the platform is behind, and when it has caught up', () => {
  const { live } = client()
  socket().connect()
  socket().say({ ...snapshot, delayedSince: 1000 })
  expect(phase(live)).toBe('live')
  expect(live.delayedSince.get()).toBe(1000)
  socket().say({ type: 'registry', time: 0 })
  expect(live.delayedSince.get()).toBe(1000)
  socket().say({ type: 'heartbeat', time: 0, delayedSince: null })
  expect(live.delayedSince.get()).toBeNull()
  live.stop()
})
