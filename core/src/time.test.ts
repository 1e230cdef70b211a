import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { EARLIEST_TIME, formatIsoTime, LATEST_TIME, parseDuration, parseIsoTime } from './time.ts'

test.each([
  ['2026-11-22T08:00:00Z', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22t08:00:00z', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22T16:00:00+08:00', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22T16:00:00+0800', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22T03:30:00-04:30', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22T08:00Z', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22T08:00:00.5Z', Date.UTC(2026, 10, 22, 8, 0, 0, 500)],
  ['2026-11-22T08:00:00,25Z', Date.UTC(2026, 10, 22, 8, 0, 0, 250)],
  ['2026-11-22T08:00:00.123456789+00:00', Date.UTC(2026, 10, 22, 8, 0, 0, 123)],
  ['2026-11-22T00:00:00-00:00', Date.UTC(2026, 10, 22)],
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00+08:00', -8 * 3_600_000],
  ['1900-01-01T00:00:00Z', EARLIEST_TIME],
  ['9999-12-31T23:59:59.999Z', LATEST_TIME],
  ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
  ['2000-02-29T12:00:00Z', Date.UTC(2000, 1, 29, 12)],
  ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ['2017-01-01T07:59:60.5+08:00', Date.UTC(2017, 0, 1, 0, 0, 0, 500)],
])('%s is read', (text, time) => {
  expect(parseIsoTime(text)).toBe(time)
})

test.each([
  '',
  'yesterday',
  '2026-11-22',
  '2026-11-22T08:00:00',
  '2026-11-22 08:00:00Z',
  '2026-11-22T08:00:00 Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-11-00T00:00:00Z',
  '2026-11-22T24:00:00Z',
  '2026-11-22T08:60:00Z',
  '2026-11-22T08:00:61Z',
  '2026-11-22T08:00:60Z',
  '2026-11-22T08:00:00.Z',
  '2026-11-22T08:00:00+24:00',
  '2026-11-22T08:00:00+08:60',
  '2026-11-22T08:00:00+8:00',
  '2026-11-22T08:00:00+08',
  '2026-11-22T08:00:00Z ',
  '2026-11-22T08:00:00ZZ',
  '20261122T080000Z',
  '2026-11-22T08:00:00.0000000000000000000000000Z',
  '२०२६-११-२२T08:00:00Z',
  '1899-12-31T23:59:59Z',
])('%j is no time', (text) => {
  expect(parseIsoTime(text)).toBeUndefined()
})

test('what is written is read again, at any offset', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: EARLIEST_TIME + 86_400_000, max: LATEST_TIME - 86_400_000 }),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      (time, offset) => {
        expect(parseIsoTime(formatIsoTime(time, offset))).toBe(time)
      },
    ),
  )
})

test('it agrees with the built-in parser on every text of its own form', () => {
  const two = fc.integer({ min: 0, max: 65 }).map((number) => String(number).padStart(2, '0'))
  const text = fc
    .tuple(fc.integer({ min: 1900, max: 9999 }), two, two, two, two, two)
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  fc.assert(
    fc.property(text, (written) => {
      const found = parseIsoTime(written)
      if (found !== undefined && !written.endsWith(':60Z')) expect(found).toBe(Date.parse(written))
    }),
    { numRuns: 2000 },
  )
})

test('never throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseIsoTime(text)))
})

test.each([
  [0, '1970-01-01T00:00:00.000Z', 0],
  [480, '1970-01-01T08:00:00.000+08:00', 0],
  [-270, '1969-12-31T19:30:00.000-04:30', 0],
])('offset %d is written', (offset, text, time) => {
  expect(formatIsoTime(time, offset)).toBe(text)
})

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  ['', undefined],
  ['1', undefined],
  ['1w', undefined],
  ['-1h', undefined],
  ['1.5h', undefined],
  ['1h ', undefined],
])('the length %j is %s ms', (text, length) => {
  expect(parseDuration(text)).toBe(length)
})
