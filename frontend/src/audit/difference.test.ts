import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { differences, valueText } from './difference.ts'

const told = (before: unknown, after: unknown) =>
  differences(before, after).map(({ path, kind, before, after }) => [path.join('.'), kind, before, after])

test('only the fields that changed are told', () => {
  expect(
    told(
      { id: 'pump', disabled: false, stations: ['a'], units: { pm25: 'ug/m3', temperature: 'Cel' } },
      { id: 'pump', disabled: true, stations: ['a', 'b'], units: { pm25: 'mg/m3', noise: 'dB' } },
    ),
  ).toEqual([
    ['disabled', 'changed', false, true],
    ['stations', 'changed', ['a'], ['a', 'b']],
    ['units.pm25', 'changed', 'ug/m3', 'mg/m3'],
    ['units.temperature', 'removed', 'Cel', undefined],
    ['units.noise', 'added', undefined, 'dB'],
  ])
})

test('what was created or removed is told field by field', () => {
  expect(told(null, { id: 'a', units: {} })).toEqual([
    ['id', 'added', undefined, 'a'],
    ['units', 'added', undefined, {}],
  ])
  expect(told({ id: 'a', name: { en: 'x' } }, null)).toEqual([
    ['id', 'removed', 'a', undefined],
    ['name.en', 'removed', 'x', undefined],
  ])
})

test('nothing, and nothing changed', () => {
  expect(told(null, null)).toEqual([])
  expect(told(undefined, null)).toEqual([])
  expect(told({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([])
  expect(told({}, {})).toEqual([])
})

test('null inside a value is a value', () => {
  expect(told({ site: null }, { site: 'mill' })).toEqual([['site', 'changed', null, 'mill']])
  expect(told({}, { site: null })).toEqual([['site', 'added', undefined, null]])
})

test('lists of objects are compared item by item', () => {
  expect(told([{ id: 1, n: 'a' }], [{ id: 1, n: 'b' }, { id: 2 }])).toEqual([
    ['0.n', 'changed', 'a', 'b'],
    ['1.id', 'added', undefined, 2],
  ])
})

test('names that mean something to the language are only names', () => {
  const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": "<img src=x>"}')
  expect(told(null, hostile)).toEqual([
    ['__proto__.x', 'added', undefined, 1],
    ['constructor', 'added', undefined, '<img src=x>'],
  ])
})

test('hostile nesting ends at a depth', () => {
  let deep: unknown = 1
  for (let level = 0; level < 5000; level++) deep = { deep }
  const [only] = differences(null, deep)
  expect(only?.path).toHaveLength(8)
})

test('a value does not differ from itself, and every difference is one', () => {
  const json = fc.jsonValue({ maxDepth: 4 })
  fc.assert(fc.property(json, (value) => expect(differences(value, structuredClone(value))).toEqual([])))
  fc.assert(
    fc.property(json, json, (before, after) => {
      for (const each of differences(before, after)) {
        expect(JSON.stringify(each.before)).not.toBe(JSON.stringify(each.after))
      }
    }),
  )
})

test('texts stay as they are, long ones are cut', () => {
  expect(valueText('<b>&amp;</b>')).toBe('<b>&amp;</b>')
  expect(valueText({ a: 1 })).toBe('{"a":1}')
  expect(valueText(null)).toBe('null')
  expect(valueText('x'.repeat(3000), 10)).toBe(`${'x'.repeat(10)}…`)
})
