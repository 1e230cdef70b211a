import { expect, test } from '@jest/globals'
import { StationSearch } from './search.ts'
import { collectionOf, storeOf } from './stations.fixture.ts'

const store = storeOf(
  { id: 'river-3', name: 'Old bridge' },
  { id: 'air-12', name: 'River bank' },
  { id: 'air-7', name: 'North river 12' },
  { id: 'x-1', name: '海淀 空气 3 号' },
  { id: 'brine', name: 'Driverless (depot)' },
)
const find = (query: string): (string | undefined)[] =>
  new StationSearch(store).find(query, 10).map((row) => store.ids[row])

test('a name or id that begins so comes before a word, a word before a part', () => {
  expect(find('river')).toEqual(['river-3', 'air-12', 'air-7', 'brine'])
})

test('an exact id comes first', () => {
  expect(find('air-7')[0]).toBe('air-7')
})

test('every word must occur, in any order', () => {
  expect(find('12 north')).toEqual(['air-7'])
  expect(find('north 13')).toEqual([])
})

test('Chinese and full-width input are found', () => {
  expect(find('海淀')).toEqual(['x-1'])
  expect(find('ＡＩＲ－１２')).toEqual(['air-12'])
})

test('characters with a meaning in patterns are taken literally', () => {
  expect(find('(depot')).toEqual(['brine'])
  expect(find('.*')).toEqual([])
})

test('an empty query finds nothing; the number of results is limited', () => {
  expect(find('  ')).toEqual([])
  expect(new StationSearch(store).find('r', 2)).toHaveLength(2)
})

test('a changed registry is searched anew', () => {
  const search = new StationSearch(store)
  expect(search.find('zebra', 5)).toEqual([])
  const changed = storeOf({ id: 'a' })
  const other = new StationSearch(changed)
  expect(other.find('zebra', 5)).toEqual([])
  changed.replaceStations(collectionOf({ id: 'z', name: 'Zebra crossing' }))
  expect(other.find('zebra', 5)).toEqual([0])
})
