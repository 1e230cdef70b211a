import { expect, test } from '@jest/globals'
import { matchRoute, type RoutedAlert } from './matching.ts'
import { placeOf, type Surroundings } from './places.ts'

const ROUTE = {
  enabled: true,
  severity: 'moderate' as const,
  rules: null as string[] | null,
  jurisdictions: null as string[] | null,
  groupBy: ['site', 'rule'] as ('site' | 'rule' | 'jurisdiction')[],
}
const ALERT: RoutedAlert = {
  rule: 'pm',
  severity: 'severe',
  site: 'mill',
  jurisdictions: ['city', 'north'],
  jurisdiction: 'north',
}

test.each([
  ['everything', {}, {}, true],
  ['severity below', {}, { severity: 'minor' }, 'severity'],
  ['severity equal', { severity: 'severe' }, {}, true],
  ['its rule', { rules: ['pm', 'so2'] }, {}, true],
  ['another rule', { rules: ['so2'] }, {}, 'rule'],
  ['a jurisdiction around it', { jurisdictions: ['city'] }, {}, true],
  ['another jurisdiction', { jurisdictions: ['south'] }, {}, 'jurisdiction'],
  ['a place in no jurisdiction', { jurisdictions: ['city'] }, { jurisdictions: [] }, 'jurisdiction'],
  ['switched off', { enabled: false }, {}, 'disabled'],
] as const)('%s', (_, route, alert, expected) => {
  const found = matchRoute({ ...ROUTE, ...route } as typeof ROUTE, { ...ALERT, ...alert } as RoutedAlert)
  expect(found.matches ? true : found.reason).toBe(expected)
})

test('alerts of a group share its parts', () => {
  const keyOf = (groupBy: typeof ROUTE.groupBy, change: Partial<RoutedAlert> = {}) => {
    const found = matchRoute({ ...ROUTE, groupBy }, { ...ALERT, ...change })
    return found.matches ? found.key : undefined
  }
  expect(keyOf(['site', 'rule'])).toBe(keyOf(['rule', 'site']))
  expect(keyOf(['rule'])).toBe(keyOf(['rule'], { site: 'other' }))
  expect(keyOf(['site'])).not.toBe(keyOf(['site'], { site: 'other' }))
  expect(keyOf(['site'], { site: null })).not.toBe(keyOf(['site'], { site: 'null' }))
  expect(keyOf(['jurisdiction'])).not.toBe(keyOf(['jurisdiction'], { jurisdiction: 'city' }))
  expect(keyOf([])).toBe(keyOf([], { site: 'x', rule: 'y', jurisdiction: null }))
})

const AROUND: Surroundings = {
  stations: new Map([
    ['s1', { name: 'Gate', site: 'mill', longitude: 1, latitude: 1 }],
    ['s2', { name: 'Weir', site: null, longitude: 9, latitude: 9 }],
  ]),
  sites: new Map([['mill', { name: 'Paper mill', longitude: null, latitude: null }]]),
  areasAt: (longitude) => (longitude === 1 ? ['north'] : []),
  parentOf: (id) => (id === 'north' ? 'city' : null),
}
const at = (station: string | null, site: string | null = null) =>
  placeOf({ station, other: null, site }, AROUND)

test('a place knows its site and every jurisdiction around it', () => {
  expect(at('s1')).toEqual({
    name: 'Gate',
    site: 'mill',
    siteName: 'Paper mill',
    jurisdictions: ['city', 'north'],
    jurisdiction: 'north',
    longitude: 1,
    latitude: 1,
  })
  expect(at('s2')).toMatchObject({ site: null, jurisdictions: [], jurisdiction: null })
})

test('a site without a position lies where its stations do; what was removed keeps its id', () => {
  expect(at(null, 'mill')).toMatchObject({ name: 'Paper mill', jurisdiction: 'north', latitude: null })
  expect(at('gone')).toMatchObject({ name: 'gone', site: null, jurisdictions: [] })
  expect(at(null, 'gone')).toMatchObject({ name: 'gone', site: 'gone', siteName: 'gone' })
})
