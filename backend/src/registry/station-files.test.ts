import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { TestBackend } from '../testing.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
  await backend.operator('POST', '/api/sites', { id: 'works', name: 'Works' })
})
afterAll(() => backend.stop())
beforeEach(async () => {
  const { body } = await backend.operator('GET', '/api/stations')
  for (const { id } of body.features) await backend.operator('DELETE', `/api/stations/${id}`)
})

const importCsv = (text: string, query = '', type = 'text/csv') =>
  backend.operator('POST', `/api/stations/import${query}`, text, { 'content-type': type })
const importGeoJson = (document: unknown, query = '') =>
  backend.operator('POST', `/api/stations/import${query}`, JSON.stringify(document), {
    'content-type': 'application/geo+json',
  })
const stations = async () => {
  const { body } = await backend.operator('GET', '/api/stations/export?format=geojson')
  return body.features.map((feature: { properties: object }) => feature.properties)
}

test('a spreadsheet saved anywhere is understood: BOM, semicolons, headers in many spellings', async () => {
  const text =
    '\uFEFFStation ID; 名称 ;LAT;Lon;介质;Site;Zip code;Remarks\r\n' +
    's-1;"North; gate";39.9;116.4;空气;works;007;\r\n' +
    's-2;South;+40;-3.5;Surface Water;;42;"two\nlines"\r\n\r\n'
  const { status, body } = await importCsv(text)
  expect([status, body]).toEqual([200, { created: 2, updated: 0, dryRun: false, errors: [], omitted: 0 }])
  expect(await stations()).toMatchObject([
    {
      id: 's-1',
      name: 'North; gate',
      latitude: 39.9,
      medium: 'air',
      site: 'works',
      attributes: { 'Zip code': '007' },
    },
    {
      id: 's-2',
      medium: 'surface-water',
      longitude: -3.5,
      description: 'two\nlines',
      attributes: { 'Zip code': 42 },
    },
  ])
})

test('importing again updates', async () => {
  await importCsv('id,name,lat,lon,medium\na,A,1,2,air\nb,B,1,2,air\n')
  const { body } = await importCsv('id,name,lat,lon,medium\nb,B2,3,4,noise\nc,C,1,2,air\n')
  expect(body).toMatchObject({ created: 1, updated: 1 })
  expect((await stations()).map((one: { name: string }) => one.name).sort()).toEqual(['A', 'B2', 'C'])
})

test('all or nothing: every error with row, field, value and expectation', async () => {
  const text =
    'id,name,latitude,longitude,medium,site\n' +
    'good,Good,1,2,air,\n' +
    'bad id,X,1,2,air,\n' +
    'x,,999,north,smell,\n' +
    'good,Again,1,2,air,\n' +
    'y,Y,1,2,air,nowhere\n'
  const refused = await importCsv(text)
  expect([refused.status, refused.body.title]).toEqual([422, 'Not accepted'])
  expect(refused.body.detail).toMatch(
    /^nothing was imported: 7 errors, the first in row 2, field "id": "bad id"/,
  )
  expect(refused.body.errors).toEqual([
    { row: 2, field: 'id', value: 'bad id', expected: expect.stringContaining('letters') },
    { row: 3, field: 'name', value: null, expected: 'a string' },
    { row: 3, field: 'latitude', value: 999, expected: 'at most 90' },
    { row: 3, field: 'longitude', value: 'north', expected: 'a number' },
    { row: 3, field: 'medium', value: 'smell', expected: expect.stringContaining('one of air') },
    { row: 4, field: 'id', value: 'good', expected: 'an id named once; row 1 has it already' },
    { row: 5, field: 'site', value: 'nowhere', expected: 'the id of an existing site' },
  ])
  expect(await stations()).toEqual([])
  const dry = await importCsv(text, '?dryRun=true')
  expect([dry.status, dry.body]).toEqual([
    200,
    { created: 1, updated: 0, dryRun: true, errors: refused.body.errors, omitted: 0 },
  ])
  expect(await stations()).toEqual([])
})

test('a dry run tells what would happen and changes nothing', async () => {
  await importCsv('id,name,lat,lon,medium\na,A,1,2,air\n')
  const { body } = await importCsv('id,name,lat,lon,medium\na,A2,1,2,air\nb,B,1,2,air\n', '?dryRun=true')
  expect(body).toMatchObject({ created: 1, updated: 1, dryRun: true, errors: [] })
  expect(await stations()).toMatchObject([{ id: 'a', name: 'A' }])
})

test.each([
  ['no required column', 'id,name,lat,medium\na,A,1,air\n', 400, 'longitude'],
  ['a column twice', 'id,name,lat,latitude,lon,medium\na,A,1,1,2,air\n', 400, 'latitude'],
  ['a quote left open', 'id,name,lat,lon,medium\na,"A,1,2,air\n', 400, ''],
  ['only a header', 'id,name,lat,lon,medium\n', 400, ''],
])('a file with %s is refused as a whole', async (_name, text, status, field) => {
  const answer = await importCsv(text)
  expect([answer.status, answer.body.errors[0].field]).toEqual([status, field])
})

test('other media types are refused', async () => {
  expect((await importCsv('x', '', 'application/pdf')).status).toBe(415)
  const compressed = await backend.operator('POST', '/api/stations/import', 'x', {
    'content-type': 'text/csv',
    'content-encoding': 'gzip',
  })
  expect(compressed.status).toBe(415)
})

test('GeoJSON: points with any properties; our own list can be imported', async () => {
  const point = (id: unknown, properties: object, coordinates: unknown[] = [116.4, 39.9]) => ({
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates },
    properties,
  })
  const collection = {
    type: 'FeatureCollection',
    features: [
      point(17, { name: 'By number', medium: 'air', colour: 'red' }, [1, 2, 30]),
      point(undefined, { id: 'prop', name: 'By property', medium: 'Noise', attributes: { a: 1 } }),
    ],
  }
  expect((await importGeoJson(collection)).body).toMatchObject({ created: 2, errors: [] })
  expect(await stations()).toMatchObject([
    { id: '17', elevation: 30, attributes: { colour: 'red' } },
    { id: 'prop', medium: 'noise', attributes: { a: 1 } },
  ])
  const list = (await backend.operator('GET', '/api/stations')).body
  expect((await importGeoJson(list)).body).toMatchObject({ created: 0, updated: 2 })
  const wrong = {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', id: 'w', geometry: null, properties: { name: 'W', medium: 'air' } }, 7],
  }
  const refused = await importGeoJson(wrong)
  expect(
    refused.body.errors.map((error: { row: number; field: string }) => [error.row, error.field]),
  ).toEqual(
    expect.arrayContaining([
      [1, 'latitude'],
      [1, 'longitude'],
      [2, 'id'],
    ]),
  )
})

test('what is exported can be imported and is the same', async () => {
  const names = [
    'plain',
    'comma, "quote"',
    '=SUM(A1)',
    '-2+3',
    '+1',
    '@cmd',
    "'=x",
    "'quoted'",
    '＝full width',
    ' x ',
  ]
  for (const [index, name] of names.entries()) {
    const { status } = await backend.operator('POST', '/api/stations', {
      id: `s-${index}`,
      name,
      latitude: -12.5,
      longitude: -77.25,
      medium: 'air',
      elevation: -3.25,
      description: index === 0 ? 'several\nlines' : null,
      attributes: { depth: -5, note: '=1+1', flag: true, code: '-12' },
    })
    expect(status).toBe(201)
  }
  const before = await stations()
  for (const format of ['csv', 'geojson']) {
    const file = await backend.operator('GET', `/api/stations/export?format=${format}`)
    expect(file.headers['content-disposition']).toBe(`attachment; filename=stations.${format}`)
    for (const { id } of before) await backend.operator('DELETE', `/api/stations/${id}`)
    const type = { 'content-type': format === 'csv' ? 'text/csv' : 'application/geo+json' }
    const { body } = await backend.operator('POST', '/api/stations/import', file.text, type)
    expect([format, body.created, body.errors]).toEqual([format, names.length, []])
    const after = await stations()
    if (format === 'csv')
      for (const one of [...before, ...after]) one.attributes.code = Number(one.attributes.code)
    expect(after).toEqual(before)
  }
})

test('no cell of an export is a formula, and negative numbers stay numbers', async () => {
  for (const [index, name] of ['=1', '+a', '-a', '@a', '＋a'].entries()) {
    const more = { latitude: -1.5, longitude: -2, medium: 'air', attributes: { '=key': '=value', n: '-4' } }
    await backend.operator('POST', '/api/stations', { id: `f-${index}`, name, ...more })
  }
  const { text } = await backend.operator('GET', '/api/stations/export?format=csv')
  const cells = text
    .replace('\uFEFF', '')
    .split(/[,\r\n]+/)
    .map((cell) => cell.replace(/^"/, ''))
  expect(cells.filter((cell) => /^[=+@＋]/.test(cell) || /^-(?!\d+(\.\d+)?$)/.test(cell))).toEqual([])
  expect(cells.filter((cell) => cell === '-1.5')).toHaveLength(5)
  expect(cells.filter((cell) => cell === '-4')).toHaveLength(5)
})

test('20,000 stations come in with one file and go out in one list', async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, index) => `n-${index},Station ${index},${(index % 180) - 89},${(index % 360) - 179},air`,
  )
  const { body } = await importCsv(`id,name,latitude,longitude,medium\n${rows.join('\n')}\n`)
  expect(body).toMatchObject({ created: 20_000, errors: [] })
  expect((await backend.operator('GET', '/api/stations')).body.features).toHaveLength(20_000)
  const tooMany = Array.from({ length: 50_001 }, (_, index) => `m-${index},N,1,1,air`)
  const refused = await importCsv(`id,name,latitude,longitude,medium\n${tooMany.join('\n')}\n`)
  expect([refused.status, refused.body.errors[0].value]).toEqual([400, 50_001])
  await backend.sql('delete from stations')
  await backend.restart()
})
