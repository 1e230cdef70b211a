import { expect, test } from '@jest/globals'
import type { StationState } from '@osprey/core/live'
import { collectionOf, storeOf } from './stations.fixture.ts'

const TIME = Date.UTC(2026, 10, 22, 8)

function state(id: string, change: Partial<StationState> = {}): StationState {
  return { id, status: 'live', level: 1, alert: 'none', time: TIME, property: 'pm25', value: 50, ...change }
}

test('the registry brings stations with their last known state', () => {
  const latest = { pm25: { value: 80, unit: 'ug/m3', time: '2026-11-22T08:00:00.000Z', quality: 1 } }
  const store = storeOf({ id: 'a', level: 2, alert: 'exceeding', latest }, { id: 'b', status: 'never' })
  expect(store.size).toBe(2)
  expect(store.stateOf('a')).toMatchObject({ level: 2, alert: 'exceeding', status: 'live', time: TIME })
  expect(store.latestOf('a')).toEqual({ pm25: [80, TIME, 1] })
  expect(store.stateOf('b')).toMatchObject({ level: null, status: 'never', time: null })
  expect([...store.measuredProperties()]).toEqual(['pm25'])
})

test('a message changes only the stations it names and tells the listeners once', () => {
  const store = storeOf({ id: 'a' }, { id: 'b' })
  let told = 0
  store.subscribe(() => told++)
  const before = store.stateOf('b')
  store.applyDelta([state('a', { level: 4, alert: 'exceeding' })], {})
  expect(told).toBe(1)
  expect(store.stateOf('a')).toMatchObject({ level: 4, alert: 'exceeding', value: 50 })
  expect(store.stateOf('b')).toBe(before)
})

test('snapshots of state keep their identity until the state changes', () => {
  const store = storeOf({ id: 'a' })
  store.applyDelta([state('a')], {})
  const first = store.stateOf('a')
  expect(store.stateOf('a')).toBe(first)
  store.applyDelta([state('a', { value: 51 })], {})
  expect(store.stateOf('a')).not.toBe(first)
})

test('a delta adds to the details, a snapshot replaces them', () => {
  const store = storeOf({ id: 'a' })
  store.applySnapshot([state('a')], { a: { pm25: [1, TIME, 1], no2: [2, TIME, 1] } })
  store.applyDelta([], { a: { pm25: [3, TIME + 1, 1] } })
  expect(store.latestOf('a')).toEqual({ pm25: [3, TIME + 1, 1], no2: [2, TIME, 1] })
  store.applySnapshot([state('a')], { a: { pm25: [4, TIME + 2, 1] } })
  expect(store.latestOf('a')).toEqual({ pm25: [4, TIME + 2, 1] })
})

test('states of stations the registry does not have are ignored', () => {
  const store = storeOf({ id: 'a' })
  store.applyDelta([state('gone')], {})
  expect(store.stateOf('gone')).toBeUndefined()
  expect(store.size).toBe(1)
})

test('a new registry replaces every row', () => {
  const store = storeOf({ id: 'a' }, { id: 'b' })
  store.applyDelta([state('a')], { a: { pm25: [1, TIME, 1] } })
  const version = store.registryVersion
  store.replaceStations(collectionOf({ id: 'b' }, { id: 'c', medium: 'noise' }))
  expect(store.registryVersion).toBe(version + 1)
  expect(store.row('a')).toBeUndefined()
  expect(store.stateOf('a')).toBeUndefined()
  expect(store.latestOf('a')).toEqual({})
  expect(store.mediumOf(store.row('c') as number)).toBe('noise')
})

test('a station measures what it once reported', () => {
  const store = storeOf({ id: 'a' })
  expect(store.measures(0, 'o3')).toBe(false)
  store.applyDelta([state('a', { property: 'o3', value: null })], {})
  expect(store.measures(0, 'o3')).toBe(false)
  store.applyDelta([state('a', { property: 'o3', value: 0 })], {})
  expect(store.measures(0, 'o3')).toBe(true)
})
