import { expect, test } from '@jest/globals'
import { isDate, readHolidayLines, realChanges, withChanges, yearsOf } from './holidays.ts'

const LIST = [
  { date: '2026-01-01', name: 'New Year' },
  { date: '2026-10-01', name: 'National Day' },
]

test('lines are read however a calendar writes its dates', () => {
  const text = '2026-10-01 National Day\r\n2026/1/1,New Year\n\n2026年5月1日 劳动节\n"2027-02-06"\t春节'
  expect(readHolidayLines(text)).toEqual({
    holidays: [
      { date: '2026-10-01', name: 'National Day' },
      { date: '2026-01-01', name: 'New Year' },
      { date: '2026-05-01', name: '劳动节' },
      { date: '2027-02-06', name: '春节' },
    ],
    wrong: [],
  })
})

test('lines that are not understood are named', () => {
  expect(readHolidayLines(`2026-02-30 No day\nOctober\n2026-10-02\n2026-10-03 ${'x'.repeat(101)}`)).toEqual({
    holidays: [],
    wrong: [
      { line: 1, text: '2026-02-30 No day', problem: 'date' },
      { line: 2, text: 'October', problem: 'date' },
      { line: 3, text: '2026-10-02', problem: 'name' },
      { line: 4, text: `2026-10-03 ${'x'.repeat(101)}`, problem: 'name' },
    ],
  })
})

test('changes are applied to what the list is by then', () => {
  const changes = new Map([
    ['2026-01-01', null],
    ['2026-05-01', 'Labour Day'],
    ['2026-10-01', 'National Day'],
  ])
  expect(realChanges(LIST, changes)).toEqual(
    new Map([
      ['2026-01-01', null],
      ['2026-05-01', 'Labour Day'],
    ]),
  )
  expect(withChanges([...LIST, { date: '2026-12-25', name: 'Added meanwhile' }], changes)).toEqual([
    { date: '2026-05-01', name: 'Labour Day' },
    { date: '2026-10-01', name: 'National Day' },
    { date: '2026-12-25', name: 'Added meanwhile' },
  ])
})

test('taking off what is not there changes nothing', () => {
  expect(realChanges(LIST, new Map([['2030-01-01', null]])).size).toBe(0)
})

test('the current year can always be looked at', () => {
  expect(yearsOf(LIST, 2027)).toEqual(['2026', '2027'])
  expect(yearsOf([], 2027)).toEqual(['2027'])
})

test('only days of the calendar are dates', () => {
  expect(['2024-02-29', '2026-02-29', '2026-13-01', ''].map(isDate)).toEqual([true, false, false, false])
})
