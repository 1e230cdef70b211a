import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { DeviceView } from '@osprey/core/api'
import {
  type Answer,
  type PlatformRequest,
  startTestPlatform,
  type TestPlatform,
} from '../testing/test-platform.ts'
import { Credentials } from './credentials.ts'
import { PlatformClient } from './platform-client.ts'
import { planDevices, provisionDevices, provisionStations, removeFleet } from './provision.ts'

let directory: string
let platform: TestPlatform | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-provision-'))
})
afterEach(async () => {
  rmSync(directory, { recursive: true })
  await platform?.close()
  platform = undefined
})

const NOW = Date.parse('2026-11-23T12:00:00Z')

const view = (id: string, more: Partial<DeviceView> = {}): DeviceView => ({
  id,
  stations: [id],
  units: {},
  authentication: 'secret',
  disabled: false,
  createdAt: new Date(NOW - 60_000).toISOString(),
  rotatedAt: new Date(NOW - 60_000).toISOString(),
  connected: false,
  connectedSince: null,
  disconnectedSince: null,
  address: null,
  lastMessageAt: null,
  status: null,
  ...more,
})

const known = (obtainedAt: number) => ({ get: () => ({ secret: 's', obtainedAt }) })

test.each([
  ['an unknown device is created', [], known(NOW), { create: ['a'], update: [], rotate: [] }],
  ['a device as wanted is left alone', [view('a')], known(NOW), { create: [], update: [], rotate: [] }],
  [
    'another order of stations is no difference',
    [view('a', { stations: ['b', 'a'] })],
    known(NOW),
    { create: [], update: [], rotate: [] },
    ['a', 'b'],
  ],
  [
    'other stations are corrected',
    [view('a', { stations: ['x'] })],
    known(NOW),
    { create: [], update: ['a'], rotate: [] },
  ],
  [
    'other units are corrected',
    [view('a', { units: { no2: '[ppb]' } })],
    known(NOW),
    { create: [], update: ['a'], rotate: [] },
  ],
  [
    'a lost secret is rotated',
    [view('a')],
    { get: () => undefined },
    { create: [], update: [], rotate: ['a'] },
  ],
  [
    'a secret somebody else rotated is rotated again',
    [view('a', { rotatedAt: new Date(NOW + 60_000).toISOString() })],
    known(NOW),
    { create: [], update: [], rotate: ['a'] },
  ],
])('%s', (_name, existing, credentials, expected, stations: string[] = ['a']) => {
  const plan = planDevices([{ id: 'a', stations }], existing, credentials)
  expect({
    create: plan.create.map(({ id }) => id),
    update: plan.update.map(({ id }) => id),
    rotate: plan.rotate,
  }).toEqual(expected)
})

/** A platform that keeps stations and devices in memory. */
function registry() {
  const stations = new Set<string>()
  const devices = new Map<string, DeviceView>()
  let secrets = 0
  const answer = ({ method, path, body }: PlatformRequest): Answer => {
    const json = body === '' ? undefined : JSON.parse(body)
    const id = path.split('/')[3] ?? ''
    if (method === 'GET' && path === '/api/devices') return { body: [...devices.values()] }
    if (method === 'GET' && path === '/api/stations')
      return { body: { features: [...stations].map((station) => ({ id: station })) } }
    if (path === '/api/stations/import') {
      for (const feature of json.features) stations.add(feature.id)
      return { body: { created: json.features.length } }
    }
    if (path === '/api/devices/bulk') {
      for (const device of json.devices) devices.set(device.id, view(device.id, device))
      return {
        status: 201,
        body: {
          devices: json.devices.map((device: { id: string }) => ({
            id: device.id,
            secret: `secret-${++secrets}`,
          })),
        },
      }
    }
    if (path.endsWith('/rotate')) return { body: { id, secret: `secret-${++secrets}` } }
    if (method === 'PATCH') {
      devices.set(id, { ...(devices.get(id) as DeviceView), ...json })
      return { body: devices.get(id) }
    }
    if (method === 'DELETE') {
      if (path.startsWith('/api/devices/')) devices.delete(id)
      else stations.delete(id)
      return { status: 204 }
    }
    return { status: 404 }
  }
  return { stations, devices, answer }
}

test('provisioning twice creates everything once and keeps the secrets in a private file', async () => {
  const { devices, answer } = registry()
  platform = await startTestPlatform(answer)
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const wanted = Array.from({ length: 2500 }, (_, index) => ({ id: `d-${index}`, stations: [`d-${index}`] }))
  const first = await provisionDevices(client, Credentials.open(directory, client.origin), wanted, () => NOW)
  const requests = platform.requests.length
  const again = Credentials.open(directory, client.origin)
  expect(await provisionDevices(client, again, wanted, () => NOW)).toEqual(first)
  expect(platform.requests.length).toBe(requests + 1)
  expect(devices.size).toBe(2500)
  expect(new Set(first.values()).size).toBe(2500)
  expect(statSync(again.path).mode & 0o777).toBe(0o600)
})

test('a lost credentials file is made up for by rotation', async () => {
  const { answer } = registry()
  platform = await startTestPlatform(answer)
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const wanted = [{ id: 'a', stations: ['a'] }]
  const before = await provisionDevices(client, Credentials.open(directory, client.origin), wanted, () => NOW)
  rmSync(join(directory, 'simulators'), { recursive: true })
  const after = await provisionDevices(client, Credentials.open(directory, client.origin), wanted, () => NOW)
  expect(after.get('a')).not.toBe(before.get('a'))
})

test('stations that exist are left as people changed them', async () => {
  const { stations, answer } = registry()
  stations.add('old')
  platform = await startTestPlatform(answer)
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const station = (id: string) => ({ id, name: id, latitude: 30, longitude: 118, medium: 'air' as const })
  await provisionStations(client, [station('old'), station('new')])
  await provisionStations(client, [station('old'), station('new')])
  const imports = platform.requests.filter(({ path }) => path === '/api/stations/import')
  expect(imports.map(({ body }) => JSON.parse(body).features)).toEqual([
    [
      {
        type: 'Feature',
        id: 'new',
        geometry: { type: 'Point', coordinates: [118, 30] },
        properties: { name: 'new', medium: 'air' },
      },
    ],
  ])
})

test('a fleet is removed by its prefix, nothing else', async () => {
  const { stations, devices, answer } = registry()
  for (const id of ['load-00001', 'load-00002', 'loader', 'lan-dam']) {
    stations.add(id)
    devices.set(id, view(id))
  }
  platform = await startTestPlatform(answer)
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const removed = await removeFleet(client, Credentials.open(directory, client.origin), 'load')
  expect(removed).toEqual({ devices: 2, stations: 2 })
  expect([...devices.keys()]).toEqual(['loader', 'lan-dam'])
})

test('credentials of several platforms live side by side; a damaged file is not overwritten', () => {
  const one = Credentials.open(directory, 'http://one')
  one.set('a', { secret: '1', obtainedAt: NOW })
  one.save()
  const two = Credentials.open(directory, 'http://two')
  two.set('a', { secret: '2', obtainedAt: NOW })
  two.save()
  expect(Credentials.open(directory, 'http://one').get('a')?.secret).toBe('1')
  expect(Credentials.open(directory, 'http://two').get('a')?.secret).toBe('2')
  writeFileSync(one.path, '{"http://one": {"a": ')
  expect(() => Credentials.open(directory, 'http://one')).toThrow('not a credentials file')
  expect(readFileSync(one.path, 'utf8')).toBe('{"http://one": {"a": ')
})
