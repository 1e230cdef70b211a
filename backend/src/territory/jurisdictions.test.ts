import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Geometry } from '@osprey/core/geo'
import { TestBackend } from '../testing.ts'
import { box } from './territory.fixture.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
})
afterAll(() => backend.stop())

const jurisdiction = (id: string, geometry: Geometry, parent: string | null = null) => ({
  id,
  name: `Area ${id}`,
  parent,
  geometry,
})
const feature = (id: string, geometry: Geometry, parent?: string | null) => ({
  type: 'Feature',
  id,
  properties: { name: `Area ${id}`, parent },
  geometry,
})
const create = (body: object) => backend.operator('POST', '/api/jurisdictions', body)
const importFile = (...features: object[]) =>
  backend.operator(
    'POST',
    '/api/jurisdictions/import',
    JSON.stringify({ type: 'FeatureCollection', features }),
    {
      'content-type': 'application/geo+json',
    },
  )
const auditOf = (id: string) =>
  backend
    .sql('select entry from audit_entries where object_id = $1 order by sequence', [id])
    .then((rows) => rows.map((row) => JSON.parse(String(row['entry']))))

test('a jurisdiction is created, read, changed and removed, and each is on record', async () => {
  const created = await create(jurisdiction('city', box(10, 10, 20, 20)))
  expect(created.status).toBe(201)
  expect(created.body).toEqual({
    ...jurisdiction('city', box(10, 10, 20, 20)),
    stations: 0,
    accounts: 0,
  })
  expect((await create(jurisdiction('city', box(0, 0, 1, 1)))).status).toBe(409)
  const place = { id: 'in-city', name: 's', latitude: 15, longitude: 15, medium: 'air' }
  await backend.operator('POST', '/api/stations', place)
  await create(jurisdiction('quarter', box(10, 10, 12, 12), 'city'))
  const list = (await backend.operator('GET', '/api/jurisdictions')).body
  expect(list).toEqual([
    { id: 'city', name: 'Area city', parent: null, stations: 1, accounts: 0 },
    { id: 'quarter', name: 'Area quarter', parent: 'city', stations: 0, accounts: 0 },
  ])
  const renamed = await backend.operator('PATCH', '/api/jurisdictions/city', { name: 'The city' })
  expect(renamed.body).toMatchObject({ name: 'The city', stations: 1, geometry: box(10, 10, 20, 20) })
  const smaller = { geometry: box(10, 10, 14, 14) }
  expect((await backend.operator('PATCH', '/api/jurisdictions/city', smaller)).body.stations).toBe(0)

  const blocked = await backend.operator('DELETE', '/api/jurisdictions/city')
  expect([blocked.status, blocked.body.detail]).toEqual([409, expect.stringContaining('1 jurisdiction is')])
  expect((await backend.operator('DELETE', '/api/jurisdictions/quarter')).status).toBe(204)
  expect((await backend.operator('DELETE', '/api/jurisdictions/city')).status).toBe(204)
  expect((await backend.operator('GET', '/api/jurisdictions/city')).status).toBe(404)

  const entries = await auditOf('city')
  expect(entries.map(({ action }) => action)).toEqual([
    'jurisdiction.created',
    'jurisdiction.changed',
    'jurisdiction.changed',
    'jurisdiction.removed',
  ])
  expect(entries[0]).toMatchObject({
    before: null,
    after: { id: 'city', name: 'Area city', parent: null, geometry: { type: 'Polygon', positions: 5 } },
  })
  expect(entries[2].before.geometry.sha256).not.toBe(entries[2].after.geometry.sha256)
})

test('it stays while people belong to it', async () => {
  await create(jurisdiction('home', box(30, 30, 31, 31)))
  await backend.sql(`
    with someone as (
      insert into users (username, password_hash, role) values ('someone', '!', 'viewer') returning id
    )
    insert into user_jurisdictions (user_id, jurisdiction) select id, 'home' from someone`)
  const view = await backend.operator('GET', '/api/jurisdictions/home')
  expect(view.body.accounts).toBe(1)
  const blocked = await backend.operator('DELETE', '/api/jurisdictions/home')
  expect([blocked.status, blocked.body.detail]).toEqual([409, expect.stringContaining('1 account belongs')])
  await backend.sql("delete from users where username = 'someone'")
  expect((await backend.operator('DELETE', '/api/jurisdictions/home')).status).toBe(204)
})

test.each([
  ['an open ring', { geometry: { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1]]] } }, 'geometry.coordinates[0]'], // biome-ignore format: one case a line
  ['a place beyond the poles', { geometry: box(0, 0, 1, 91) }, 'geometry.coordinates[0][2]'],
  ['a point', { geometry: { type: 'Point', coordinates: [0, 0] } }, 'geometry.type'],
  ['a parent that does not exist', { parent: 'nobody' }, 'parent'],
  ['a blank name', { name: ' ' }, 'name'],
])('%s is refused with the field', async (_, wrong, field) => {
  const answer = await create({ ...jurisdiction('wrong', box(0, 0, 1, 1)), ...wrong })
  expect([answer.status, answer.body.errors[0].field]).toEqual([400, field])
  expect((await backend.operator('GET', '/api/jurisdictions/wrong')).status).toBe(404)
})

test('nothing becomes part of itself', async () => {
  await create(jurisdiction('outer', box(40, 40, 50, 50)))
  await create(jurisdiction('inner', box(41, 41, 42, 42), 'outer'))
  for (const [id, parent] of [
    ['outer', 'inner'],
    ['outer', 'outer'],
  ]) {
    const answer = await backend.operator('PATCH', `/api/jurisdictions/${id}`, { parent })
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ field: 'parent', value: parent, expected: `a jurisdiction that is not itself part of ${id}` }],
    ])
  }
  const circle = await importFile(feature('outer', box(0, 0, 1, 1), 'inner'))
  expect(circle.status).toBe(400)
})

test('a file is imported with its parents in any order, and again to replace', async () => {
  const first = await importFile(
    feature('deep', box(61, 61, 62, 62), 'middle'),
    feature('middle', box(60, 60, 65, 65), 'top'),
    feature('top', box(60, 60, 70, 70)),
  )
  expect([first.status, first.body]).toEqual([200, { created: 3, updated: 0 }])
  const second = await importFile(
    feature('deep', box(61, 61, 63, 63), 'top'),
    feature('other', box(66, 66, 67, 67), 'deep'),
  )
  expect(second.body).toEqual({ created: 1, updated: 1 })
  const list = (await backend.operator('GET', '/api/jurisdictions')).body as { id: string; parent: string }[]
  const parents = Object.fromEntries(list.map(({ id, parent }) => [id, parent]))
  expect(parents).toMatchObject({ top: null, middle: 'top', deep: 'top', other: 'deep' })
})

test('a file with anything wrong changes nothing and names every error', async () => {
  const answer = await importFile(
    feature('good', box(0, 0, 1, 1)),
    feature('orphan', box(0, 0, 1, 1), 'nobody'),
    feature('good', box(0, 0, 1, 1)),
    { type: 'Feature', properties: { id: 'no-name' }, geometry: box(0, 0, 1, 1) },
    feature('pole', box(0, 0, 1, 99)),
  )
  expect(answer.status).toBe(422)
  const errors = answer.body.errors.map(({ row, field }: { row: number; field: string }) => [row, field])
  expect(errors).toEqual(
    expect.arrayContaining([
      [2, 'parent'],
      [3, 'id'],
      [4, 'name'],
      [5, 'geometry.coordinates[0][2]'],
    ]),
  )
  expect((await backend.operator('GET', '/api/jurisdictions/good')).status).toBe(404)
})

test('everything is there again after a restart', async () => {
  await create(jurisdiction('kept', box(80, 10, 81, 11)))
  const before = (await backend.operator('GET', '/api/jurisdictions')).body
  await backend.restart()
  expect((await backend.operator('GET', '/api/jurisdictions')).body).toEqual(before)
  expect((await backend.operator('GET', '/api/jurisdictions/kept')).body.geometry).toEqual(
    box(80, 10, 81, 11),
  )
})
