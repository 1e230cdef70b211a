/** Compares the limits and codes in the code with tables of the standards, where those lie beside the repository. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { LEVEL_SCALES } from './levels.ts'
import { OBSERVED_PROPERTIES } from './properties.ts'

const FOLDER = new URL('../../../shared/standards/', import.meta.url)
const present = existsSync(FOLDER)
const describeWithTables = present ? describe : describe.skip
const without = present ? '' : ' (skipped: ../shared/standards is absent)'

/** Rows by column name; quoted cells may hold commas. */
function table(name: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(new URL(name, FOLDER), 'utf8').trim().split(/\r?\n/)
  const columns = head.split(',')
  return lines.map((line) => {
    const cells = (line.match(/("[^"]*"|[^,]*)(,|$)/g) ?? []).map((cell) => cell.replace(/,$/, ''))
    return Object.fromEntries(
      columns.map((column, index) => [column, (cells[index] ?? '').replaceAll('"', '')]),
    )
  })
}

function column(rows: Record<string, string>[], name: string): number[] {
  return rows.map((row) => Number(row[name]))
}

describeWithTables(`aqi_breakpoints.csv${without}`, () => {
  test.each([
    ['pm25', 'PM2.5', '24h'],
    ['pm10', 'PM10', '24h'],
    ['so2', 'SO2', '1h'],
    ['no2', 'NO2', '1h'],
    ['co', 'CO', '1h'],
    ['o3', 'O3', '1h'],
  ])('%s is judged by %s, %s, of HJ 633-2026', (id, pollutant, averaging) => {
    const rows = table('aqi_breakpoints.csv').filter(
      (row) =>
        row['standard'] === 'CN HJ633-2026' &&
        row['pollutant'] === pollutant &&
        row['averaging'] === averaging,
    )
    // The last level begins above IAQI 300; sulphur dioxide stops at 200, where no upper bound is left.
    const most = id === 'so2' ? 150 : 300
    const expected = rows.filter((row) => Number(row['index_hi']) <= most)
    expect(LEVEL_SCALES[id]?.bounds).toEqual(column(expected, 'conc_hi'))
    expect(new Set(rows.map((row) => row['unit']))).toEqual(new Set([LEVEL_SCALES[id]?.unit]))
  })
})

describeWithTables(`limits.csv${without}`, () => {
  function limits(standard: string, parameter: string): Record<string, string>[] {
    return table('limits.csv').filter((row) => row['standard'] === standard && row['parameter'] === parameter)
  }

  test.each([
    ['dissolved_oxygen', 'DO (>=)'],
    ['codmn', 'CODMn (<=)'],
    ['cod', 'COD (<=)'],
    ['bod5', 'BOD5 (<=)'],
    ['ammonia_nitrogen', 'NH3-N (<=)'],
    ['total_phosphorus', 'TP river (<=)'],
  ])('%s is judged by %s of GB 3838-2002', (id, parameter) => {
    const rows = limits('GB 3838-2002', parameter)
    expect(rows.map((row) => row['class'])).toEqual(['I', 'II', 'III', 'IV', 'V'])
    expect(LEVEL_SCALES[id]?.bounds).toEqual(column(rows, 'value'))
    expect(LEVEL_SCALES[id]?.unit).toBe(rows[0]?.['unit'])
  })

  test('pH is judged by the band of GB 3838-2002', () => {
    for (const row of limits('GB 3838-2002', 'pH')) {
      expect(LEVEL_SCALES['ph']?.bounds).toEqual(row['value']?.split('-').map(Number))
    }
  })

  test('noise is judged by the day limits of GB 3096-2008, exceeding that of class 2', () => {
    const day = limits('GB 3096-2008', 'LAeq').filter((row) => row['averaging']?.startsWith('day'))
    const distinct = [...new Set(column(day, 'value'))]
    const scale = LEVEL_SCALES['laeq']
    expect(scale?.bounds).toEqual(distinct)
    const limit = Number(day.find((row) => row['class'] === '2')?.['value'])
    expect(scale?.bounds[(scale?.exceedsFrom ?? 0) - 1]).toBe(limit)
  })

  test.each([
    ['pm25', 'PM2.5', '24h'],
    ['pm10', 'PM10', '24h'],
    ['so2', 'SO2', '1h'],
    ['no2', 'NO2', '1h'],
    ['co', 'CO', '1h'],
    ['o3', 'O3', '1h'],
  ])('%s exceeds from the class II limit of GB 3095-2026 on', (id, parameter, averaging) => {
    const limit = limits('GB 3095-2026 T1', parameter).find(
      (row) =>
        row['class'] === 'II' && row['averaging'] === averaging && row['phase'] === '2026-03-01..2030-12-31',
    )
    const scale = LEVEL_SCALES[id]
    expect(scale?.bounds[(scale?.exceedsFrom ?? 0) - 1]).toBe(Number(limit?.['value']))
  })
})

describeWithTables(`hj212_2017_factor_codes.csv${without}`, () => {
  /** What the code table must say of the factor, where it differs from the name shown. */
  const NAMES: Record<string, RegExp> = {
    a34004: /PM2\.5/,
    a34002: /PM10/,
    a34005: /PM1\.0/,
    a34001: /TSP/,
    a01001: /^温度/,
    a01002: /^湿度/,
    w00000: /污水/,
    a00000: /废气/,
    a19001: /氧气含量/,
    w21007: /硝酸盐/,
    Leq: /等效声级/,
    LA: /A权声级/,
    LMx: /最大/,
    L10: /L10/,
    L50: /L50/,
    L90: /L90/,
  }
  const coded = OBSERVED_PROPERTIES.filter(({ hj212 }) => hj212 !== undefined)

  test.each(coded.map(({ id, hj212, name }) => [id, hj212 as string, name.zh] as const))(
    '%s has code %s',
    (_id, code, zh) => {
      const row = table('hj212_2017_factor_codes.csv').find((entry) => entry['code'] === code)
      const listed = row?.['name_zh']?.replace(/[[\]（）()].*|值$/g, '') ?? ''
      expect(row).toBeDefined()
      const plain = zh.replace(/[\s（(].*$/, '').replace(/^pH.*/, 'pH')
      if (NAMES[code] !== undefined) expect(row?.['name_zh']).toMatch(NAMES[code])
      else expect(plain.includes(listed) || listed.includes(plain)).toBe(true)
    },
  )

  test('every factor of water and air it knows by the name shown is coded', () => {
    const byName = new Map(table('hj212_2017_factor_codes.csv').map((row) => [row['name_zh'], row['code']]))
    for (const { id, name, hj212 } of OBSERVED_PROPERTIES) {
      const code = byName.get(name.zh)
      if (code !== undefined) expect([id, hj212]).toEqual([id, code])
    }
  })
})
