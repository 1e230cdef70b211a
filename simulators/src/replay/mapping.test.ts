import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { MappingError, parseMapping, readMapping } from './mapping.ts'

const VALID = {
  name: 'River',
  time: { column: 'time', format: 'YYYY-MM-DD HH:mm', zone: '+08:00' },
  medium: 'surface-water',
  stations: { list: [{ id: 'river-1', latitude: 30.1, longitude: 118.2 }] },
  values: [{ column: 'cond', property: 'conductivity', unit: 'mS/cm' }],
}

test('a mapping knows how its values are stored', () => {
  const { values } = parseMapping(VALID)
  expect(values).toMatchObject([{ unit: 'mS/cm', scale: 1, offset: 0, stored: { factor: 1000, offset: 0 } }])
})

test.each([
  ['an unknown member', { ...VALID, colour: 1 }, ['Unrecognized key: "colour"']],
  [
    'an unknown property',
    { ...VALID, values: [{ column: 'x', property: 'phlogiston' }] },
    ['values.0.property: "phlogiston", expected an id of the catalogue'],
  ],
  [
    'a unit of another kind',
    { ...VALID, values: [{ column: 'x', property: 'conductivity', unit: 'mg/L' }] },
    ['values.0.unit: unit of conductivity: "mg/L", expected uS/cm'],
  ],
  [
    'local times without a zone',
    { ...VALID, time: { column: 'time', format: 'D/M/YYYY' } },
    ['time.zone: missing, expected the zone of the local times in "time"'],
  ],
  [
    'a zone nobody needs',
    { ...VALID, time: { column: 'time', format: 'iso', zone: 'Z' } },
    ['time.zone: "Z", expected none: iso times carry their own'],
  ],
  [
    'an unknown zone',
    { ...VALID, time: { ...VALID.time, zone: 'Mars/Tharsis' } },
    ['time.zone: "Mars/Tharsis", expected Z, ±hh:mm or a zone such as Australia/Brisbane'],
  ],
  [
    'a latitude off the earth',
    { ...VALID, stations: { list: [{ id: 'a', latitude: 91, longitude: 0 }] } },
    ['stations.list.0.latitude: 91: Too big: expected number to be <=90'],
  ],
  [
    'two stations and no column to tell them apart',
    { ...VALID, stations: { list: [VALID.stations.list[0], { id: 'b', latitude: 1, longitude: 1 }] } },
    ['stations.column: missing, expected it unless exactly one station is listed'],
  ],
  [
    'one property from two columns',
    { ...VALID, values: [VALID.values[0], { column: 'y', property: 'conductivity' }] },
    ['values: property "conductivity" twice'],
  ],
])('%s is named', (_name, json, problems) => {
  let error: unknown
  try {
    parseMapping(json)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(MappingError)
  for (const [index, problem] of problems.entries()) {
    expect((error as MappingError).problems[index]).toContain(problem)
  }
})

const MAPPINGS = new URL('../../mappings/', import.meta.url).pathname

test.each(readdirSync(MAPPINGS))('the ready mapping %s is sound', (name) => {
  expect(readMapping(MAPPINGS + name).values.length).toBeGreaterThan(2)
})
