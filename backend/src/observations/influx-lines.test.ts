import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encodeLine, nameFromTag, seriesPrefix, tagValue } from './influx-lines.ts'
import { batchOf, T0 } from './store.fixture.ts'

test('a number becomes one line', () => {
  const batch = batchOf(1, [{ datastream: 1, time: T0 + 0.75, value: 35.2, resultTime: T0 + 60 }])
  const prefix = seriesPrefix({ station: 'st 1,a=b', property: 'pm25', unit: 'ug/m3' })
  expect(encodeLine(batch, 0, prefix)).toBe(
    `observation,station=st\\ 1\\,a\\=b,property=pm25 value=35.2,quality=1i,result_time=${T0 + 60}i ${T0}`,
  )
})

test.each([
  [null, 'quality=9i,'],
  ['say "no" \\ yes', 'text="say \\"no\\" \\\\ yes",quality=1i,'],
  [1e21, 'value=1e+21,quality=1i,'],
  [-0.5, 'value=-0.5,quality=1i,'],
])('%p is written as %s', (value, fields) => {
  const line = encodeLine(batchOf(1, [{ datastream: 1, time: T0, value }]), 0, 'x ')
  expect(line.startsWith(`x ${fields}result_time=`)).toBe(true)
})

test('any name can be read back from its tag, and no tag breaks its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const tag = tagValue(name)
      expect(nameFromTag(tag)).toBe(name)
      expect(tag).not.toMatch(/[\n\\]|^$/)
    }),
  )
})

test('different names have different tags', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(tagValue(a) === tagValue(b)).toBe(a === b)
    }),
  )
})
