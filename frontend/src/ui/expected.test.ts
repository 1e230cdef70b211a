import { expect, test } from '@jest/globals'
import { jurisdictionInput } from '@osprey/core/api/jurisdictions'
import { accountInput, tokenInput } from '@osprey/core/api/people'
import { recognise } from './expected.ts'

test.each([
  ['at least 1 characters', 'required', {}],
  ['at least 8 characters', 'atLeast', { n: '8' }],
  ['at most 100 characters', 'atMost', { n: '100' }],
  ['at most 366', 'numberAtMost', { n: '366' }],
  ['at least 1 entries', 'fewest', { n: '1' }],
  ['an id that no device has yet', 'exists', {}],
  ['the id of an existing station', 'station', {}],
  ['a UCUM unit that converts to ug/m3: m is a length', 'unit', { unit: 'ug/m3' }],
  ['the id of an existing observed property', 'property', {}],
  ['the name of a limit of pm25, such as GB 3095-2026 / I / PM2.5 / 24h', 'limit', {}],
  ['more than low, which is -6.5', 'moreThan', { n: '-6.5' }],
  ['pairs of stations, because a measure is of the other station', 'pairs', {}],
  ['at most 60: the alert must not clear while it would fire', 'clearAtMost', { n: '60' }],
  [
    'a range that lies within 6 to 9: the alert must not clear while it would fire',
    'clearWithin',
    { low: '6', high: '9' },
  ],
  ['more than 60, from which on the alert fires', 'levelMore', { n: '60' }],
  ['a range wider than 6 to 9', 'rangeWider', { low: '6', high: '9' }],
  ['a length that divides the window of 3600 s', 'slotDivides', { n: '3600' }],
  ['with a clock-aligned window 1, 5, 10 min', 'alignedWindow', {}],
  ['one of viewer, inspector', 'oneOf', { list: 'viewer, inspector' }],
])('knows “%s”', (text, name, values) => {
  expect(recognise(text)).toEqual({ name, values })
})

test('what is not known stays in the words of the server', () => {
  expect(recognise('a ring that does not cross itself')).toBeNull()
})

test('knows what the schemas themselves say about accounts, tokens and jurisdictions', () => {
  const account = {
    username: 'No Name',
    displayName: '\n',
    email: 'nobody',
    role: 'viewer',
    jurisdictions: ['?'],
  }
  const said = [
    accountInput.safeParse(account),
    jurisdictionInput.safeParse({
      id: 'a b',
      name: '  ',
      parent: null,
      geometry: { type: 'Polygon', coordinates: [] },
    }),
    tokenInput.safeParse({ name: '\u0001', scopes: ['stations:read'], expiresInDays: 1 }),
  ].flatMap(({ error }) => error?.issues.map(({ message }) => message) ?? [])
  expect(said.length).toBe(7)
  expect(said.filter((message) => recognise(message) === null)).toEqual([])
})
