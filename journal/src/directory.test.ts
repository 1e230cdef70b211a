import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DeviceDirectory, type DeviceRecord } from './directory.ts'
import { temporaryFolder } from './fixtures/helpers.ts'

let folder: string
let remove: () => void
let directory: DeviceDirectory

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  directory = DeviceDirectory.open(folder)
})

afterEach(async () => {
  await directory.close()
  remove()
})

const device = (id: string, changes: Partial<DeviceRecord> = {}): DeviceRecord => ({
  id,
  secretHash: 'a'.repeat(64),
  disabled: false,
  rotatedAt: 1,
  authentication: 'secret',
  ...changes,
})

test('keeps devices over a restart', async () => {
  await directory.put(device('d1'))
  await directory.close()
  directory = DeviceDirectory.open(folder)
  expect([directory.get('d1'), directory.get('d2')]).toEqual([device('d1'), undefined])
})

test('tells which devices changed since a version, each once, with its newest state', async () => {
  await directory.putAll([device('d1'), device('d2'), device('d3')])
  const { version, ids } = directory.changesSince(0)
  expect([version, ids]).toEqual([3, ['d1', 'd2', 'd3']])
  await directory.put(device('d2', { disabled: true }))
  await directory.remove('d1')
  await directory.put(device('d2', { rotatedAt: 2 }))
  expect(directory.changesSince(version)).toEqual({ version: 6, ids: ['d1', 'd2'] })
  expect([directory.get('d1'), directory.get('d2')?.rotatedAt]).toEqual([undefined, 2])
  expect(directory.changesSince(6)).toEqual({ version: 6, ids: [] })
  expect(directory.version()).toBe(6)
})

test('removing what is not there changes nothing, and a removed device can come back', async () => {
  await directory.remove('d1')
  expect(directory.version()).toBe(0)
  await directory.put(device('d1'))
  await directory.remove('d1')
  await directory.remove('d1')
  await directory.put(device('d1', { rotatedAt: 9 }))
  expect(directory.version()).toBe(3)
  expect(directory.get('d1')?.rotatedAt).toBe(9)
})

test('a record from before certificates counts as one of a secret', async () => {
  const { authentication: _, ...old } = device('d1')
  await directory.put(old as DeviceRecord)
  expect(directory.get('d1')).toEqual(device('d1'))
  await directory.put(device('d1', { authentication: 'certificate' }))
  expect(directory.get('d1')?.authentication).toBe('certificate')
})
