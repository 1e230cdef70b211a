import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import pino from 'pino'
import { Audit } from '../audit/audit.ts'
import { Database } from '../database/database.ts'
import { box, TerritoryWorld } from '../territory/territory.fixture.ts'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { Kept } from './kept.ts'
import { Layers } from './layers.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-layers-'))
const database = new Database(dataDir, undefined, pino({ level: 'silent' }))
const layers = new Layers(database, new Audit(database))
const world = new TerritoryWorld().jurisdiction('west', null, box(0, 0, 10, 10))
world.jurisdiction('east', null, box(20, 0, 30, 10)).redrawn()
const west = world.territories.of(['west'])
const east = world.territories.of(['east'])

beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

const feature = (id: string, type: string, coordinates: unknown) => ({
  type: 'Feature',
  id,
  properties: { text: 'a "quoted" 名称' },
  geometry: { type, coordinates },
})
const [inWest, inEast] = [
  [5, 5],
  [25, 5],
]
const put = (...features: object[]) =>
  layers.put(
    'places',
    { name: 'Places', kind: 'other' },
    JSON.stringify({ type: 'FeatureCollection', features }),
  )
const features = async (territory = west) =>
  JSON.parse((await layers.get('places', territory)).bytes.toString()).features
const counts = async () =>
  (await Promise.all([west, east, WHOLE_TERRITORY].map((territory) => layers.list(territory)))).map(
    ([layer]) => layer?.features,
  )

test('a layer is read once for all territories and filtered once for each, until it changes', async () => {
  const [point, many] = [feature('w', 'Point', inWest), feature('many', 'MultiPoint', [inEast, inWest])]
  const river = feature('river', 'LineString', [inWest, inEast])
  await put(point, many, river)
  const parse = jest.spyOn(JSON, 'parse')
  const layersRead = () => parse.mock.calls.filter(([text]) => text.startsWith('{"type":"FeatureCollection"'))
  try {
    const [first, second] = await Promise.all([layers.get('places', west), layers.get('places', west)])
    expect(second).toBe(first)
    expect(await layers.get('places', west)).toBe(first)
    expect(await layers.get('places', east)).not.toBe(first)
    expect(await counts()).toEqual([3, 2, 3])
    expect(layersRead()).toHaveLength(1)
  } finally {
    parse.mockRestore()
  }
  const left = { ...many, geometry: { type: 'MultiPoint', coordinates: [inWest] } }
  expect(await features()).toEqual([point, left, river])
  expect(await features(WHOLE_TERRITORY)).toEqual([point, many, river])

  await put(river)
  expect(await features()).toEqual([river])
  expect(await counts()).toEqual([1, 1, 1])
})

test('when jurisdictions change, so does what they show', async () => {
  await put(feature('e', 'Point', inEast))
  expect([await features(), await counts()]).toEqual([[], [0, 1, 1]])
  world.jurisdiction('west', null, box(0, 0, 30, 10)).redrawn()
  layers.forget()
  expect([(await features()).length, await counts()]).toEqual([1, [1, 1, 1]])
})

test('what is kept is bounded by number and by size, the last used last to go; failures are not kept', async () => {
  const made: string[] = []
  const kept = new Kept<string>(3, 10, (text) => text.length)
  const get = (text: string) =>
    kept.get(text, async () => {
      made.push(text)
      return text
    })
  for (const text of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'b']) await get(text)
  expect(made).toEqual(['a', 'b', 'c', 'd', 'b'])
  await get('eight888')
  for (const text of ['b', 'c', 'eight888']) await get(text)
  expect(made.slice(5)).toEqual(['eight888'])
  await get('eleven 1111')
  await get('eleven 1111')
  expect(made.slice(6)).toEqual(['eleven 1111', 'eleven 1111'])
  await expect(kept.get('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await kept.get('x', async () => 'yes')).toBe('yes')
})
