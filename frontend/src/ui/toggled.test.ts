import { expect, test } from '@jest/globals'
import { toggled } from './toggled.ts'

test('a choice is added and taken out, in the order of all choices', () => {
  const all = ['a', 'b', 'c'] as const
  expect(toggled(['c'], 'a', all)).toEqual(['a', 'c'])
  expect(toggled(['a', 'c'], 'a', all)).toEqual(['c'])
})
