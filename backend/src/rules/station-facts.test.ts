import { expect, test } from '@jest/globals'
import { ruleDefinition } from '@osprey/core/api/rules'
import { above, definitionOf } from './rules.fixture.ts'
import { StationFactsBook } from './station-facts.ts'

function stationOf(id: string) {
  return { id, name: id, medium: 'air', site: null, class: null, latitude: 0, longitude: 0 }
}

test('what a rule applies to is the same list for as long as no station differs', () => {
  const stations = new Map(['a', 'b'].map((id) => [id, stationOf(id)]))
  let announce = () => {}
  const registry = {
    stations,
    onChange: (listener: () => void) => {
      announce = listener
    },
  }
  const areas = { index: { at: () => [] }, parentOf: () => null, onChange: () => {} }
  const book = new StationFactsBook(registry as never, areas as never)
  const rule = { jurisdiction: null, definition: ruleDefinition.parse(definitionOf(above('pm25', 1))) }
  const before = book.targetsOf(rule)
  announce()
  expect(book.targetsOf(rule)).toBe(before)
  stations.set('b', { ...stationOf('b'), name: 'renamed' })
  announce()
  const after = book.targetsOf(rule)
  expect(after.map(({ station }) => station.name)).toEqual(['a', 'renamed'])
  expect(after[0]?.station).toBe(before[0]?.station)
})
