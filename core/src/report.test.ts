import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { MAX_LISTED_PARTS } from './decoding.ts'
import { type DecodeResult, decodeReport, MAX_PAYLOAD_BYTES, type Report } from './report.ts'

const NOW = Date.UTC(2026, 10, 22, 8)

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(text: string): DecodeResult {
  return decodeReport('observations', bytes(text), NOW)
}

function reports(text: string): Report[] {
  const result = decode(text)
  if (!result.ok) throw new Error(result.detail)
  expect(result.rejected).toEqual([])
  return result.reports
}

describe('what is taken', () => {
  test('a report of the own station with an ISO time', () => {
    expect(reports('{"time":"2026-11-22T07:59:00Z","values":{"pm25":35.2,"pm10":61}}')).toEqual([
      { station: undefined, time: NOW - 60_000, timeSource: 'device', values: { pm25: 35.2, pm10: 61 } },
    ])
  })

  test('a report of a gateway with epoch milliseconds and every kind of value', () => {
    const text =
      '{"station":"st-042","time":1763798400000,"values":{"ph":7.1,"valve":true,"run":"off","x":null}}'
    expect(reports(text)).toEqual([
      {
        station: 'st-042',
        time: 1_763_798_400_000,
        timeSource: 'device',
        values: { ph: 7.1, valve: true, run: 'off', x: null },
      },
    ])
  })

  test('a report without a time has that of its receipt', () => {
    expect(reports('{"values":{"pm25":1}}')).toEqual([
      { station: undefined, time: NOW, timeSource: 'received', values: { pm25: 1 } },
    ])
  })

  test('a batch of a thousand, in order', () => {
    const batch = Array.from({ length: 1000 }, (_, index) => ({ time: NOW - index, values: { pm25: index } }))
    expect(reports(JSON.stringify(batch)).map((report) => report.values['pm25'])).toEqual(
      batch.map((_, index) => index),
    )
  })

  test.each([
    ['1970', '0', 0],
    ['before 1970', '"1970-01-01T00:00:00+08:00"', -28_800_000],
    ['2099', '"2099-06-01T00:00:00Z"', Date.UTC(2099, 5)],
    ['fractions of a millisecond', '1763798400000.6', 1_763_798_400_001],
  ])('a device clock in %s', (_case, time, expected) => {
    expect(reports(`{"time":${time},"values":{"pm25":1}}`)[0]?.time).toBe(expected)
  })

  test('members beyond those of the protocol are ignored', () => {
    expect(reports('{"values":{"pm25":1},"firmware":{"a":[1]}}')[0]?.values).toEqual({ pm25: 1 })
  })

  test('256 values and a text of 256 characters', () => {
    const values = Object.fromEntries(
      Array.from({ length: 256 }, (_, index) => [`p${index}`, 'x'.repeat(256)]),
    )
    expect(Object.keys(reports(JSON.stringify({ values }))[0]?.values ?? {})).toHaveLength(256)
  })

  test('a byte order mark and white space', () => {
    expect(reports('\ufeff \n{"values":{"pm25":1}} ')[0]?.values).toEqual({ pm25: 1 })
  })
})

/** Payloads of which nothing can be taken. */
const REFUSED: [string, string, string, string][] = [
  ['nothing', '', 'malformed_json', 'payload'],
  ['a torn text', '{"values":{"pm25":1', 'malformed_json', 'payload'],
  ['no JSON', 'pm25=1', 'malformed_json', 'payload'],
  ['NaN', '{"values":{"pm25":NaN}}', 'malformed_json', 'payload'],
  ['two texts', '{"values":{"pm25":1}}{}', 'malformed_json', 'payload'],
  ['a number', '35', 'not_a_report', 'report: 35, expected an object'],
  ['null', 'null', 'not_a_report', 'report: null'],
  ['a text', '"x"', 'not_a_report', 'report: "x"'],
  ['an empty batch', '[]', 'not_a_report', 'payload: []'],
  ['a batch in a batch', '[[{"values":{"pm25":1}}]]', 'not_a_report', '[0]: an array'],
  ['no values', '{"time":0}', 'not_a_report', 'report.values: nothing'],
  ['a list of values', '{"values":[1]}', 'not_a_report', 'report.values: an array'],
  ['empty values', '{"values":{}}', 'not_a_report', 'report.values: {}'],
  ['null as the values', '{"values":null}', 'not_a_report', 'report.values: null'],
  [
    'a time without offset',
    '{"time":"2026-11-22T08:00:00","values":{"a":1}}',
    'bad_time',
    'report.time: "2026',
  ],
  ['null as the time', '{"time":null,"values":{"a":1}}', 'bad_time', 'report.time: null'],
  ['a time in words', '{"time":"now","values":{"a":1}}', 'bad_time', 'report.time: "now"'],
  ['a time beyond time', '{"time":1e300,"values":{"a":1}}', 'bad_time', 'report.time: 1e+300'],
  ['a time before 1900', '{"time":-1e15,"values":{"a":1}}', 'bad_time', 'report.time: -1'],
  ['an infinite time', '{"time":1e999,"values":{"a":1}}', 'bad_time', 'report.time: Infinity'],
  ['a station with a slash', '{"station":"a/b","values":{"a":1}}', 'bad_id', 'report.station: "a/b"'],
  ['an empty station', '{"station":"","values":{"a":1}}', 'bad_id', 'report.station: ""'],
  ['a number as the station', '{"station":7,"values":{"a":1}}', 'bad_id', 'report.station: 7'],
  ['null as the station', '{"station":null,"values":{"a":1}}', 'bad_id', 'report.station: null'],
  ['an infinite value', '{"values":{"pm25":1e999}}', 'bad_value', 'report.values.pm25: Infinity'],
  ['an object as the value', '{"values":{"pm25":{"v":1}}}', 'bad_value', 'report.values.pm25: an object'],
  ['a list as the value', '{"values":{"pm25":[1]}}', 'bad_value', 'report.values.pm25: an array'],
  ['a control character', '{"values":{"run":"a\\u0000"}}', 'bad_value', 'report.values.run: "a\\u0000"'],
  ['half a character', '{"values":{"run":"\\ud800"}}', 'bad_value', 'report.values.run'],
  ['a long text', JSON.stringify({ values: { run: 'x'.repeat(257) } }), 'bad_value', 'report.values.run'],
  ['an empty property', '{"values":{"":1}}', 'bad_id', 'report.values: ""'],
  ['a property in Chinese', '{"values":{"温度":1}}', 'bad_id', 'report.values: "温度"'],
  ['a prototype', '{"values":{"__proto__":1}}', 'bad_id', 'report.values: "__proto__"'],
  ['a prototype of objects', '{"values":{"__proto__":{"pm25":1}}}', 'bad_id', 'report.values: "__proto__"'],
]

describe('what is refused', () => {
  test.each(REFUSED)('%s', (_case, text, reason, detail) => {
    const result = decode(text)
    expect(result).toMatchObject({ ok: false, reason })
    expect(result.ok ? '' : result.detail).toContain(detail)
  })

  test('bytes that are no UTF-8', () => {
    const result = decodeReport('observations', Uint8Array.of(0x22, 0xff, 0xfe, 0x22), NOW)
    expect(result).toMatchObject({ ok: false, reason: 'malformed_json' })
  })

  test('a payload above the limit, unread', () => {
    const result = decodeReport('observations', new Uint8Array(MAX_PAYLOAD_BYTES + 1), NOW)
    expect(result).toMatchObject({ ok: false, reason: 'payload_too_large' })
  })

  test('1001 reports', () => {
    const batch = Array.from({ length: 1001 }, () => ({ values: { pm25: 1 } }))
    expect(decode(JSON.stringify(batch))).toMatchObject({ ok: false, reason: 'too_many_reports' })
  })

  test('257 values', () => {
    const values = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`p${index}`, 1]))
    expect(decode(JSON.stringify({ values }))).toMatchObject({ ok: false, reason: 'too_many_values' })
  })

  test.each(['[', '{"values":', '{"a":'])('100,000 times %s', (text) => {
    expect(decode(text.repeat(100_000))).toMatchObject({ ok: false, reason: 'malformed_json' })
  })

  test('brackets 10,000 deep where a value belongs', () => {
    const deep = `{"values":{"pm25":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`
    expect(decode(deep)).toMatchObject({ ok: false, reason: 'bad_value' })
  })
})

describe('what is taken in part', () => {
  test('the sound values of a report', () => {
    expect(decode('{"station":"s","time":0,"values":{"a":1,"b":{},"c d":2,"e":null}}')).toEqual({
      ok: true,
      reports: [{ station: 's', time: 0, timeSource: 'device', values: { a: 1, e: null } }],
      rejected: [
        { readings: 1, reason: 'bad_value', detail: expect.stringContaining('report.values.b: an object') },
        { readings: 1, reason: 'bad_id', detail: expect.stringContaining('report.values: "c d"') },
      ],
    })
  })

  test('the sound reports of a batch', () => {
    const text = '[{"values":{"a":1}},{"time":"?","values":{"a":2,"b":3}},7,{"station":"s","values":{"a":4}}]'
    expect(decode(text)).toMatchObject({
      ok: true,
      reports: [{ values: { a: 1 } }, { values: { a: 4 } }],
      rejected: [
        { readings: 2, reason: 'bad_time', detail: expect.stringContaining('[1].time: "?"') },
        { readings: 1, reason: 'not_a_report', detail: expect.stringContaining('[2]: 7') },
      ],
    })
  })

  test('many faults are listed up to a number and all counted', () => {
    const bad = Array.from({ length: 400 }, () => ({ time: '?', values: { a: 1, b: 2 } }))
    const other = Array.from({ length: 100 }, () => 7)
    const result = decode(JSON.stringify([{ values: { a: 1 } }, ...bad, ...other]))
    if (!result.ok) throw new Error(result.detail)
    const count = (reason: string) =>
      result.rejected.filter((part) => part.reason === reason).reduce((sum, part) => sum + part.readings, 0)
    expect(result.rejected).toHaveLength(MAX_LISTED_PARTS + 1)
    expect(count('bad_time')).toBe(800)
    expect(count('not_a_report')).toBe(100)
  })
})

describe('whatever arrives', () => {
  const kind = fc.constantFrom('observations' as const, 'senml' as const)

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(kind, fc.uint8Array({ maxLength: 200 }), (topic, payload) => {
        decodeReport(topic, payload, NOW)
      }),
      { numRuns: 2000 },
    )
  })

  test('no JSON makes it throw or take what it should not', () => {
    fc.assert(
      fc.property(kind, fc.json({ noUnicodeString: false }), (topic, text) => {
        const result = decodeReport(topic, bytes(text), NOW)
        expect(result.ok && result.reports.length === 0).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  test('every reading of a report-like message is taken or counted as rejected', () => {
    const value = fc.oneof(
      fc.double(),
      fc.boolean(),
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 2 }),
    )
    const property = fc.oneof(fc.constantFrom('pm25', 'ph', 'so2'), fc.string({ maxLength: 4 }))
    const report = fc.record(
      {
        station: fc.oneof(fc.constant('st-1'), fc.string({ maxLength: 3 })),
        time: fc.oneof(fc.integer(), fc.constantFrom('2026-11-22T08:00:00Z', 'now')),
        values: fc.dictionary(property, value, { minKeys: 1, maxKeys: 5 }),
      },
      { requiredKeys: ['values'] },
    )
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 8 }), (batch) => {
        const text = JSON.stringify(batch)
        const sent = (JSON.parse(text) as typeof batch).reduce(
          (sum, { values }) => sum + Object.keys(values).length,
          0,
        )
        const result = decode(text)
        if (!result.ok) return
        const taken = result.reports.reduce((sum, { values }) => sum + Object.keys(values).length, 0)
        const rejected = result.rejected.reduce((sum, part) => sum + part.readings, 0)
        expect(taken + rejected).toBe(sent)
      }),
      { numRuns: 1000 },
    )
  })

  test('details are short and carry no control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const result = decode(JSON.stringify({ station: text, values: { a: 1 } }))
        if (result.ok) return
        expect(result.detail).not.toMatch(/\p{Cc}/u)
        expect(result.detail.length).toBeLessThan(300)
      }),
    )
  })
})
