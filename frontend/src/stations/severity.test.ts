import { expect, test } from '@jest/globals'
import { nameRanks, orderedRows, severityOf } from './severity.ts'
import { storeOf } from './stations.fixture.ts'

const store = storeOf(
  { id: 's0', name: 'Station 10', level: 0 },
  { id: 's1', name: 'Station 9', level: 5 },
  { id: 's2', name: 'Beta', level: 3, alert: 'exceeding' },
  { id: 's3', name: 'Alpha', level: 4, alert: 'exceeding' },
  { id: 's4', name: 'Gamma', status: 'silent', level: 5 },
  { id: 's5', name: 'Delta', status: 'never' },
  { id: 's6', name: 'Station 2' },
)
const ranks = nameRanks(store, new Intl.Collator('en', { numeric: true }))
const all = [0, 1, 2, 3, 4, 5, 6]
const names = (rows: number[]): (string | undefined)[] => rows.map((row) => store.records[row]?.name)

test('exceeding comes first, then silence, then live by level, then stations without a reading', () => {
  expect(names(orderedRows(store, all, 'severity', ranks))).toEqual([
    'Alpha',
    'Beta',
    'Gamma',
    'Station 9',
    'Station 10',
    'Station 2',
    'Delta',
  ])
})

test('by name, numbers count as numbers', () => {
  expect(names(orderedRows(store, [0, 1, 6], 'name', ranks))).toEqual([
    'Station 2',
    'Station 9',
    'Station 10',
  ])
})

test('stations of the same name all stay', () => {
  const twins = storeOf({ id: 'a', name: 'Same' }, { id: 'b', name: 'Same' }, { id: 'c', name: 'Same' })
  const order = orderedRows(twins, [0, 1, 2], 'severity', nameRanks(twins, new Intl.Collator('en')))
  expect(order).toEqual([0, 1, 2])
})

test('a silent station is more urgent than the worst live one within limits', () => {
  expect(severityOf(store, 4)).toBeGreaterThan(severityOf(store, 1))
})
