import { expect, test } from '@jest/globals'
import { candidates, completed, mentionAt } from './mentions.ts'

const PEOPLE = [
  { username: 'wang.li', displayName: 'Wang Li' },
  { username: 'li.na', displayName: 'Li Na' },
  { username: 'chen', displayName: 'Chen Lihua' },
]

test.each<[string, number, ReturnType<typeof mentionAt>]>([
  ['@', 1, { start: 0, query: '' }],
  ['please look @li.n', 17, { start: 12, query: 'li.n' }],
  ['请看，@li', 6, { start: 3, query: 'li' }],
  ['@li.na went there', 6, { start: 0, query: 'li.na' }],
  ['@li.na went there', 9, null],
  ['mail a@b', 8, null],
  ['no mention', 5, null],
])('%j at %i', (text, caret, expected) => {
  expect(mentionAt(text, caret)).toEqual(expected)
})

test('names that begin with it come first, then those that hold it', () => {
  expect(candidates(PEOPLE, 'LI', 8).map(({ username }) => username)).toEqual(['li.na', 'wang.li', 'chen'])
  expect(candidates(PEOPLE, 'x', 8)).toEqual([])
  expect(candidates(PEOPLE, '', 2)).toHaveLength(2)
})

test('a chosen name takes the place of what was typed', () => {
  expect(completed('see @l now', 6, { start: 4, query: 'l' }, 'li.na')).toEqual({
    text: 'see @li.na now',
    caret: 11,
  })
  expect(completed('@', 1, { start: 0, query: '' }, 'chen')).toEqual({ text: '@chen ', caret: 6 })
})
