import { expect, test } from '@jest/globals'
import { freshId } from './fresh-id.ts'

test.each([
  ['Duty mail', 'duty-mail'],
  ['  Büro – Nacht!  ', 'buro-nacht'],
  ['值班邮箱', 'email'],
  ['值班 mail 2', 'mail-2'],
  [`${'a'.repeat(47)} b`, 'a'.repeat(47)],
])('%s becomes %s', (name, id) => {
  expect(freshId(name, 'email', new Set())).toBe(id)
})

test('an id that is taken gets a number', () => {
  expect(freshId('值班', 'email', new Set(['email', 'email-2']))).toBe('email-3')
})
