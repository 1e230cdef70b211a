import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { DeviceDirectory } from '@osprey/journal/directory'
import { TestBackend } from '../testing.ts'

let backend: TestBackend
let directory: DeviceDirectory
beforeAll(async () => {
  backend = await TestBackend.start()
  directory = DeviceDirectory.open(join(backend.dataDir, 'journal'))
  for (const id of ['s-1', 's-2', 's-3']) {
    await backend.operator('POST', '/api/stations', {
      id,
      name: id,
      latitude: 1,
      longitude: 2,
      medium: 'air',
    })
  }
})
afterAll(async () => {
  await directory.close()
  await backend.stop()
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('a device gets a secret once; the broker gets its hash', async () => {
  const { status, body } = await backend.operator('POST', '/api/devices', {
    id: 'd-1',
    stations: ['s-2', 's-1'],
  })
  expect(status).toBe(201)
  expect(Buffer.from(body.secret, 'base64url')).toHaveLength(32)
  expect(directory.get('d-1')).toMatchObject({ id: 'd-1', secretHash: sha256(body.secret), disabled: false })
  const view = (await backend.operator('GET', '/api/devices/d-1')).body
  expect(view).toMatchObject({
    id: 'd-1',
    stations: ['s-2', 's-1'],
    units: {},
    connected: false,
    lastMessageAt: null,
  })
  expect(JSON.stringify(view)).not.toContain(body.secret)
  const [row] = await backend.sql("select * from devices where id = 'd-1'")
  expect(JSON.stringify(row)).not.toContain(body.secret)
  expect(backend.log.join('')).not.toContain(body.secret)
})

test('rotating ends the old secret', async () => {
  const first = (await backend.operator('POST', '/api/devices', { id: 'd-rotate', stations: [] })).body.secret
  const before = directory.get('d-rotate')
  const second = (await backend.operator('POST', '/api/devices/d-rotate/rotate', {})).body.secret
  expect(second).not.toBe(first)
  const after = directory.get('d-rotate')
  expect(after?.secretHash).toBe(sha256(second))
  expect(after?.rotatedAt).toBeGreaterThan(before?.rotatedAt as number)
})

test('disabling, reassigning and removing reach the broker', async () => {
  await backend.operator('POST', '/api/devices', { id: 'd-2', stations: ['s-1'] })
  const disabled = await backend.operator('PATCH', '/api/devices/d-2', {
    disabled: true,
    stations: ['s-3', 's-2'],
  })
  expect(disabled.body).toMatchObject({ disabled: true, stations: ['s-3', 's-2'] })
  expect(directory.get('d-2')?.disabled).toBe(true)
  expect((await backend.operator('DELETE', '/api/devices/d-2')).status).toBe(204)
  expect(directory.get('d-2')).toBeUndefined()
  expect((await backend.operator('GET', '/api/devices/d-2')).status).toBe(404)
})

test('many devices at once: all or none', async () => {
  const devices = Array.from({ length: 3000 }, (_, index) => ({ id: `bulk-${index}`, stations: ['s-1'] }))
  const { status, body } = await backend.operator('POST', '/api/devices/bulk', { devices })
  expect([status, body.devices.length]).toEqual([201, 3000])
  expect(new Set(body.devices.map((one: { secret: string }) => one.secret)).size).toBe(3000)
  expect(directory.get('bulk-2999')?.secretHash).toBe(sha256(body.devices[2999].secret))
  const again = [
    { id: 'fresh', stations: [] },
    { id: 'bulk-7', stations: [] },
  ]
  expect((await backend.operator('POST', '/api/devices/bulk', { devices: again })).status).toBe(409)
  expect((await backend.operator('GET', '/api/devices/fresh')).status).toBe(404)
  const twice = [
    { id: 'fresh', stations: [] },
    { id: 'fresh', stations: [] },
  ]
  const refused = await backend.operator('POST', '/api/devices/bulk', { devices: twice })
  expect(refused.body.errors).toEqual([
    { field: 'devices.1.id', value: 'fresh', expected: 'an id named once' },
  ])
})

test.each([
  [{ id: 'x', stations: ['none'] }, 'stations', 'none'],
  [{ id: 'x/y', stations: [] }, 'id', 'x/y'],
  [{ id: 'x', stations: [], units: { nonsense: 'mg/m3' } }, 'units.nonsense', 'nonsense'],
  [{ id: 'x', stations: [], units: { pm25: 'km' } }, 'units.pm25', 'km'],
])('%j is refused at %s', async (input, field, value) => {
  const { status, body } = await backend.operator('POST', '/api/devices', input)
  expect([status, body.errors[0].field, body.errors[0].value]).toEqual([400, field, value])
})

test('a unit that converts is accepted', async () => {
  const input = { id: 'd-units', stations: ['s-1'], units: { pm25: 'mg/m3' } }
  expect((await backend.operator('POST', '/api/devices', input)).status).toBe(201)
  expect((await backend.operator('GET', '/api/devices/d-units')).body.units).toEqual({ pm25: 'mg/m3' })
})

test('how a device logs in reaches the broker; a new secret does not change it', async () => {
  const created = { id: 'd-cert', stations: [], authentication: 'certificate' }
  expect((await backend.operator('POST', '/api/devices', created)).status).toBe(201)
  expect(directory.get('d-cert')?.authentication).toBe('certificate')
  expect((await backend.operator('GET', '/api/devices/d-cert')).body.authentication).toBe('certificate')
  expect(directory.get('d-1')?.authentication).toBe('secret')
  const patch = { authentication: 'either' }
  expect((await backend.operator('PATCH', '/api/devices/d-cert', patch)).body.authentication).toBe('either')
  await backend.operator('POST', '/api/devices/d-cert/rotate', {})
  await backend.operator('PATCH', '/api/devices/d-cert', { stations: ['s-1'] })
  expect(directory.get('d-cert')?.authentication).toBe('either')
  const unknown = await backend.operator('PATCH', '/api/devices/d-cert', { authentication: 'badge' })
  expect([unknown.status, unknown.body.errors[0].field]).toEqual([400, 'authentication'])
})

test('a list of devices by page, text and state', async () => {
  const devices = ['b', 'a', 'C'].map((name) => ({ id: `page-${name}`, stations: ['s-3'] }))
  await backend.operator('POST', '/api/devices/bulk', { devices })
  await backend.operator('PATCH', '/api/devices/page-b', { disabled: true })
  const ids = async (query: string) => {
    const { body } = await backend.operator('GET', `/api/devices?${query}`)
    return body.map(({ id }: { id: string }) => id)
  }
  expect(await ids('text=PAGE-')).toEqual(['page-C', 'page-a', 'page-b'])
  expect(await ids('text=page-&limit=2')).toEqual(['page-C', 'page-a'])
  expect(await ids('text=page-&limit=2&after=page-a')).toEqual(['page-b'])
  expect(await ids('text=page-&state=disabled')).toEqual(['page-b'])
  expect(await ids('text=page-&state=disconnected')).toEqual(['page-C', 'page-a'])
  expect(await ids('text=page-&state=connected')).toEqual([])
  expect(await ids('text=S-3')).toEqual(expect.arrayContaining(['page-a']))
  const refused = await backend.operator('GET', '/api/devices?state=asleep')
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'state'])
})

test('a device loses a station that is removed', async () => {
  await backend.operator('POST', '/api/stations', {
    id: 'gone',
    name: 'g',
    latitude: 1,
    longitude: 2,
    medium: 'air',
  })
  await backend.operator('POST', '/api/devices', { id: 'd-gone', stations: ['gone', 's-1'] })
  await backend.operator('DELETE', '/api/stations/gone')
  expect((await backend.operator('GET', '/api/devices/d-gone')).body.stations).toEqual(['s-1'])
})

test('after a restart the directory is made equal to the registry', async () => {
  await directory.put({
    id: 'ghost',
    secretHash: sha256('x'),
    disabled: false,
    rotatedAt: 1,
    authentication: 'secret',
  })
  const record = directory.get('d-1')
  await directory.remove('d-1')
  await backend.restart()
  expect(directory.get('ghost')).toBeUndefined()
  expect(directory.get('d-1')).toEqual(record)
  expect((await backend.operator('GET', '/api/devices/d-1')).body.stations).toEqual(['s-2', 's-1'])
})
