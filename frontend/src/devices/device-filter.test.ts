import { expect, test } from '@jest/globals'
import type { DeviceView } from '@osprey/core/api'
import { countStates, filterDevices } from './device-filter.ts'

const device = (id: string, change: Partial<DeviceView>): DeviceView => ({
  id,
  stations: [],
  units: {},
  authentication: 'secret',
  disabled: false,
  createdAt: '2026-11-23T00:00:00Z',
  rotatedAt: '2026-11-23T00:00:00Z',
  connected: false,
  connectedSince: null,
  disconnectedSince: null,
  address: null,
  lastMessageAt: null,
  status: null,
  ...change,
})

const devices = [
  device('pump-1', { connected: true, stations: ['north'] }),
  device('pump-2', { disconnectedSince: '2026-11-23T00:00:00Z', stations: ['south', 'north'] }),
  device('pump-3', { lastMessageAt: '2026-11-23T00:00:00Z' }),
  device('meter', {}),
  device('old', { disabled: true, lastMessageAt: '2026-11-23T00:00:00Z' }),
]
const names: Record<string, string> = { north: '北门 North Gate', south: 'South' }
const found = (condition: Parameters<typeof filterDevices>[1], search: string) =>
  filterDevices(devices, condition, search, (id) => names[id]).map(({ id }) => id)

test('every device is in exactly one state', () => {
  expect(countStates(devices)).toEqual({ all: 5, connected: 1, disconnected: 2, never: 1, disabled: 1 })
})

test('states and words narrow the list', () => {
  expect(found('all', ' ')).toHaveLength(5)
  expect(found('disconnected', '')).toEqual(['pump-2', 'pump-3'])
  expect(found('never', '')).toEqual(['meter'])
  expect(found('all', 'PUMP north')).toEqual(['pump-1', 'pump-2'])
  expect(found('all', '北门')).toEqual(['pump-1', 'pump-2'])
  expect(found('all', 'ｐｕｍｐ-3')).toEqual(['pump-3'])
  expect(found('connected', 'south')).toEqual([])
})
