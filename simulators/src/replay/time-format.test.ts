import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { timeFormatOf } from './time-format.ts'
import { type Zone, zoneOf } from './time-zone.ts'

function zone(name: string): Zone {
  const found = zoneOf(name)
  if (found === undefined) throw new Error(`no zone ${name}`)
  return found
}

function read(
  format: string,
  text: string,
  zoneName?: string,
  ambiguous: 'earlier' | 'later' | 'error' = 'error',
) {
  const result = timeFormatOf(format).read(
    text,
    zoneName === undefined ? undefined : zone(zoneName),
    ambiguous,
  )
  return result.ok ? new Date(result.time).toISOString() : result.expected
}

test.each([
  ['iso', '2016-12-01T00:00:00+08:00', undefined, '2016-11-30T16:00:00.000Z'],
  ['iso', '1998-01-01T00:00:00Z', undefined, '1998-01-01T00:00:00.000Z'],
  ['epoch-ms', '1480521600000', undefined, '2016-11-30T16:00:00.000Z'],
  ['epoch-s', '1480521600', undefined, '2016-11-30T16:00:00.000Z'],
  ['D/M/YYYY H:mm', '12/03/2017 1:00', '+10:00', '2017-03-11T15:00:00.000Z'],
  ['D/M/YYYY H:mm', '12/3/2017 13:50', 'Australia/Brisbane', '2017-03-12T03:50:00.000Z'],
  ['M/D/YYYY H:mm', '12/3/2017 13:50', 'Z', '2017-12-03T13:50:00.000Z'],
  ['YYYY-MM-DD HH:mm:ss.SSS', '2024-02-29 23:59:59.250', '-05:30', '2024-03-01T05:29:59.250Z'],
  ['YYYYMMDD', '20240229', 'UTC', '2024-02-29T00:00:00.000Z'],
  // Berlin: summer time, winter time, and the change of 2024-10-27 at 3:00 back to 2:00.
  ['YYYY-MM-DD HH:mm', '2024-07-01 12:00', 'Europe/Berlin', '2024-07-01T10:00:00.000Z'],
  ['YYYY-MM-DD HH:mm', '2024-12-01 12:00', 'Europe/Berlin', '2024-12-01T11:00:00.000Z'],
  ['YYYY-MM-DD HH:mm', '2024-10-27 01:59', 'Europe/Berlin', '2024-10-26T23:59:00.000Z'],
  ['YYYY-MM-DD HH:mm', '2024-10-27 03:00', 'Europe/Berlin', '2024-10-27T02:00:00.000Z'],
  // Half an hour east of everybody, and a change of clocks by half an hour.
  ['YYYY-MM-DD HH:mm', '2024-04-07 01:29', 'Australia/Lord_Howe', '2024-04-06T14:29:00.000Z'],
])('%s reads %s in %s', (format, text, zoneName, expected) => {
  expect(read(format, text, zoneName)).toBe(expected)
})

test.each([
  ['earlier', '2024-10-27T00:30:00.000Z'],
  ['later', '2024-10-27T01:30:00.000Z'],
] as const)('an hour that occurs twice is read as the %s one when told so', (policy, expected) => {
  expect(read('YYYY-MM-DD HH:mm', '2024-10-27 02:30', 'Europe/Berlin', policy)).toBe(expected)
})

describe('what cannot be read says what was expected', () => {
  test.each([
    ['iso', '2016-12-01 00:00', undefined, 'ISO 8601 with offset, such as 2016-12-01T00:00:00+08:00'],
    ['iso', '', undefined, 'ISO 8601 with offset, such as 2016-12-01T00:00:00+08:00'],
    ['D/M/YYYY H:mm', '31/2/2017 1:00', 'Z', 'a time like D/M/YYYY H:mm'],
    ['D/M/YYYY H:mm', '12/13/2017 1:00', 'Z', 'a time like D/M/YYYY H:mm'],
    ['D/M/YYYY H:mm', '12/3/2017 24:00', 'Z', 'a time like D/M/YYYY H:mm'],
    ['epoch-s', '1.5e9', undefined, 'epoch seconds'],
    [
      'YYYY-MM-DD HH:mm',
      '2024-03-31 02:30',
      'Europe/Berlin',
      'a time that exists in Europe/Berlin: clocks were put forward over this one',
    ],
    [
      'YYYY-MM-DD HH:mm',
      '2024-10-27 02:30',
      'Europe/Berlin',
      'a time that occurs once in Europe/Berlin: clocks were put back over this one; set "ambiguous" to earlier or later',
    ],
  ])('%s: %j in %s', (format, text, zoneName, expected) => {
    expect(read(format, text, zoneName)).toBe(expected)
  })
})

test.each(['DD/MM HH:mm', 'YYYY-MM-DD YYYY', 'nonsense'])('the pattern %s is refused', (format) => {
  expect(() => timeFormatOf(format)).toThrow()
})

test.each(['+19:00', 'Middle/Earth', '', '8'])('%j is no zone', (name) => {
  expect(zoneOf(name)).toBeUndefined()
})

test('local times of a zone lead back to their instants', () => {
  const names = ['Europe/London', 'America/St_Johns', 'Asia/Shanghai', 'Pacific/Chatham', 'Africa/Casablanca']
  const times = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2030, 0) })
  fc.assert(
    fc.property(fc.constantFrom(...names), times, (name, raw) => {
      const time = Math.floor(raw / 1000) * 1000
      const text = new Intl.DateTimeFormat('sv-SE', {
        timeZone: name,
        dateStyle: 'short',
        timeStyle: 'medium',
      }).format(time)
      const format = timeFormatOf('YYYY-MM-DD HH:mm:ss')
      const readings = (['earlier', 'later'] as const).map((policy) => format.read(text, zone(name), policy))
      expect(readings).toContainEqual({ ok: true, time })
    }),
  )
})
