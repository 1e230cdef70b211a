import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ALIGNED_SECONDS, type Schedule, schedule } from '../api/rules.ts'
import { isActive, localDate, nextLocalDay } from './schedule.ts'
import { DAY, HOUR, windowEnd, windowStart, zoneOf } from './zone.ts'

const at = (text: string) => Date.parse(text)
const NONE: ReadonlySet<string> = new Set()
const ALL_DAYS = [1, 2, 3, 4, 5, 6, 7]

describe('windows', () => {
  test.each<[string, string, number, string, string, string]>([
    [
      'an hour',
      'Asia/Shanghai',
      HOUR,
      '2026-03-01T10:59:59.999+08:00',
      '2026-03-01T10:00+08:00',
      '2026-03-01T11:00+08:00',
    ],
    [
      'eight hours',
      'Asia/Shanghai',
      8 * HOUR,
      '2026-03-01T15:00+08:00',
      '2026-03-01T08:00+08:00',
      '2026-03-01T16:00+08:00',
    ],
    [
      'a day',
      'Asia/Shanghai',
      DAY,
      '2026-03-01T00:00+08:00',
      '2026-03-01T00:00+08:00',
      '2026-03-02T00:00+08:00',
    ],
    [
      'a week',
      'Asia/Shanghai',
      7 * DAY,
      '2026-03-01T12:00+08:00',
      '2026-02-23T00:00+08:00',
      '2026-03-02T00:00+08:00',
    ],
    [
      'a half-hour zone',
      'Asia/Kolkata',
      HOUR,
      '2026-03-01T10:29:00Z',
      '2026-03-01T09:30:00Z',
      '2026-03-01T10:30:00Z',
    ],
    ['before 1970', 'UTC', DAY, '1969-12-31T23:00:00Z', '1969-12-31T00:00:00Z', '1970-01-01T00:00:00Z'],
    [
      'the short day',
      'Europe/Berlin',
      DAY,
      '2026-03-29T12:00+02:00',
      '2026-03-29T00:00+01:00',
      '2026-03-30T00:00+02:00',
    ],
    [
      'the long day',
      'Europe/Berlin',
      DAY,
      '2026-10-25T12:00+01:00',
      '2026-10-25T00:00+02:00',
      '2026-10-26T00:00+01:00',
    ],
    [
      'the hour before the skipped one',
      'Europe/Berlin',
      HOUR,
      '2026-03-29T01:30+01:00',
      '2026-03-29T01:00+01:00',
      '2026-03-29T03:00+02:00',
    ],
    [
      'a window that would begin in it',
      'Europe/Berlin',
      2 * HOUR,
      '2026-03-29T03:30+02:00',
      '2026-03-29T03:00+02:00',
      '2026-03-29T04:00+02:00',
    ],
    [
      'the repeated hour, first',
      'Europe/Berlin',
      HOUR,
      '2026-10-25T02:30+02:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:00+01:00',
    ],
    [
      'the repeated hour, second',
      'Europe/Berlin',
      HOUR,
      '2026-10-25T02:30+01:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T03:00+01:00',
    ],
    [
      'eight hours of the long day',
      'Europe/Berlin',
      8 * HOUR,
      '2026-10-25T07:30+01:00',
      '2026-10-25T00:00+02:00',
      '2026-10-25T08:00+01:00',
    ],
    [
      'midnight that is skipped',
      'America/Asuncion',
      DAY,
      '2023-10-01T12:00-03:00',
      '2023-10-01T01:00-03:00',
      '2023-10-02T00:00-03:00',
    ],
  ])('%s in %s', (_, zone, length, time, start, end) => {
    expect(new Date(windowStart(at(time), length, zone)).toISOString()).toBe(
      new Date(at(start)).toISOString(),
    )
    expect(new Date(windowEnd(at(start), length, zone)).toISOString()).toBe(new Date(at(end)).toISOString())
  })

  test('they follow each other without gaps, whatever the clocks do', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/Asuncion',
      'Antarctica/Troll',
      'Pacific/Chatham',
      'Atlantic/Azores',
    )
    const lengths = fc.constantFrom(...ALIGNED_SECONDS.map((seconds) => 1000 * seconds))
    // Most instants lie nowhere near a change.
    const changes = ['2026-04-04T14:00Z', '2026-10-25T01:00Z', '2026-10-24T21:00Z', '2026-03-29T01:00Z'].map(
      at,
    )
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -4 * HOUR, max: 4 * HOUR }))
      .map(([change, away]) => change + away)
    const times = fc.oneof(
      near,
      fc.integer({ min: at('2015-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
    )
    fc.assert(
      fc.property(times, lengths, zones, (time, length, zone) => {
        const start = windowStart(time, length, zone)
        const end = windowEnd(start, length, zone)
        expect(start).toBeLessThanOrEqual(time)
        expect(end).toBeGreaterThan(time)
        expect(windowStart(start, length, zone)).toBe(start)
        expect(windowStart(end - 1, length, zone)).toBe(start)
        expect(windowStart(end, length, zone)).toBe(end)
      }),
      { numRuns: 1500 },
    )
  })

  test('a midnight that comes twice begins one day', () => {
    const start = windowStart(at('2026-10-25T12:00:00Z'), DAY, 'Atlantic/Azores')
    expect(new Date(start).toISOString()).toBe('2026-10-25T00:00:00.000Z')
    expect(windowEnd(start, DAY, 'Atlantic/Azores') - start).toBe(25 * HOUR)
  })
})

test('offsets are those of the platform, at every instant', () => {
  const zones = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia')
  fc.assert(
    fc.property(
      fc.integer({ min: at('1985-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
      zones,
      (time, name) => {
        const local = new Date(zoneOf(name).localOf(time)).toISOString().slice(0, 16).replace('T', ', ')
        const shown = new Intl.DateTimeFormat('en-CA', {
          timeZone: name,
          hourCycle: 'h23',
          year: 'numeric',
          month: '2-digit',
          day: '2-digit',
          hour: '2-digit',
          minute: '2-digit',
        }).format(time)
        expect(local).toBe(shown)
      },
    ),
    { numRuns: 300 },
  )
})

test('local dates', () => {
  expect(localDate(at('2026-02-28T16:00:00Z'), 'Asia/Shanghai')).toBe('2026-03-01')
  expect(localDate(at('2026-02-28T15:59:59Z'), 'Asia/Shanghai')).toBe('2026-02-28')
  expect(nextLocalDay(at('2026-10-25T12:00:00Z'), 'Europe/Berlin')).toBe(at('2026-10-25T23:00:00Z'))
})

describe('schedules', () => {
  const workdays = schedule.parse([{ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' }])
  const nights = schedule.parse([{ days: ALL_DAYS, from: '22:00', to: '06:00' }])
  const fridayNight = schedule.parse([{ days: [5], from: '22:00', to: '06:00' }])
  const wholeMonday = schedule.parse([{ days: [1], from: '00:00', to: '00:00' }])
  const noHolidays = schedule.parse([{ days: ALL_DAYS, from: '22:00', to: '06:00', holidays: 'exclude' }])
  const onlyHolidays = schedule.parse([{ days: ALL_DAYS, from: '00:00', to: '00:00', holidays: 'only' }])
  const newYear = new Set(['2026-01-01'])

  test.each<[string, Schedule | null, ReadonlySet<string>, string, boolean]>([
    ['none is always', null, NONE, '2026-03-01T03:00', true],
    ['first minute', workdays, NONE, '2026-03-02T08:00', true],
    ['just before', workdays, NONE, '2026-03-02T07:59', false],
    ['the end is excluded', workdays, NONE, '2026-03-02T18:00', false],
    ['Sunday', workdays, NONE, '2026-03-01T12:00', false],
    ['before midnight', nights, NONE, '2026-03-02T23:59', true],
    ['after midnight', nights, NONE, '2026-03-02T05:59', true],
    ['morning', nights, NONE, '2026-03-02T06:00', false],
    ['the night of Friday goes into Saturday', fridayNight, NONE, '2026-03-07T05:00', true],
    ['and not into Friday', fridayNight, NONE, '2026-03-06T05:00', false],
    ['a whole day', wholeMonday, NONE, '2026-03-02T23:59', true],
    ['and no more', wholeMonday, NONE, '2026-03-03T00:00', false],
    ['the night that begins on a holiday is out', noHolidays, newYear, '2026-01-02T03:00', false],
    ['the one that ends on it is not', noHolidays, newYear, '2026-01-01T03:00', true],
    ['only on holidays', onlyHolidays, newYear, '2026-01-01T12:00', true],
    ['and on no other day', onlyHolidays, newYear, '2026-01-02T00:00', false],
  ])('%s', (_, hours, holidays, time, expected) => {
    expect(isActive(hours, 'Asia/Shanghai', holidays, at(`${time}:00+08:00`))).toBe(expected)
  })

  test('hours are those of the local clock on both sides of a change', () => {
    expect(isActive(workdays, 'Europe/Berlin', NONE, at('2026-03-27T07:30:00Z'))).toBe(true)
    expect(isActive(workdays, 'Europe/Berlin', NONE, at('2026-03-30T06:30:00Z'))).toBe(true)
    expect(isActive(workdays, 'Europe/Berlin', NONE, at('2026-03-27T06:30:00Z'))).toBe(false)
  })
})
