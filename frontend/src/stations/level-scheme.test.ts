import { expect, test } from '@jest/globals'
import { LEVEL_SCALES, levelOf } from '@osprey/core/levels'
import { type LevelScale, levelRanges, levelScheme, limitsOf, rangeText } from './level-scheme.ts'

const scaleOf = (property: string): LevelScale => {
  const scale = LEVEL_SCALES[property]
  if (scale === undefined) throw new Error(property)
  return { ...scale, media: [...scale.media], bounds: [...scale.bounds] } as LevelScale
}
const texts = (property: string): string[] => {
  const scale = scaleOf(property)
  return levelRanges(scale).map((range) => rangeText(range, scale.direction, String))
}

test('rising scales read from at most to more than', () => {
  expect(texts('pm25')).toEqual(['≤ 35', '35 – 60', '60 – 115', '115 – 150', '150 – 250', '> 250'])
})

test('falling scales read from at least to less than', () => {
  expect(texts('dissolved_oxygen')).toEqual(['≥ 7.5', '6 – 7.5', '5 – 6', '3 – 5', '2 – 3', '< 2'])
})

test('a band has an inside and an outside', () => {
  expect(texts('ph')).toEqual(['6 – 9', ''])
  expect(levelRanges(scaleOf('ph')).map(({ level }) => level)).toEqual([0, 5])
})

test('levels nothing can reach are left out', () => {
  expect(levelRanges(scaleOf('cod')).map(({ level }) => level)).not.toContain(1)
  expect(levelRanges(scaleOf('so2')).at(-1)?.level).toBe(3)
})

test.each(Object.keys(LEVEL_SCALES))('the legend of %s agrees with how values are judged', (property) => {
  for (const { level, low, high } of levelRanges(scaleOf(property))) {
    if (low !== null && high !== null) expect(levelOf(property, (low + high) / 2)).toBe(level)
  }
})

test('the limit is the bound before the first level that exceeds', () => {
  expect(limitsOf(scaleOf('pm25'))).toEqual([60])
  expect(limitsOf(scaleOf('dissolved_oxygen'))).toEqual([5])
  expect(limitsOf(scaleOf('ph'))).toEqual([6, 9])
})

test('levels are named by their standard', () => {
  expect(levelScheme(scaleOf('pm25'))).toBe('air')
  expect(levelScheme(scaleOf('codmn'))).toBe('water')
  expect(levelScheme(scaleOf('laeq'))).toBe('plain')
  expect(levelScheme(null)).toBe('plain')
})
