import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { box } from '../territory/territory.fixture.ts'
import { type Answer, TestBackend } from '../testing.ts'
import { above, definitionOf } from './rules.fixture.ts'

let backend: TestBackend
/** Requests of a supervisor of the north. */
let north: (method: string, path: string, body?: unknown) => Promise<Answer>

beforeAll(async () => {
  backend = await TestBackend.start()
  const make = async (path: string, body: object) => {
    const answer = await backend.operator('POST', path, body)
    if (answer.status !== 201) throw new Error(answer.text)
    return answer.body
  }
  const area = (id: string, south: number, parent: string | null = null) =>
    make('/api/jurisdictions', { id, name: id, parent, geometry: box(0, south, 10, south + 10) })
  await area('north', 0)
  await area('south', -20)
  const station = (id: string, latitude: number, rest: object = {}) =>
    make('/api/stations', { id, name: id, longitude: 5, latitude, medium: 'air', ...rest })
  await make('/api/sites', { id: 'mill', name: 'Mill', longitude: 5, latitude: -15 })
  await station('n1', 5, { class: 'II', attributes: { line: 1 } })
  await station('n2', 6)
  await station('s1', -15, { site: 'mill' })
  const person = await make('/api/accounts', {
    username: 'nora',
    displayName: 'Nora',
    email: null,
    role: 'supervisor',
    jurisdictions: ['north'],
  })
  const token = new URL(person.link.url).hash.split('token=')[1]
  const password = 'correct horse of nora'
  await backend.request('POST', '/api/session/link/redeem', { body: { token, password } })
  const { headers } = await backend.request('POST', '/api/session', { body: { username: 'nora', password } })
  const cookie = (headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ')
  north = (method, path, body) => backend.request(method, path, { body, headers: { cookie } })
})
afterAll(() => TestBackend.stopAll())

const dusty = definitionOf(above('pm25', 75))
const create = (id: string, definition: unknown = dusty, rest: object = {}) =>
  backend.operator('POST', '/api/rules', { id, definition, ...rest })
const errorsOf = ({ body }: Answer) => body.errors.map(({ field, value }: never) => [field, value])

test('a rule is made, read, changed into a new version and removed', async () => {
  const made = await create('dust', dusty, { note: 'after the fire' })
  expect([made.status, made.text]).toEqual([201, expect.any(String)])
  expect(made.body).toMatchObject({
    id: 'dust',
    jurisdiction: null,
    active: false,
    version: 1,
    createdBy: 'operator',
    stations: 3,
    firing: 0,
    pending: 0,
    unknown: [],
    unknownTotal: 0,
    precision: { judged: 0, falseAlarms: 0, precision: null },
    sentence: { en: expect.stringContaining('75'), zh: expect.any(String) },
    problems: [{ en: 'pm25 was never reported', zh: expect.any(String) }],
  })
  expect(made.body.definition).toMatchObject({ ...dusty, scope: { stations: null }, qualityFlags: [1, 2, 3] })
  expect((await backend.operator('GET', '/api/rules/dust')).body).toEqual(made.body)
  expect((await backend.operator('GET', '/api/rules')).body).toContainEqual(made.body)

  const patch = (body: object) => backend.operator('PATCH', '/api/rules/dust', body)
  const on = await patch({ active: true })
  expect(on.body).toMatchObject({ active: true, version: 1 })
  const same = await patch({ definition: made.body.definition })
  expect(same.body.version).toBe(1)
  const stricter = await patch({ version: 1, definition: definitionOf(above('pm25', 50)), note: 'stricter' })
  expect(stricter.body).toMatchObject({ version: 2, active: true })
  const late = await patch({ version: 1, definition: dusty })
  expect(late.status).toBe(409)
  expect(late.body.errors).toEqual([
    { field: 'version', value: 1, expected: '2, the version of the rule as it is now' },
  ])
  const { body: versions } = await backend.operator('GET', '/api/rules/dust/versions')
  expect(versions.map(({ version, note, author }: never) => [version, note, author])).toEqual([
    [2, 'stricter', 'operator'],
    [1, 'after the fire', 'operator'],
  ])

  await backend.restart()
  expect((await backend.operator('GET', '/api/rules/dust')).body).toEqual(stricter.body)

  expect((await create('dust')).status).toBe(409)
  expect((await backend.operator('DELETE', '/api/rules/dust')).status).toBe(204)
  for (const path of ['/api/rules/dust', '/api/rules/dust/versions']) {
    expect((await backend.operator('GET', path)).status).toBe(404)
  }
  const again = await create('dust')
  expect(again.status).toBe(409)
  expect(again.body.detail).toContain('was removed at 20')
  const { body: log } = await backend.operator('GET', '/api/audit?action=rule')
  expect(log.entries.map(({ action }: never) => action)).toEqual([
    'rule.removed',
    'rule.changed',
    'rule.changed',
    'rule.changed',
    'rule.created',
  ])
})

const comparison = (measure: object, threshold: object, operator = 'gt', rest: object = {}) => ({
  kind: 'comparison',
  measure: { property: 'pm25', statistic: 'mean', windowSeconds: 3600, ...measure },
  operator,
  threshold,
  ...rest,
})
const nested = (...conditions: object[]) =>
  definitionOf({ kind: 'all', conditions: [above('pm25', 75), ...conditions] } as never)
const limit = (name: string, rest: object = {}) => ({ kind: 'limit', limit: name, ...rest })
const second = 'definition.trigger.condition.conditions.1'

test.each([
  [
    'an unknown property',
    nested(comparison({ property: 'pm99' }, { kind: 'number', value: 1 })),
    `${second}.measure.property`,
    'pm99',
  ],
  [
    'an unknown limit',
    nested(comparison({}, limit('GB 1 / II / PM2.5 / 24h'), 'exceeds')),
    `${second}.threshold.limit`,
    'GB 1 / II / PM2.5 / 24h',
  ],
  [
    'a limit of another property',
    nested(comparison({}, limit('GB 3095-2026 / II / PM10 / 24h'), 'exceeds')),
    `${second}.threshold.limit`,
    'GB 3095-2026 / II / PM10 / 24h',
  ],
  [
    'a limit of a day before it was made',
    nested(comparison({}, limit('GB 3095-2026 / II / PM2.5 / 24h', { asOf: '1999-01-01' }), 'exceeds')),
    `${second}.threshold.asOf`,
    '1999-01-01',
  ],
  [
    'a limit for a count',
    nested(comparison({ statistic: 'count' }, limit('GB 3095-2026 / II / PM2.5 / 24h'), 'exceeds')),
    `${second}.threshold.kind`,
    'limit',
  ],
  [
    'a text for a number',
    nested(comparison({}, { kind: 'category', value: 'high' }, 'eq')),
    `${second}.threshold.kind`,
    'category',
  ],
  [
    'an unknown property to compare with',
    nested(
      comparison(
        {},
        { kind: 'measure', measure: { property: 'pm98', statistic: 'mean', windowSeconds: 60 } },
      ),
    ),
    `${second}.threshold.measure.property`,
    'pm98',
  ],
  [
    'an unknown level threshold',
    nested(
      comparison({}, limit('GB 3095-2026 / II / PM2.5 / 24h'), 'exceeds', {
        levels: [{ severity: 'severe', threshold: limit('nothing') }],
      }),
    ),
    `${second}.levels.0.threshold.limit`,
    'nothing',
  ],
  [
    'a station that is not there',
    { ...dusty, scope: { stations: ['n1', 'n9'] } },
    'definition.scope.stations.1',
    'n9',
  ],
  ['a site that is not there', { ...dusty, scope: { sites: ['kiln'] } }, 'definition.scope.sites.0', 'kiln'],
  [
    'a jurisdiction that is not there',
    { ...dusty, scope: { jurisdictions: ['north', 'west'] } },
    'definition.scope.jurisdictions.1',
    'west',
  ],
  [
    'a pair with itself',
    { ...dusty, pairs: [{ station: 'n1', other: 'n1' }] },
    'definition.pairs.0.other',
    'n1',
  ],
  [
    'a pair with nobody',
    { ...dusty, pairs: [{ station: 'n1', other: 'n7' }] },
    'definition.pairs.0.other',
    'n7',
  ],
  [
    'a second pair of one station',
    {
      ...dusty,
      pairs: [
        { station: 'n1', other: 'n2' },
        { station: 'n1', other: 's1' },
      ],
    },
    'definition.pairs.1.station',
    'n1',
  ],
  [
    'pairs without data',
    {
      ...dusty,
      trigger: { kind: 'no_data', per: 'station', graceSeconds: 60 },
      pairs: [{ station: 'n1', other: 'n2' }],
    },
    'definition.pairs',
    'array of 1',
  ],
  [
    'no data of an unknown property',
    {
      ...dusty,
      trigger: { kind: 'no_data', per: 'station', graceSeconds: 60, properties: ['pm25', 'pm99'] },
    },
    'definition.trigger.properties.1',
    'pm99',
  ],
  [
    'an operator that does not fit, which the schema finds',
    nested(comparison({}, { kind: 'number', value: 1 }, 'inside')),
    `${second}.operator`,
    'inside',
  ],
])('%s is named with its field', async (_, definition, field, value) => {
  const answer = await create('bad', definition)
  expect([answer.status, answer.text]).toEqual([400, expect.any(String)])
  expect(errorsOf(answer)).toEqual([[field, value]])
  expect(answer.body.errors[0].expected).not.toBe('')
  const preview = await backend.operator('POST', '/api/rules/preview', { definition })
  expect(errorsOf(preview)).toEqual([[field, value]])
})

test('a rule of a jurisdiction is bounded by it and seen by its people', async () => {
  const scope = { stations: ['n1', 's1'] }
  const { body: rule } = await create('whole', { ...dusty, scope })
  expect(rule.stations).toBe(2)
  await create('southern', dusty, { jurisdiction: 'south' })
  const { body: seen } = await north('GET', '/api/rules')
  expect(seen.map(({ id }: never) => id)).toEqual(['whole'])
  expect(seen[0]).toMatchObject({ stations: 1, definition: { scope: { stations: ['n1'] } } })
  expect(seen[0].sentence.en).not.toContain('s1')
  expect((await north('GET', '/api/rules/southern')).status).toBe(404)
  expect((await north('PATCH', '/api/rules/southern', { active: true })).status).toBe(404)
  expect((await north('PATCH', '/api/rules/whole', { active: true })).status).toBe(403)
  expect((await north('DELETE', '/api/rules/whole')).status).toBe(403)

  const mine = await north('POST', '/api/rules', { id: 'mine', jurisdiction: 'north', definition: dusty })
  expect(mine.body).toMatchObject({ stations: 2, createdBy: 'nora' })
  for (const [id, jurisdiction, definition, field] of [
    ['a', null, dusty, 'jurisdiction'],
    ['b', 'south', dusty, 'jurisdiction'],
    ['c', 'north', { ...dusty, scope }, 'definition.scope.stations.1'],
    ['d', 'north', { ...dusty, scope: { sites: ['mill'] } }, 'definition.scope.sites.0'],
  ] as const) {
    const answer = await north('POST', '/api/rules', { id, jurisdiction, definition })
    expect([id, answer.status, errorsOf(answer)[0]?.[0]]).toEqual([id, 400, field])
  }
  const preview = await north('POST', '/api/rules/preview', { definition: dusty })
  expect(preview.body.stations.map(({ id }: never) => id)).toEqual(['n1', 'n2'])

  const removal = await backend.operator('DELETE', '/api/jurisdictions/south')
  expect([removal.status, removal.body.detail]).toEqual([
    409,
    expect.stringContaining('1 rule belongs to it'),
  ])
  await backend.operator('DELETE', '/api/rules/southern')
  expect((await backend.operator('DELETE', '/api/jurisdictions/south')).status).toBe(204)
})

test('a preview tells the stations and why some cannot be judged', async () => {
  const daily = { statistic: 'mean', windowSeconds: 86_400, aligned: true }
  const definition = definitionOf(
    comparison(daily, limit('GB 3095-2026 / * / PM2.5 / 24h'), 'exceeds') as never,
    { scope: { media: ['air'] } },
  )
  const { body } = await backend.operator('POST', '/api/rules/preview', { definition })
  expect(body.total).toBe(3)
  expect(body.problems.map(({ en }: { en: string }) => en)).toEqual([
    'pm25 was never reported',
    expect.stringMatching(/^2 of 3 stations \(n2, s1\): limit GB 3095-2026/),
  ])
  const tagged = { ...dusty, scope: { tags: [{ name: 'line', value: 7 }] } }
  const none = await backend.operator('POST', '/api/rules/preview', { definition: tagged })
  expect(none.body).toMatchObject({ total: 0, stations: [], problems: [{ en: 'It applies to no station.' }] })
})

test('library and limits are there for whoever reads rules', async () => {
  const { body: library } = await north('GET', '/api/rules/library')
  expect(library.length).toBeGreaterThan(20)
  for (const { id, definition, sentence } of library) {
    expect(sentence.en).not.toBe('')
    // Which stations make a pair is for whoever takes the rule.
    const pairs = definition.pairs && [{ station: 'n1', other: 'n2' }]
    const preview = await backend.operator('POST', '/api/rules/preview', {
      definition: { ...definition, pairs },
    })
    expect([id, preview.status === 200 || preview.text]).toEqual([id, true])
  }
  const { body: limits } = await north('GET', '/api/rules/limits')
  expect(limits).toContainEqual(
    expect.objectContaining({ name: 'GB 3095-2026 / II / PM2.5 / 24h', property: 'pm25', unit: 'ug/m3' }),
  )
})

test('holidays are replaced as a whole, by whoever has the whole territory', async () => {
  const holidays = [
    { date: '2026-10-01', name: 'National Day' },
    { date: '2026-05-01', name: 'Labour Day' },
  ]
  const saved = await backend.operator('PUT', '/api/holidays', { holidays })
  expect(saved.body.map(({ date }: never) => date)).toEqual(['2026-05-01', '2026-10-01'])
  expect((await north('GET', '/api/holidays')).body).toEqual(saved.body)
  expect((await north('PUT', '/api/holidays', { holidays: [] })).status).toBe(403)
  const twice = await backend.operator('PUT', '/api/holidays', { holidays: [...holidays, holidays[0]] })
  expect(errorsOf(twice)).toEqual([['holidays.2.date', '2026-10-01']])
})
