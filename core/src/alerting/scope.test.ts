import { expect, test } from '@jest/globals'
import { type Scope, scope } from '../api/rules.ts'
import { inScope } from './scope.ts'
import type { StationFacts } from './types.ts'

const STATION: StationFacts = {
  id: 'river-1',
  name: 'River 1',
  medium: 'surface-water',
  site: 'plant',
  class: 'III',
  jurisdictions: ['north', 'province'],
  attributes: { depth: 2, basin: 'east', automatic: true },
}

test.each<[string, Partial<Scope>, boolean]>([
  ['an empty scope', {}, true],
  ['its medium', { media: ['air', 'surface-water'] }, true],
  ['another medium', { media: ['air'] }, false],
  ['its site', { sites: ['plant'] }, true],
  ['another site', { sites: ['other'] }, false],
  ['an outer jurisdiction', { jurisdictions: ['province'] }, true],
  ['another jurisdiction', { jurisdictions: ['south'] }, false],
  ['its class', { classes: ['II', 'III'] }, true],
  ['another class', { classes: ['II'] }, false],
  ['its class in other writing', { classes: ['Ⅲ类'] }, true],
  ['its class in words', { classes: ['Class iii'] }, true],
  ['the station itself', { stations: ['river-1'] }, true],
  ['another station', { stations: ['river-2'] }, false],
  ['a tag with its value', { tags: [{ name: 'basin', value: 'east' }] }, true],
  ['a tag of another type', { tags: [{ name: 'depth', value: '2' }] }, false],
  ['a tag that only has to be there', { tags: [{ name: 'automatic', value: null }] }, true],
  ['a tag that only the prototype has', { tags: [{ name: 'constructor', value: null }] }, false],
  ['all parts but one', { media: ['surface-water'], sites: ['plant'], classes: ['I'] }, false],
])('%s', (_, parts, expected) => {
  expect(inScope(scope.parse(parts), STATION)).toBe(expected)
})

test('a station without site and class is in no scope that asks for one', () => {
  const bare = { ...STATION, site: null, class: null }
  expect(inScope(scope.parse({ sites: ['plant'] }), bare)).toBe(false)
  expect(inScope(scope.parse({ classes: ['III'] }), bare)).toBe(false)
  expect(inScope(scope.parse({}), bare)).toBe(true)
})
