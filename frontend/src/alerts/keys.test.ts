import { expect, test } from '@jest/globals'
import { commandOf, INBOX_KEYS, SHOWN_KEYS } from './keys.ts'

const plain = { ctrlKey: false, metaKey: false, altKey: false }
const somewhere = { typing: false, inList: false, single: true }

test.each([
  ['j', 'down'],
  ['k', 'up'],
  ['x', 'select'],
  ['a', 'acknowledge'],
  ['/', 'search'],
  ['?', 'help'],
  ['q', null],
])('%s', (key, command) => {
  expect(commandOf({ ...plain, key }, somewhere)).toBe(command)
})

test('characters can be switched off, and mean nothing while somebody types or with a modifier', () => {
  expect(commandOf({ ...plain, key: 'j' }, { ...somewhere, single: false })).toBeNull()
  expect(commandOf({ ...plain, key: 'j' }, { ...somewhere, typing: true })).toBeNull()
  expect(commandOf({ ...plain, key: 'a', ctrlKey: true }, somewhere)).toBeNull()
})

test('arrows scroll the page outside of the list', () => {
  expect(commandOf({ ...plain, key: 'ArrowDown' }, somewhere)).toBeNull()
  expect(commandOf({ ...plain, key: 'ArrowDown' }, { ...somewhere, inList: true, single: false })).toBe(
    'down',
  )
})

test('every command has a key that is shown', () => {
  for (const command of INBOX_KEYS) expect(SHOWN_KEYS[command].length).toBeGreaterThan(0)
})
