import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { AuditEntry, AuditView } from '@osprey/core/api/audit'
import { TestBackend } from '../testing.ts'

/** What the log keeps of changes to registered things, layers and commands. */

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
})
afterAll(() => TestBackend.stopAll())

let since = 0
const view = async (): Promise<AuditView> => (await backend.operator('GET', '/api/audit?limit=500')).body
beforeEach(async () => {
  since = (await view()).head.sequence
})
/** Entries since the beginning of the test, oldest first. */
const entries = async (): Promise<AuditEntry[]> =>
  (await view()).entries.filter(({ sequence }) => sequence > since).reverse()
const summary = async () =>
  (await entries()).map(({ action, object, before, after }) => [action, object?.id, before, after])

const station = (id: string, name = id) => ({ id, name, latitude: 1, longitude: 2, medium: 'air' })
const GEOJSON = { 'content-type': 'application/geo+json' }

test('stations: one entry each, imported ones too; a removal tells what it took', async () => {
  await backend.operator('POST', '/api/stations', station('s-1'))
  await backend.operator('POST', '/api/devices', { id: 'd-1', stations: ['s-1'] })
  const csv = 'id,name,latitude,longitude,medium\ns-1,New,1,2,air\ns-2,s-2,1,2,water\n'
  await backend.operator('POST', '/api/stations/import', csv, { 'content-type': 'text/csv' })
  await backend.operator('PATCH', '/api/stations/s-2', { description: 'by the weir' })
  await backend.operator('DELETE', '/api/stations/s-1')
  const named = (name: string) => expect.objectContaining({ name })
  expect(await summary()).toEqual([
    ['station.created', 's-1', null, expect.objectContaining(station('s-1'))],
    ['device.created', 'd-1', null, expect.anything()],
    ['station.changed', 's-1', named('s-1'), named('New')],
    ['station.created', 's-2', null, expect.objectContaining({ medium: 'surface-water' })],
    [
      'station.changed',
      's-2',
      expect.objectContaining({ description: null }),
      expect.objectContaining({ description: 'by the weir' }),
    ],
    ['station.removed', 's-1', expect.objectContaining({ name: 'New', devices: ['d-1'] }), null],
  ])
})

test('sites: a removal tells the stations that lost it', async () => {
  await backend.operator('POST', '/api/sites', { id: 'mill', name: 'Mill' })
  await backend.operator('POST', '/api/stations', { ...station('s-mill'), site: 'mill' })
  await backend.operator('DELETE', '/api/sites/mill')
  expect((await summary()).at(-1)).toEqual([
    'site.removed',
    'mill',
    expect.objectContaining({ name: 'Mill', stations: ['s-mill'] }),
    null,
  ])
})

test('devices: neither the secret nor its hash is kept', async () => {
  const secrets: string[] = []
  const { body } = await backend.operator('POST', '/api/devices', { id: 'd-2', stations: [] })
  secrets.push(body.secret)
  await backend.operator('PATCH', '/api/devices/d-2', { disabled: true })
  secrets.push((await backend.operator('POST', '/api/devices/d-2/rotate')).body.secret)
  await backend.operator('DELETE', '/api/devices/d-2')
  const kept = await entries()
  expect(kept.map(({ action }) => action)).toEqual([
    'device.created',
    'device.changed',
    'device.rotated',
    'device.removed',
  ])
  const [, changed, rotated] = kept
  expect([changed?.before, changed?.after]).toMatchObject([{ disabled: false }, { disabled: true }])
  const at = (value: unknown) => Date.parse((value as { rotatedAt: string }).rotatedAt)
  expect(at(rotated?.after)).toBeGreaterThan(at(rotated?.before))
  expect(Object.keys(changed?.after as object).sort()).toEqual([
    'authentication',
    'disabled',
    'id',
    'rotatedAt',
    'stations',
    'units',
  ])
  const text = JSON.stringify(kept)
  for (const secret of secrets) {
    expect(text.includes(secret)).toBe(false)
    expect(text.includes(createHash('sha256').update(secret).digest('hex'))).toBe(false)
  }
})

test('layers: the hash of their GeoJSON, before and after', async () => {
  const layer = (name: string) =>
    JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] }, properties: { name } }],
    })
  const hash = async () => {
    const { bytes } = await backend.operator('GET', '/api/layers/rivers')
    return createHash('sha256').update(bytes).digest('hex')
  }
  await backend.operator('PUT', '/api/layers/rivers?name=Rivers&kind=rivers', layer('上海'), GEOJSON)
  const first = await hash()
  await backend.operator('PUT', '/api/layers/rivers?name=Streams&kind=rivers', layer('b'), GEOJSON)
  const second = await hash()
  await backend.operator('DELETE', '/api/layers/rivers')
  const base = { id: 'rivers', kind: 'rivers', features: 1 }
  expect(await summary()).toEqual([
    ['layer.saved', 'rivers', null, { ...base, name: 'Rivers', sha256: first }],
    [
      'layer.saved',
      'rivers',
      { ...base, name: 'Rivers', sha256: first },
      { ...base, name: 'Streams', sha256: second },
    ],
    ['layer.removed', 'rivers', { ...base, name: 'Streams', sha256: second }, null],
  ])
})

test('commands: what was sent to which device', async () => {
  await backend.operator('POST', '/api/devices', { id: 'd-3', stations: [] })
  const command = { name: 'calibrate', parameters: { span: 5 } }
  const { body } = await backend.operator('POST', '/api/devices/d-3/commands', command)
  expect((await summary()).at(-1)).toEqual([
    'command.sent',
    'd-3',
    null,
    {
      id: body.id,
      name: 'calibrate',
      parameters: ['span'],
      parametersSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      expiresAt: expect.any(String),
    },
  ])
})

test('what is refused leaves nothing', async () => {
  await backend.operator('POST', '/api/stations', station('taken'))
  const refused: [string, string, unknown?][] = [
    ['POST', '/api/stations', station('taken')],
    ['PATCH', '/api/stations/taken', { site: 'nowhere' }],
    ['DELETE', '/api/stations/absent'],
    ['DELETE', '/api/layers/absent'],
    ['POST', '/api/devices', { id: 'd-9', stations: ['absent'] }],
    ['POST', '/api/devices/absent/rotate'],
  ]
  for (const [method, path, body] of refused) {
    expect((await backend.operator(method, path, body)).status).toBeGreaterThanOrEqual(400)
  }
  expect((await entries()).map(({ action }) => action)).toEqual(['station.created'])
})
