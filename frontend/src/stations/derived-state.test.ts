import { expect, test } from '@jest/globals'
import { derivedState } from './derived-state.ts'
import { collectionOf } from './stations.fixture.ts'

const NOW = Date.UTC(2026, 10, 22, 8)
const record = (fields: object = {}) => {
  const [feature] = collectionOf({ id: 'a', medium: 'air', ...fields }).features
  if (feature === undefined) throw new Error('no feature')
  return feature.properties
}

test('the worst property decides', () => {
  const state = derivedState(record(), { o3: [100, NOW, 1], pm25: [130, NOW - 5, 1] }, NOW)
  expect(state).toMatchObject({ status: 'live', level: 3, property: 'pm25', value: 130, alert: 'exceeding' })
})

test('silence begins after the time the registry says', () => {
  const latest = { pm25: [10, NOW - 901_000, 1] } as const
  expect(derivedState(record(), { pm25: [...latest.pm25] }, NOW).status).toBe('silent')
  expect(derivedState(record({ silentAfterSeconds: 3600 }), { pm25: [...latest.pm25] }, NOW).status).toBe(
    'live',
  )
})

test('results that failed or are missing do not count, nor does a scale of another medium', () => {
  expect(derivedState(record(), { pm25: [999, NOW, 4], o3: [null, NOW, 9] }, NOW)).toMatchObject({
    level: null,
    alert: 'none',
    status: 'live',
  })
  expect(derivedState(record({ medium: 'waste-water' }), { cod: [500, NOW, 1] }, NOW).level).toBeNull()
})

test('without a reading the station never reported', () => {
  expect(derivedState(record(), {}, NOW)).toMatchObject({ status: 'never', time: null, property: null })
})
