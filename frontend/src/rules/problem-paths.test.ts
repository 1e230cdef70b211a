import { expect, test } from '@jest/globals'
import { placeOf, problemsByPath } from './problem-paths.ts'

const wrong = (field: string) => ({ field, value: null, expected: `right ${field}` })

test('problems of a saved, a previewed and a backtested definition are told at the same fields', () => {
  expect([
    ...problemsByPath([
      wrong('definition.name'),
      wrong('definition.name'),
      wrong('definitions.0.trigger.condition.threshold.value'),
      wrong('definition.pairs[2].other'),
      wrong('id'),
    ]).keys(),
  ]).toEqual(['name', 'trigger.condition.threshold.value', 'pairs.2.other', 'id'])
})

test('a place deep in the tree is named by the number of the condition', () => {
  expect(placeOf('trigger.condition.conditions.1.conditions.0.threshold.value')).toEqual({
    condition: '2.1',
    field: 'value',
  })
  expect(placeOf('trigger.condition.threshold.value')).toEqual({ condition: null, field: 'value' })
  expect(placeOf('scope.stations.3')).toEqual({ condition: null, field: 'stations' })
})
