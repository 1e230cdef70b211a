import { expect, test } from '@jest/globals'
import { dependsOnState, EVERYTHING, matchingRows, type StationFilter } from './filter.ts'
import { storeOf } from './stations.fixture.ts'

const reading = { value: 1, unit: '1', time: '2026-11-22T08:00:00Z', quality: 1 }
const store = storeOf(
  { id: 'air', medium: 'air', latest: { pm25: reading } },
  { id: 'loud', medium: 'noise', alert: 'exceeding' },
  { id: 'quiet', medium: 'noise', status: 'silent' },
  { id: 'new', medium: 'soil', status: 'never' },
)
const ids = (filter: Partial<StationFilter>): (string | undefined)[] =>
  [...matchingRows(store, { ...EVERYTHING, ...filter })].map((row) => store.ids[row])

test('without choices everything is shown', () => {
  expect(ids({})).toEqual(['air', 'loud', 'quiet', 'new'])
})

test('choices of one kind add up, kinds narrow each other', () => {
  expect(ids({ media: ['noise', 'soil'] })).toEqual(['loud', 'quiet', 'new'])
  expect(ids({ media: ['noise', 'soil'], conditions: ['silent', 'never'] })).toEqual(['quiet', 'new'])
})

test('exceeding is a condition of its own beside live', () => {
  expect(ids({ conditions: ['exceeding'] })).toEqual(['loud'])
  expect(ids({ conditions: ['live'] })).toEqual(['air', 'loud'])
})

test('a property shows only the stations that measure it', () => {
  expect(ids({ property: 'pm25' })).toEqual(['air'])
})

test('membership by medium never changes with a reading', () => {
  expect(dependsOnState({ ...EVERYTHING, media: ['air'] })).toBe(false)
  expect(dependsOnState({ ...EVERYTHING, conditions: ['live'] })).toBe(true)
  expect(dependsOnState({ ...EVERYTHING, property: 'pm25' })).toBe(true)
})
