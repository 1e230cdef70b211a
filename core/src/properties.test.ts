import { expect, test } from '@jest/globals'
import { LEVEL_SCALES } from './levels.ts'
import { MEDIA, OBSERVED_PROPERTIES, propertyById } from './properties.ts'
import { isId } from './topics.ts'

test('ids are identifiers in lower snake case and unique', () => {
  const ids = OBSERVED_PROPERTIES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect([id, isId(id) && /^[a-z][a-z0-9_]*$/.test(id)]).toEqual([id, true])
})

test('an id finds its entry, an unknown one nothing', () => {
  for (const property of OBSERVED_PROPERTIES) expect(propertyById(property.id)).toBe(property)
  for (const id of ['', 'PM25', 'constructor', '__proto__']) expect(propertyById(id)).toBeUndefined()
})

test('names are in both languages and differ within a medium', () => {
  const seen = new Set<string>()
  for (const { id, name, media } of OBSERVED_PROPERTIES) {
    expect([id, name.en.length > 1, name.zh.length > 0]).toEqual([id, true, true])
    for (const text of [`${media[0]} en ${name.en}`, `${media[0]} zh ${name.zh}`]) {
      expect([text, seen.has(text)]).toEqual([text, false])
      seen.add(text)
    }
  }
})

test('numbers have a range that grows, categories have categories, switches neither', () => {
  for (const { id, kind, range, categories, precision } of OBSERVED_PROPERTIES) {
    if (kind === 'number') expect([id, range !== undefined && range[0] < range[1]]).toEqual([id, true])
    else expect([id, range]).toEqual([id, undefined])
    expect([id, categories !== undefined && categories.length > 1]).toEqual([id, kind === 'category'])
    expect([id, Number.isInteger(precision) && precision >= 0 && precision <= 4]).toEqual([id, true])
  }
})

test('every medium has properties', () => {
  for (const medium of MEDIA) {
    const measured = OBSERVED_PROPERTIES.filter(({ media }) => media.includes(medium))
    expect([medium, measured.length > 2]).toEqual([medium, true])
  }
})

test('a molar mass is given only where the unit is a mass per volume', () => {
  for (const { id, molarMass, unit } of OBSERVED_PROPERTIES) {
    if (molarMass !== undefined) expect([id, unit]).toEqual([id, expect.stringMatching(/^[mu]g\/(m3|L)$/)])
  }
})

test('the bounds of every scale lie within the plausible range and in the unit of the property', () => {
  for (const [id, scale] of Object.entries(LEVEL_SCALES)) {
    const property = propertyById(id)
    expect([id, property?.unit]).toEqual([id, scale.unit])
    for (const bound of scale.bounds) {
      expect([id, bound >= (property?.range?.[0] ?? 0) && bound < (property?.range?.[1] ?? 0)]).toEqual([
        id,
        true,
      ])
    }
    expect([id, scale.media.every((medium) => property?.media.includes(medium))]).toEqual([id, true])
  }
})
