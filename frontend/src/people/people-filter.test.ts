import { expect, test } from '@jest/globals'
import type { AccountView } from '@osprey/core/api/people'
import { EVERYBODY, filterPeople, type PeopleFilter, stateOf } from './people-filter.ts'

const account = (username: string, change: Partial<AccountView> = {}): AccountView => ({
  username,
  displayName: username.toUpperCase(),
  email: null,
  role: 'inspector',
  jurisdictions: ['north'],
  disabled: false,
  hasPassword: true,
  secondFactor: false,
  singleSignOn: false,
  createdAt: '2026-11-01T00:00:00Z',
  lastLoginAt: null,
  sessions: 0,
  ...change,
})

const people = [
  account('admin', { role: 'administrator', jurisdictions: null }),
  account('li', { email: 'Li@example.org' }),
  account('wang', { jurisdictions: ['south'], hasPassword: false }),
  account('zhao', { jurisdictions: ['south', 'north'], disabled: true }),
  account('sso', { jurisdictions: ['east'], hasPassword: false, singleSignOn: true }),
]

const found = (change: Partial<PeopleFilter>): string[] =>
  filterPeople(people, { ...EVERYBODY, ...change }).map(({ username }) => username)

test('everybody is shown until something is asked', () => {
  expect(found({})).toHaveLength(people.length)
})

test('name, user name and e-mail are searched whatever the case', () => {
  expect(found({ text: ' li@EX ' })).toEqual(['li'])
  expect(found({ text: 'WAN' })).toEqual(['wang'])
})

test('whoever has the whole territory belongs to each jurisdiction', () => {
  expect(found({ jurisdiction: 'south' })).toEqual(['admin', 'wang', 'zhao'])
})

test('role and state narrow further', () => {
  expect(found({ role: 'administrator' })).toEqual(['admin'])
  expect(found({ state: 'disabled' })).toEqual(['zhao'])
  expect(found({ state: 'invited', jurisdiction: 'south' })).toEqual(['wang'])
})

test('single sign-on is a way in, a disabled account has none', () => {
  expect(people.map(stateOf)).toEqual(['active', 'active', 'invited', 'disabled', 'active'])
})
