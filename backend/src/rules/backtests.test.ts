import { expect, test } from '@jest/globals'
import type { StationFacts } from '@osprey/core/alerting/types'
import { backtestInput } from '@osprey/core/api/rules'
import { OBSERVED_PROPERTIES, propertyById } from '@osprey/core/properties'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { Backtests } from './backtests.ts'
import { above, definitionOf } from './rules.fixture.ts'

const STATIONS = 5000
const facts = (at: number): StationFacts => ({
  id: `station-${at}`,
  name: '',
  medium: 'air',
  site: null,
  class: null,
  jurisdictions: [],
  attributes: {},
})
const targets = Array.from({ length: STATIONS }, (_, at) => ({ station: facts(at), other: null }))
const properties = new Map(OBSERVED_PROPERTIES.map((each) => [each.id, each]))
const input = backtestInput.parse({
  jurisdiction: null,
  definitions: [definitionOf(above('pm25', 100))],
  from: '2026-03-01T00:00:00Z',
  to: '2026-03-02T00:00:00Z',
})

/** Stations with a datastream each; `counting` is called at each statement that counts. */
function backtests(counting: () => void) {
  return new Backtests({
    reach: { of: () => ({ targets, problems: [] }) },
    registry: {
      properties,
      datastreamOf: (station: string) => ({ id: Number(station.slice('station-'.length)) + 1 }),
      datastreamsOf: () => [],
    },
    context: { property: propertyById, holidays: new Set<string>() },
    referred: {
      registry: { stations: new Map(), sites: new Map(), properties },
      jurisdictions: { has: () => false },
    },
    store: {
      counts: async (ids: readonly number[]) => {
        counting()
        return new Map(ids.map((id) => [id, 1]))
      },
    },
    log: { error: () => {} },
  } as never)
}

test('whoever goes away while their observations are counted is counted for no longer, and frees the place', async () => {
  const gone = new AbortController()
  let statements = 0
  const tests = backtests(() => {
    statements++
    if (statements === 1) gone.abort(new Error('gone'))
  })
  const run = async () => 'ran'
  await expect(tests.admit('mei', input, WHOLE_TERRITORY, gone.signal, run)).rejects.toThrow('gone')
  expect(statements).toBe(1)
  expect(await tests.admit('mei', input, WHOLE_TERRITORY, new AbortController().signal, run)).toBe('ran')
  expect(statements).toBe(4)
})
