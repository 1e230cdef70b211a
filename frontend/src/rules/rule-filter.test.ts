import { expect, test } from '@jest/globals'
import { ALL_RULES, filterRules } from './rule-filter.ts'
import { rule } from './rules.fixture.ts'

const RULES = [
  rule('noise-night', { name: 'Night noise' }),
  rule('sparse', { name: 'Sparse readings', unknown: ['s1'], unknownTotal: 1 }),
  rule('pm25-daily', { name: 'PM2.5 daily mean', firing: 2 }),
  rule('pump', { name: 'Pump stopped', active: false, problems: [{ en: 'x', zh: 'x' }] }),
]
const ids = (change: Partial<typeof ALL_RULES>): string[] =>
  filterRules(RULES, { ...ALL_RULES, ...change }, 'en').map(({ id }) => id)

test('what fires comes first, what is switched off last', () => {
  expect(ids({})).toEqual(['pm25-daily', 'noise-night', 'sparse', 'pump'])
})

test('rules are found by words of their name, id or meaning, in full-width letters too', () => {
  expect(ids({ text: 'daily mean' })).toEqual(['pm25-daily'])
  expect(ids({ text: 'ＰＵＭＰ' })).toEqual(['pump'])
  expect(ids({ text: '的含义 night' })).toEqual(['noise-night'])
})

test('rules are found by state and severity', () => {
  expect(ids({ state: 'inactive' })).toEqual(['pump'])
  expect(ids({ state: 'problems' })).toEqual(['sparse', 'pump'])
  expect(ids({ state: 'firing' })).toEqual(['pm25-daily'])
  expect(ids({ severity: 'extreme' })).toEqual([])
})
