import { expect, test } from '@jest/globals'
import { RateWindow } from '../access/rate-window.ts'
import { judgeAccount, judgeChange, judgeRemoval, type Standing } from './account-rules.ts'

const ADMINISTRATOR: Standing = { role: 'administrator', jurisdictions: null, disabled: false }
const OFFICER: Standing = { role: 'officer', jurisdictions: ['north'], disabled: false }
const ALONE = { own: false, otherAdministrators: 0 }
const AMONG_OTHERS = { own: false, otherAdministrators: 1 }
const OWN = { own: true, otherAdministrators: 1 }

test('administrators have the whole territory, others may be bound', () => {
  expect(judgeAccount({ role: 'administrator', jurisdictions: ['north'] })).toEqual({
    allowed: false,
    reason: 'administrator_is_bound',
  })
  expect(judgeAccount(ADMINISTRATOR).allowed).toBe(true)
  expect(judgeAccount(OFFICER).allowed).toBe(true)
  expect(judgeAccount({ role: 'officer', jurisdictions: null }).allowed).toBe(true)
  expect(judgeChange(OFFICER, { ...OFFICER, role: 'administrator' }, AMONG_OTHERS)).toMatchObject({
    reason: 'administrator_is_bound',
  })
})

test.each([
  ['demoted', ADMINISTRATOR, { ...ADMINISTRATOR, role: 'viewer' as const }, ALONE, 'last_administrator'],
  ['disabled', ADMINISTRATOR, { ...ADMINISTRATOR, disabled: true }, ALONE, 'last_administrator'],
  [
    'demoted among others',
    ADMINISTRATOR,
    { ...ADMINISTRATOR, role: 'viewer' as const },
    AMONG_OTHERS,
    undefined,
  ],
  ['a disabled one demoted', { ...ADMINISTRATOR, disabled: true }, OFFICER, ALONE, undefined],
  ['unchanged', ADMINISTRATOR, ADMINISTRATOR, ALONE, undefined],
  ['own role', ADMINISTRATOR, OFFICER, OWN, 'own_role'],
  ['own disabling', ADMINISTRATOR, { ...ADMINISTRATOR, disabled: true }, OWN, 'own_disabling'],
  ['own other fields', ADMINISTRATOR, ADMINISTRATOR, OWN, undefined],
  ['an officer disabled', OFFICER, { ...OFFICER, disabled: true }, ALONE, undefined],
])('a change: %s', (_, before, after, circumstances, reason) => {
  expect(judgeChange(before, after, circumstances)).toEqual(
    reason === undefined ? { allowed: true } : { allowed: false, reason },
  )
})

test('nobody removes themselves or the last administrator', () => {
  expect(judgeRemoval(OFFICER, OWN)).toMatchObject({ reason: 'own_removal' })
  expect(judgeRemoval(ADMINISTRATOR, ALONE)).toMatchObject({ reason: 'last_administrator' })
  expect(judgeRemoval(ADMINISTRATOR, AMONG_OTHERS).allowed).toBe(true)
  expect(judgeRemoval(OFFICER, ALONE).allowed).toBe(true)
})

test('a rate window lets so many through and slides', () => {
  const window = new RateWindow(2, 1000)
  window.count('a', 0)
  window.count('a', 400)
  expect(window.judge('a', 500)).toEqual({ allowed: false, retryAfterMs: 500 })
  expect(window.judge('b', 500).allowed).toBe(true)
  expect(window.judge('a', 1000).allowed).toBe(true)
  window.count('a', 1000)
  window.count('b', 1000)
  window.takeBack('b')
  expect(window.judge('a', 1300)).toEqual({ allowed: false, retryAfterMs: 100 })
})

test('a rate window remembers a bounded number of keys', () => {
  const window = new RateWindow(2, 1000)
  for (let index = 0; index < 30_000; index++) window.count(`key ${index}`, 0)
  expect(window.remembered).toBe(20_000)
})

test('events that lie ahead, because the clock was set back, do not count', () => {
  const window = new RateWindow(2, 1000)
  for (const instant of [90_000, 90_001]) window.count('a', instant)
  expect(window.judge('a', 90_001).allowed).toBe(false)
  expect(window.judge('a', 5000)).toEqual({ allowed: true })
})
