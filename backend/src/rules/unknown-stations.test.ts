import { expect, test } from '@jest/globals'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { unknownStations } from './unknown-stations.ts'

const at = (rule: string, station: string | null, other: string | null = null) => ({ rule, station, other })

test('stations are those of the rule within the territory, in order', () => {
  const places = [at('dust', 's2'), at('dust', 'n1'), at('pair', 'n1', 's2'), at('pair', 'n2', 'n1')]
  const north = { ...WHOLE_TERRITORY, whole: false, hasStation: (id: string) => id.startsWith('n') }
  const seen = unknownStations(places, north)
  expect(seen('dust')).toEqual({ unknown: ['n1'], unknownTotal: 1 })
  expect(seen('pair')).toEqual({ unknown: ['n2'], unknownTotal: 1 })
  expect(seen('quiet')).toEqual({ unknown: [], unknownTotal: 0 })
  expect(unknownStations(places, WHOLE_TERRITORY)('dust')).toEqual({ unknown: ['n1', 's2'], unknownTotal: 2 })
})

test('a hundred are listed and all are counted', () => {
  const places = Array.from({ length: 150 }, (_, index) => at('dust', `s${1000 + index}`))
  const { unknown, unknownTotal } = unknownStations(places, WHOLE_TERRITORY)('dust')
  expect([unknown.length, unknown.at(-1), unknownTotal]).toEqual([100, 's1099', 150])
})
