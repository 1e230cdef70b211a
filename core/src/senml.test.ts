import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeReport, MAX_REPORTS, type Report } from './report.ts'
import { decodeSenml, splitName } from './senml.ts'

const NOW = Date.UTC(2026, 10, 22, 8)
const SECONDS = NOW / 1000

function reports(pack: unknown): Report[] {
  const result = decodeSenml(pack, NOW)
  if (!result.ok) throw new Error(result.detail)
  expect(result.rejected).toEqual([])
  return result.reports
}

describe('the examples of RFC 8428 clause 5', () => {
  test('a single data point, 5.1.1', () => {
    const pack = [{ n: 'urn:dev:ow:10e2073a01080063:temperature', u: 'Cel', v: 23.1 }]
    expect(reports(pack)).toEqual([
      {
        station: undefined,
        time: NOW,
        timeSource: 'received',
        values: { temperature: 23.1 },
        units: { temperature: 'Cel' },
      },
    ])
  })

  test('voltage and current now, 5.1.2', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a01080063:', n: 'voltage', u: 'V', v: 120.1 },
      { n: 'current', u: 'A', v: 1.2 },
    ]
    expect(reports(pack)).toEqual([
      {
        station: undefined,
        time: NOW,
        timeSource: 'received',
        values: { voltage: 120.1, current: 1.2 },
        units: { voltage: 'V', current: 'A' },
      },
    ])
  })

  test('base time, base unit and version, 5.1.2', () => {
    const pack = [
      {
        bn: 'urn:dev:ow:10e2073a0108006:',
        bt: 1.276020076001e9,
        bu: 'A',
        bver: 5,
        n: 'voltage',
        u: 'V',
        v: 120.1,
      },
      { n: 'current', t: -5, v: 1.2 },
      { n: 'current', t: -4, v: 1.3 },
      { n: 'current', v: 1.7 },
    ]
    expect(
      reports(pack).map(({ time, timeSource, values, units }) => ({ time, timeSource, values, units })),
    ).toEqual([
      {
        time: 1_276_020_076_001,
        timeSource: 'device',
        values: { voltage: 120.1, current: 1.7 },
        units: { voltage: 'V', current: 'A' },
      },
      { time: 1_276_020_071_001, timeSource: 'device', values: { current: 1.2 }, units: { current: 'A' } },
      { time: 1_276_020_072_001, timeSource: 'device', values: { current: 1.3 }, units: { current: 'A' } },
    ])
  })

  test('several data types, 5.1.5', () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a01080063:', n: 'temp', u: 'Cel', v: 23.1 },
      { n: 'label', vs: 'Machine Room' },
      { n: 'open', vb: false },
      { n: 'nfc-reader', vd: 'aGkgCg' },
    ]
    const result = decodeSenml(pack, NOW)
    expect(result).toMatchObject({
      ok: true,
      reports: [{ values: { temp: 23.1, label: 'Machine Room', open: false } }],
      rejected: [{ readings: 1, reason: 'bad_value', detail: expect.stringContaining('[3].vd') }],
    })
  })

  test('two devices in one pack, 5.1.6', () => {
    const pack = [
      { bn: 'st-2/', bt: 1.320078429e9, n: 'temperature', u: 'Cel', v: 25.2 },
      { n: 'humidity', u: '%RH', v: 30 },
      { bn: 'st-1/', n: 'temperature', u: 'Cel', v: 12.3 },
      { n: 'humidity', u: '%RH', v: 67 },
    ]
    expect(reports(pack)).toEqual([
      {
        station: 'st-2',
        time: 1_320_078_429_000,
        timeSource: 'device',
        values: { temperature: 25.2, humidity: 30 },
        units: { temperature: 'Cel', humidity: '%' },
      },
      {
        station: 'st-1',
        time: 1_320_078_429_000,
        timeSource: 'device',
        values: { temperature: 12.3, humidity: 67 },
        units: { temperature: 'Cel', humidity: '%' },
      },
    ])
  })
})

describe('times', () => {
  test.each([
    ['now', {}, NOW, 'received'],
    ['zero', { t: 0 }, NOW, 'received'],
    ['a minute ago', { t: -60 }, NOW - 60_000, 'received'],
    ['a minute from now', { t: 60 }, NOW + 60_000, 'received'],
    ['base time only', { bt: SECONDS - 1 }, NOW - 1000, 'device'],
    ['base and own time', { bt: SECONDS, t: -1.5 }, NOW - 1500, 'device'],
    ['the first absolute time', { t: 2 ** 28 }, 2 ** 28 * 1000, 'device'],
    ['the last relative time', { t: 2 ** 28 - 1 }, NOW + (2 ** 28 - 1) * 1000, 'received'],
  ])('%s', (_case, fields, time, timeSource) => {
    expect(reports([{ n: 'ph', v: 7, ...fields }])[0]).toMatchObject({ time, timeSource })
  })

  test.each([[{ t: 'now' }], [{ t: null }], [{ t: 1e300 }], [{ t: -1e300 }], [{ t: true }]])(
    '%j is refused',
    (fields) => {
      expect(decodeSenml([{ n: 'ph', v: 7, ...fields }], NOW)).toMatchObject({
        ok: false,
        reason: 'bad_time',
      })
    },
  )
})

describe('values and sums', () => {
  test.each([
    ['base value and value', [{ n: 'ph', bv: 7, v: 0.2 }], { ph: 7.2 }],
    ['base value alone, in a record with a name', [{ n: 'ph', bv: 7 }], { ph: 7 }],
    ['base value does not touch booleans', [{ n: 'valve_open', bv: 7, vb: true }], { valve_open: true }],
    ['base value does not touch texts', [{ n: 'run_state', bv: 7, vs: 'off' }], { run_state: 'off' }],
    ['a sum alone', [{ n: 'power', s: 10 }], { 'power.sum': 10 }],
    ['base sum and sum', [{ n: 'power', bs: 100, s: 10 }], { 'power.sum': 110 }],
    ['value and sum', [{ n: 'power', v: 2, s: 10 }], { power: 2, 'power.sum': 10 }],
    ['base sum in force', [{ bs: 100 }, { n: 'power', v: 2 }], { power: 2, 'power.sum': 100 }],
  ])('%s', (_case, pack, values) => {
    expect(reports(pack)[0]?.values).toEqual(values)
  })

  test('a sum is in its unit times seconds', () => {
    expect(reports([{ n: 'power', u: 'W', v: 2, s: 10 }])[0]?.units).toEqual({
      power: 'W',
      'power.sum': 'W.s',
    })
    expect(reports([{ n: 'on', u: '/', s: 10 }])[0]?.units).toEqual({ 'on.sum': 's' })
  })

  test.each([
    ['a text as a number', { v: '7' }, 'bad_value', '[0].v: "7", expected a number'],
    ['null', { v: null }, 'bad_value', '[0].v: null'],
    ['a number as a text', { vs: 7 }, 'bad_value', '[0].vs: 7'],
    ['a number as a boolean', { vb: 1 }, 'bad_value', '[0].vb: 1, expected a boolean'],
    ['a long text', { vs: 'x'.repeat(257) }, 'bad_value', '[0].vs'],
    ['an overflow', { bv: 1e308, v: 1e308 }, 'bad_value', '[0].v'],
    ['data', { vd: 'aGkgCg' }, 'bad_value', '[0].vd'],
    ['a text as a sum', { s: '7' }, 'bad_value', '[0].s: "7"'],
    ['two values', { v: 1, vb: true }, 'bad_senml', '[0]: fields v, vb'],
    ['no value', { u: 'Cel' }, 'bad_senml', '[0]: no value'],
    ['an unknown unit', { v: 1, u: 'ug/m^3' }, 'bad_unit', '[0].u: "ug/m^3"'],
    ['a number as the unit', { v: 1, u: 1 }, 'bad_unit', '[0].u: 1'],
    ['a unit UCUM does not have', { v: 1, u: 'dBm' }, 'bad_unit', '[0].u: "dBm"'],
  ])('%s is refused', (_case, fields, reason, detail) => {
    const result = decodeSenml([{ n: 'ph', ...fields }], NOW)
    expect(result).toMatchObject({ ok: false, reason, detail: expect.stringContaining(detail) })
  })

  test('a faulty record does not take the others with it', () => {
    const pack = [
      { n: 'ph', v: 7 },
      { n: 'pressure', u: 'Pa', v: 'high', s: 3 },
      { n: 'humidity', v: 40 },
    ]
    expect(decodeSenml(pack, NOW)).toMatchObject({
      ok: true,
      reports: [{ values: { ph: 7, 'pressure.sum': 3, humidity: 40 } }],
      rejected: [{ readings: 1, reason: 'bad_value' }],
    })
  })

  test('a record with value and sum counts as two readings when it cannot be placed', () => {
    const pack = [
      { n: 'ph', v: 7 },
      { n: 'a b', v: 1, s: 2 },
    ]
    expect(decodeSenml(pack, NOW)).toMatchObject({ rejected: [{ readings: 2, reason: 'bad_senml' }] })
  })

  test('% is a ratio, %RH and %EL are percentages', () => {
    expect(reports([{ n: 'a', u: '%', v: 1 }])[0]?.units).toEqual({ a: '1' })
    expect(reports([{ n: 'a', u: '%RH', v: 1 }])[0]?.units).toEqual({ a: '%' })
  })

  test('a boolean carries no unit', () => {
    expect(reports([{ n: 'valve_open', u: '/', vb: true }])[0]?.units).toBeUndefined()
  })
})

describe('packs', () => {
  test.each([
    ['no array', { n: 'ph', v: 7 }, 'pack: an object'],
    ['an empty array', [], 'pack: an array'],
    ['a number in it', [7], '[0]: 7'],
    ['a pack in it', [[{ n: 'ph', v: 7 }]], '[0]: an array'],
    ['base fields only', [{ bn: 'st-1/', bt: 1e9, bv: 2 }], 'base fields only'],
    ['a base name that is none', [{ bn: 1, n: 'ph', v: 7 }], '[0].bn: 1'],
    ['a base unit that is none', [{ bu: 1, n: 'ph', v: 7 }], '[0].bu: 1'],
    ['a base time that is none', [{ bt: '1', n: 'ph', v: 7 }], '[0].bt: "1"'],
    ['a base value that is none', [{ bv: true, n: 'ph', v: 7 }], '[0].bv: true'],
    ['a base sum that is none', [{ bs: null, n: 'ph', v: 7 }], '[0].bs: null'],
    ['a field that must be understood', [{ n: 'ph', v: 7, ct_: 1 }], '"ct_"'],
    ['a later version', [{ bver: 11, n: 'ph', v: 7 }], '[0].bver: 11'],
    ['no version', [{ bver: '10', n: 'ph', v: 7 }], '[0].bver: "10"'],
    ['half a version', [{ bver: 9.5, n: 'ph', v: 7 }], '[0].bver: 9.5'],
    [
      'two versions',
      [
        { bver: 10, n: 'ph', v: 7 },
        { bver: 26, n: 'ph', v: 7 },
      ],
      '[1].bver: 26, expected 10',
    ],
  ])('%s is refused as a whole', (_case, pack, detail) => {
    expect(decodeSenml(pack, NOW)).toMatchObject({
      ok: false,
      reason: 'bad_senml',
      detail: expect.stringContaining(detail),
    })
  })

  test.each([5, 10, 26])('version %d is understood', (bver) => {
    expect(reports([{ bver, n: 'ph', v: 7 }])).toHaveLength(1)
  })

  test('a record of base fields only opens a pack', () => {
    expect(
      reports([
        { bn: 'st-1/', bt: SECONDS, bu: 'Cel' },
        { n: 'temperature', v: 4 },
      ]),
    ).toEqual([
      {
        station: 'st-1',
        time: NOW,
        timeSource: 'device',
        values: { temperature: 4 },
        units: { temperature: 'Cel' },
      },
    ])
  })

  test('the same property twice at one time makes two reports', () => {
    const values = reports([
      { n: 'ph', v: 7 },
      { n: 'ph', v: 8 },
    ]).map((report) => report.values)
    expect(values).toEqual([{ ph: 7 }, { ph: 8 }])
  })

  test('more than 256 values of one time make several reports', () => {
    const pack = Array.from({ length: 300 }, (_, index) => ({ n: `p${index}`, v: index }))
    expect(reports(pack).map((report) => Object.keys(report.values).length)).toEqual([256, 44])
  })

  test('more than 1000 times are refused', () => {
    const pack = Array.from({ length: MAX_REPORTS + 1 }, (_, index) => ({ n: 'ph', t: -index, v: 7 }))
    expect(decodeSenml(pack, NOW)).toMatchObject({ ok: false, reason: 'too_many_reports' })
  })

  test('unknown fields and the update time are ignored', () => {
    expect(reports([{ n: 'ph', v: 7, ut: 60, l: '[]', vendor: { a: 1 } }])[0]?.values).toEqual({ ph: 7 })
  })

  test('they come as payloads of the senml topic', () => {
    const payload = new TextEncoder().encode('[{"n":"ph","v":7}]')
    expect(decodeReport('senml', payload, NOW)).toMatchObject({ ok: true, reports: [{ values: { ph: 7 } }] })
    expect(decodeReport('senml', payload.subarray(1), NOW)).toMatchObject({ reason: 'malformed_json' })
  })

  test('every record with one value is taken or counted', () => {
    const record = fc.record(
      {
        n: fc.constantFrom('ph', 'st-1/ph', 'a b', 'so2', 'x/y/z', ''),
        v: fc.oneof(fc.double(), fc.constant('7')),
        u: fc.constantFrom('Cel', 'pH', 'nonsense', ''),
        t: fc.oneof(fc.integer({ min: -100, max: 2_000_000_000 }), fc.constant('x')),
      },
      { requiredKeys: ['n', 'v'] },
    )
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (pack) => {
        const result = decodeSenml(JSON.parse(JSON.stringify(pack)), NOW)
        if (!result.ok) return
        const taken = result.reports.reduce((sum, { values }) => sum + Object.keys(values).length, 0)
        const rejected = result.rejected.reduce((sum, part) => sum + part.readings, 0)
        expect(taken + rejected).toBe(pack.length)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('names', () => {
  test.each([
    ['ph', undefined, 'ph'],
    ['st-042/ph', 'st-042', 'ph'],
    ['wind_speed', undefined, 'wind_speed'],
    ['urn:dev:ow:10e2073a01080063:wind_speed', undefined, 'wind_speed'],
    ['urn:dev:mac:0024befffe804ff1:temperature', undefined, 'temperature'],
    ['URN:DEV:mac:0024befffe804ff1:temperature', undefined, 'temperature'],
    ['urn:dev:ow:264437f5000000ed_wind_speed', undefined, 'wind_speed'],
    ['urn:dev:os:32473-12-5:ph', undefined, 'ph'],
    ['urn:dev:ow:10e2073a01080063/ph', undefined, 'ph'],
    ['urn:dev:ow:10e2073a01080063:st-042/ph', 'st-042', 'ph'],
    ['urn:dev:ow:10e2073a01080063/st-042/ph', 'st-042', 'ph'],
  ])('%s', (name, station, property) => {
    expect(splitName(name)).toEqual({ station, property })
  })

  test.each([
    'a/b/c',
    '/ph',
    'ph/',
    'st-1/',
    'a:b',
    'urn:dev:ow:10e2073a01080063',
    'urn:dev:ow',
    'urn:dev:',
    '',
  ])('%j names no property', (name) => {
    expect(splitName(name)).toBeUndefined()
  })

  test.each(['a b', 'ä', '_ph', '-ph', '', 'x\u0000', 'a+b'])('%j is no SenML name', (n) => {
    expect(decodeSenml([{ n, v: 7 }], NOW)).toMatchObject({ ok: false, reason: 'bad_senml' })
  })

  test('a name that maps to no property', () => {
    expect(decodeSenml([{ n: 'a/b/c', v: 7 }], NOW)).toMatchObject({ ok: false, reason: 'bad_id' })
    expect(decodeSenml([{ n: 'x'.repeat(64), s: 7 }], NOW)).toMatchObject({ ok: false, reason: 'bad_id' })
  })
})
