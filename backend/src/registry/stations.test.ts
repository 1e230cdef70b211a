import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestBackend } from '../testing.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
})
afterAll(() => backend.stop())

const station = (id: string, more: object = {}) => ({
  id,
  name: `Station ${id}`,
  latitude: 39.9,
  longitude: 116.4,
  medium: 'air',
  ...more,
})

test('a station is created, read, changed and removed', async () => {
  const full = station('s-1', {
    elevation: 44.5,
    class: 'II',
    description: 'At the school.\nRoof.',
    silentAfterSeconds: 600,
    attributes: { operator: '监测中心', channels: 3, indoor: false },
  })
  const created = await backend.operator('POST', '/api/stations', full)
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ ...full, status: 'never', alert: 'none', latest: {}, datastreams: [] })
  const changed = await backend.operator('PATCH', '/api/stations/s-1', { name: 'Renamed', elevation: null })
  expect(changed.body).toMatchObject({ ...full, name: 'Renamed', elevation: null })
  expect((await backend.operator('GET', '/api/stations/s-1')).body).toEqual(changed.body)
  expect((await backend.operator('DELETE', '/api/stations/s-1')).status).toBe(204)
  expect((await backend.operator('GET', '/api/stations/s-1')).status).toBe(404)
})

test('the list is GeoJSON', async () => {
  await backend.operator('POST', '/api/stations', station('s-list', { latitude: -33.5, longitude: 151 }))
  const { body, headers } = await backend.operator('GET', '/api/stations')
  expect(headers['content-type']).toBe('application/geo+json; charset=utf-8')
  expect(headers['cache-control']).toBe('no-store')
  const feature = body.features.find((one: { id: string }) => one.id === 's-list')
  expect(feature).toMatchObject({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [151, -33.5] },
    properties: { id: 's-list', medium: 'air', status: 'never', level: null, alert: 'none', latest: {} },
  })
})

test('every wrong field is named with its value and what was expected', async () => {
  const wrong = { id: 'a b', name: ' ', latitude: 91, longitude: '12', medium: 'aire', colour: 'red' }
  const { status, body, headers } = await backend.operator('POST', '/api/stations', wrong)
  expect([status, headers['content-type']]).toEqual([400, 'application/problem+json'])
  expect(body).toMatchObject({ type: 'about:blank', title: 'Bad request', status: 400 })
  expect(body.errors).toEqual([
    { field: 'id', value: 'a b', expected: expect.stringContaining('letters, digits') },
    { field: 'name', value: ' ', expected: expect.stringContaining('not blank') },
    { field: 'latitude', value: 91, expected: 'at most 90' },
    { field: 'longitude', value: '12', expected: 'a number' },
    { field: 'medium', value: 'aire', expected: expect.stringContaining('one of air, weather') },
    { field: 'colour', value: 'red', expected: 'no field of this name' },
  ])
})

test('what does not exist, exists twice or refers to nothing is told', async () => {
  expect((await backend.operator('PATCH', '/api/stations/none', { name: 'x' })).body.detail).toBe(
    'no station "none"',
  )
  expect((await backend.operator('DELETE', '/api/stations/%00')).status).toBe(404)
  await backend.operator('POST', '/api/stations', station('twice'))
  const again = await backend.operator('POST', '/api/stations', station('twice'))
  expect([again.status, again.body.detail]).toEqual([409, 'station "twice" exists already'])
  const site = await backend.operator('POST', '/api/stations', station('lost', { site: 'nowhere' }))
  expect(site.body.errors).toEqual([
    { field: 'site', value: 'nowhere', expected: 'the id of an existing site' },
  ])
})

test('hostile names are kept as text or refused, and never break an answer', async () => {
  const kept = [
    '<img src=x onerror=alert(1)>',
    '"; drop table stations; --',
    '=cmd|calc!A1',
    '{{7*7}}',
    '🏭'.repeat(50),
  ]
  for (const [index, name] of kept.entries()) {
    const created = await backend.operator('POST', '/api/stations', station(`hostile-${index}`, { name }))
    expect([name, created.status, created.body.name]).toEqual([name, 201, name])
  }
  for (const name of ['a\u0000b', 'a\u001b[31m', 'line\nbreak', '\ud800', 'x'.repeat(201)]) {
    const refused = await backend.operator('POST', '/api/stations', station('refused', { name }))
    expect([name, refused.status]).toEqual([name, 400])
  }
  const keys = JSON.parse('{"__proto__": "x", "constructor": "y"}')
  const proto = await backend.operator('POST', '/api/stations', station('proto', { attributes: keys }))
  expect(proto.status).toBe(201)
  expect((await backend.operator('GET', '/api/stations')).body.features.length).toBeGreaterThan(kept.length)
})

test('sites group stations and outlive none of them', async () => {
  const site = {
    id: 'site-1',
    name: 'Steel works',
    latitude: 39,
    longitude: 118,
    attributes: { licence: 'A-1' },
  }
  expect((await backend.operator('POST', '/api/sites', site)).body).toMatchObject({ ...site, stations: [] })
  expect((await backend.operator('POST', '/api/sites', site)).status).toBe(409)
  await backend.operator('POST', '/api/stations', station('stack-1', { site: 'site-1', medium: 'emission' }))
  expect((await backend.operator('GET', '/api/sites/site-1')).body.stations).toEqual(['stack-1'])
  const renamed = await backend.operator('PATCH', '/api/sites/site-1', { name: 'Iron works' })
  expect(renamed.body).toMatchObject({ name: 'Iron works', stations: ['stack-1'] })
  expect((await backend.operator('GET', '/api/sites')).body).toHaveLength(1)
  expect((await backend.operator('DELETE', '/api/sites/site-1')).status).toBe(204)
  expect((await backend.operator('GET', '/api/stations/stack-1')).body.site).toBeNull()
  expect((await backend.operator('GET', '/api/sites/site-1')).status).toBe(404)
})

test('a property may have the name of something every object has', async () => {
  const id = 'constructor'
  const name = { en: id, zh: id }
  const input = { id, name, media: ['air'], unit: '1', symbol: '', kind: 'number', precision: 0 }
  const created = await backend.operator('POST', '/api/properties', input)
  expect([created.status, created.body.levels]).toEqual([201, null])
  const { status, body } = await backend.operator('GET', '/api/properties')
  expect([status, body.find((one: { id: string }) => one.id === id)]).toEqual([200, created.body])
})

test('properties: the catalogue with its scales, and those added', async () => {
  const added = {
    id: 'odour_units',
    name: { en: 'Odour', zh: '恶臭' },
    media: ['air'],
    unit: '1',
    symbol: 'OU',
    kind: 'number',
    range: [0, 10_000],
    precision: 0,
  }
  expect((await backend.operator('POST', '/api/properties', added)).body).toMatchObject({
    ...added,
    custom: true,
    levels: null,
  })
  expect((await backend.operator('POST', '/api/properties', added)).status).toBe(409)
  expect((await backend.operator('POST', '/api/properties', { ...added, id: 'pm25' })).status).toBe(409)
  const { body } = await backend.operator('GET', '/api/properties')
  expect(body.find((one: { id: string }) => one.id === 'pm25')).toMatchObject({
    unit: 'ug/m3',
    custom: false,
    levels: { standard: expect.any(String), bounds: expect.any(Array) },
  })
  expect(body.find((one: { id: string }) => one.id === 'odour_units')).toMatchObject({ custom: true })
})

test.each([
  [{ unit: 'furlong/fortnight-ish' }, 'unit'],
  [{ kind: 'category' }, 'categories'],
  [{ categories: ['a'] }, 'categories'],
  [{ range: [5, 1] }, 'range'],
  [{ id: 'Upper' }, 'id'],
  [{ definition: 'javascript:alert(1)' }, 'definition'],
])('a property with %j is refused at %s', async (change, field) => {
  const sound = {
    id: 'x_y',
    name: { en: 'X', zh: 'X' },
    media: ['air'],
    unit: 'mg/m3',
    symbol: 'mg/m³',
    kind: 'number',
    precision: 1,
  }
  const { status, body } = await backend.operator('POST', '/api/properties', { ...sound, ...change })
  expect([status, body.errors[0].field]).toEqual([400, field])
})

test('everything registered is there after a restart', async () => {
  const paths = ['/api/stations', '/api/sites', '/api/properties']
  const before = await Promise.all(paths.map((path) => backend.operator('GET', path)))
  await backend.restart()
  const after = await Promise.all(paths.map((path) => backend.operator('GET', path)))
  const byId = (features: { id: string }[]) => [...features].sort((a, b) => (a.id < b.id ? -1 : 1))
  expect(byId(after[0]?.body.features)).toEqual(byId(before[0]?.body.features))
  expect(after[1]?.body).toEqual(before[1]?.body)
  expect(byId(after[2]?.body)).toEqual(byId(before[2]?.body))
})
