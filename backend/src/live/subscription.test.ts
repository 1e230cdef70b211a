import { expect, test } from '@jest/globals'
import { parseSubscription } from './subscription.ts'

const whole = { type: 'subscribe', bbox: null, property: null, stations: [] }

test('equal wishes have equal keys, whatever the order of their stations', () => {
  const one = parseSubscription(JSON.stringify({ ...whole, stations: ['b', 'a', 'b'] }))
  const other = parseSubscription(JSON.stringify({ ...whole, stations: ['a', 'b'] }))
  expect(one).toEqual(other)
  expect(one).toMatchObject({ ok: true, subscription: { stations: ['a', 'b'] } })
})

test.each([
  { text: 'nonsense', field: '', expected: 'one JSON object' },
  { text: '[1]', field: '', expected: 'an object' },
  { text: 'null', field: '', expected: 'an object' },
  { text: JSON.stringify({ ...whole, type: 'shout' }), field: 'type', expected: '"subscribe"' },
  { text: JSON.stringify({ ...whole, bbox: undefined }), field: 'bbox', expected: 'null or [west' },
  { text: JSON.stringify({ ...whole, bbox: [0, 0, 1] }), field: 'bbox', expected: 'null or [west' },
  { text: JSON.stringify({ ...whole, bbox: [0, 10, 1, 5] }), field: 'bbox', expected: 'null or [west' },
  { text: JSON.stringify({ ...whole, property: 7 }), field: 'property', expected: 'null or the id' },
  { text: JSON.stringify({ ...whole, property: 'a"b' }), field: 'property', expected: 'null or the id' },
  { text: JSON.stringify({ ...whole, stations: 'all' }), field: 'stations', expected: 'at most 50' },
  { text: JSON.stringify({ ...whole, stations: [''] }), field: 'stations', expected: 'at most 50' },
  {
    text: JSON.stringify({ ...whole, stations: Array(51).fill('s') }),
    field: 'stations',
    expected: 'at most 50',
  },
])('$text is answered with the field and what was expected', ({ text, field, expected }) => {
  const result = parseSubscription(text)
  if (result.ok) throw new Error('it was taken')
  expect(result.errors).toEqual([
    { field, value: expect.any(String), expected: expect.stringContaining(expected) },
  ])
})

test('every wrong field is named at once', () => {
  const result = parseSubscription('{}')
  if (result.ok) throw new Error('it was taken')
  expect(result.errors.map(({ field }) => field)).toEqual(['type', 'bbox', 'property', 'stations'])
})
