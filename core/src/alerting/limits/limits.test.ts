/** The tables against those of the standards, where these lie beside the repository, and how limits are found. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { schedule } from '../../api/rules.ts'
import { type ObservedProperty, propertyById } from '../../properties.ts'
import { averagingOf } from './averaging.ts'
import type { Limit } from './limit.ts'
import { LIMITS, limitNames, limitsFor, limitsNamed, limitView, resolveLimit } from './limits.ts'

const FILE = new URL('../../../../../shared/standards/limits.csv', import.meta.url)
const present = existsSync(FILE)
const describeWithTables = present ? describe : describe.skip
const without = present ? '' : ' (skipped: ../shared/standards is absent)'

const property = (id: string) => propertyById(id) as ObservedProperty

describeWithTables(`limits.csv${without}`, () => {
  /** Columns of the file: standard, phase, class, parameter, averaging, value, unit, note. */
  function rowsOfFile(): string[] {
    const [, ...lines] = readFileSync(FILE, 'utf8').trim().split(/\r?\n/)
    return lines.map((line) =>
      (line.match(/("[^"]*"|[^,]*)(,|$)/g) ?? [])
        .slice(0, 8)
        .map((cell) => cell.replace(/,$/, '').replaceAll('"', ''))
        .join('|'),
    )
  }

  /** A limit as the file writes it. */
  function rowOf(limit: Limit): string {
    const standards: Record<string, string> = {
      'GB 3095-2026 Table 1': 'GB 3095-2026 T1',
      'GB 3095-2026 Table 2': 'GB 3095-2026 T2',
      'EU 2024/2881 Annex I': 'EU 2024/2881 Annex I',
      'EU 2024/2881 Annex I section 4': 'EU 2024/2881 Annex I s4',
    }
    const averagings: Record<string, string> = {
      instant: 'instant/monthly',
      day: 'day 06-22',
      night: 'night 22-06',
    }
    const units: Record<string, string> = { '[pH]': '-', 'dB[SPL]': 'dB(A)' }
    const value = limit.direction === 'band' ? `${limit.low}-${limit.high}` : String(limit.value)
    const water = limit.standard === 'GB 3838-2002'
    const sign = { band: '', up: ' (<=)', down: ' (>=)' }[limit.direction]
    return [
      standards[`${limit.standard} ${limit.clause}`] ?? limit.standard,
      phaseOf(limit),
      limit.class ?? '',
      `${limit.parameter}${water ? sign : ''}`,
      averagings[limit.averaging] ?? limit.averaging,
      value,
      units[limit.unit] ?? limit.unit,
      limit.note,
    ].join('|')
  }

  /** The file leaves the phase empty where the standard has one only, whose dates the tables know. */
  function phaseOf({ standard, clause, from, to }: Limit): string {
    if (standard === 'GB 3095-2012') return `until ${to}`
    if (standard === 'GB 3095-2026' && clause === 'Table 2') return ''
    if (/^(GB 3838|GB 3096)/.test(standard) || from === null) return ''
    return to === null ? `from ${from}` : `${from}..${to}`
  }

  /** Values that the file gives in a note only: nitrogen oxides in the first phase. */
  function isInNote(limit: Limit): boolean {
    return limit.parameter === 'NOx' && limit.to === '2030-12-31'
  }

  test('every row of the file is in the tables, and nothing else', () => {
    const file = rowsOfFile().map((row) =>
      row.replace(/\|1\.0\||\|2\.0\|/, (value) => value.replace('.0', '')),
    )
    expect(file).toHaveLength(198)
    const tables = LIMITS.filter((limit) => !isInNote(limit)).map(rowOf)
    expect(tables.toSorted()).toEqual(file.toSorted())
  })

  test('what the file gives in a note holds in the first phase', () => {
    const noted = LIMITS.filter((limit) => limit.note.endsWith('until 2030-12-31'))
    const former = LIMITS.filter(isInNote)
    expect(noted.map(({ name, note }) => [name, Number.parseFloat(note)])).toEqual(
      former.map((limit) => [limit.name, limit.direction === 'band' ? 0 : limit.value]),
    )
    expect(former).toHaveLength(4)
  })
})

describe('tables', () => {
  test('phases of one limit follow each other without overlap, in one unit and direction', () => {
    for (const [name, phases] of Map.groupBy(LIMITS, (limit) => limit.name)) {
      const [first, second, ...more] = phases
      expect([name, more.length]).toEqual([name, 0])
      expect(
        new Set(phases.map(({ unit, direction, property: of }) => `${unit} ${direction} ${of}`)).size,
      ).toBe(1)
      if (first === undefined || second === undefined) continue
      expect((first.to ?? '') < (second.from ?? '')).toBe(true)
    }
  })

  test('properties are of the catalogue and can be converted', () => {
    for (const limit of LIMITS) {
      if (limit.property === null) continue
      const answer = resolveLimit(limit.name, {
        stationClass: null,
        date: limit.from ?? '2026-06-01',
        property: property(limit.property),
      })
      expect(answer).toMatchObject({ ok: true, unit: property(limit.property).unit, limit })
      if (answer.ok) {
        const bounds = limit.direction === 'band' ? [limit.low, limit.high] : [limit.value]
        expect([answer.value ?? answer.low, answer.high].filter((bound) => bound !== undefined)).toEqual(
          bounds,
        )
        expect(answer.decimals).toBe(limit.decimals)
      }
    }
  })

  test('names are what a rule may give', () => {
    expect(limitNames()).toContain('GB 3095-2026 / II / PM2.5 / 24h')
    expect(limitNames()).toContain('GB 3096-2008 / * / LAeq / night')
    expect(limitNames()).not.toContain('EU 2024/2881 / * / O3 / 1h')
    expect(new Set(limitNames()).size).toBe(limitNames().length)
    for (const name of limitNames()) {
      expect(limitsNamed(name).length).toBeGreaterThan(0)
      expect(name.length).toBeLessThanOrEqual(200)
    }
    expect(limitsNamed('GB 3095-2026')).toEqual([])
    expect(limitsFor('pm25').every((limit) => limit.parameter === 'PM2.5')).toBe(true)
    expect(limitsFor('wind_speed')).toEqual([])
  })

  test('a view of a band has no value, and one of a value no ends', () => {
    const [ph] = limitsFor('ph')
    expect(limitView(ph as Limit)).toMatchObject({ value: null, low: 6, high: 9, class: 'I' })
    const [noise] = limitsFor('laeq')
    expect(limitView(noise as Limit)).toMatchObject({ value: 50, low: null, high: null, averaging: 'day' })
  })
})

describe('resolveLimit', () => {
  const DAILY = 'GB 3095-2026 / * / PM2.5 / 24h'
  test.each([
    [DAILY, 'I', '2026-03-01', 'pm25', 35],
    [DAILY, 'II', '2030-12-31', 'pm25', 60],
    [DAILY, 'II', '2031-01-01', 'pm25', 50],
    ['GB 3095-2026 / II / PM2.5 / 24h', null, '2026-11-22', 'pm25', 60],
    // The class in the name counts, not that of the station.
    ['GB 3095-2026 / I / PM2.5 / 24h', 'II', '2026-11-22', 'pm25', 35],
    ['GB 3095-2012 / II / PM2.5 / 24h', null, '2017-01-04', 'pm25', 75],
    ['GB 3095-2026 / II / NOx / 24h', null, '2026-03-01', 'nox', 100],
    ['GB 3095-2026 / II / NOx / 24h', null, '2031-01-01', 'nox', 70],
    ['GB 3096-2008 / * / LAeq / night', '4a', '2026-11-22', 'laeq', 55],
    ['WHO AQG 2021 / - / PM2.5 / 24h', null, '1998-01-01', 'pm25', 15],
  ])('%s for class %s on %s', (name, stationClass, date, id, value) => {
    expect(resolveLimit(name, { stationClass, date, property: property(id) })).toMatchObject({
      ok: true,
      direction: 'up',
      value,
    })
  })

  test.each([
    ['Ⅲ类', 5],
    ['III', 5],
    ['class iii', 5],
    ['三类', 5],
    ['V', 2],
    [' IV ', 3],
  ])('the class of a water station may be written %j', (stationClass, value) => {
    const question = { stationClass, date: '2026-01-01', property: property('dissolved_oxygen') }
    expect(resolveLimit('GB 3838-2002 / * / DO / instant', question)).toMatchObject({
      direction: 'down',
      value,
    })
  })

  test('a noise area may be written 4A', () => {
    const question = { stationClass: '4A类', date: '2026-01-01', property: property('laeq') }
    expect(resolveLimit('GB 3096-2008 / * / LAeq / day', question)).toMatchObject({ value: 70 })
  })

  test('a band has two ends', () => {
    const question = { stationClass: 'II', date: '2026-01-01', property: property('ph') }
    const answer = resolveLimit('GB 3838-2002 / * / pH / instant', question)
    expect(answer).toMatchObject({
      ok: true,
      direction: 'band',
      low: 6,
      high: 9,
      unit: '[pH]',
      decimals: null,
    })
    expect(answer).not.toHaveProperty('value')
  })

  test('values and decimals are those of the unit of the property', () => {
    const co = property('co')
    const name = 'GB 3095-2026 / II / CO / 24h'
    const question = { stationClass: null, date: '2026-06-01' }
    expect(resolveLimit(name, { ...question, property: co })).toMatchObject({ value: 4, decimals: 1 })
    expect(resolveLimit(name, { ...question, property: { ...co, unit: 'ug/m3' } })).toMatchObject({
      value: 4000,
      decimals: -2,
      unit: 'ug/m3',
    })
    // One of a mole fraction rounds at no decimal digit.
    const inPpm = resolveLimit(name, { ...question, property: { ...co, unit: '[ppm]' } })
    expect(inPpm).toMatchObject({ ok: true, decimals: null })
    expect(inPpm.ok && inPpm.value).toBeCloseTo(3.49, 2)
  })

  test.each([
    [
      'GB 3095-2026 / III / PM2.5 / 24h',
      'II',
      '2026-06-01',
      'pm25',
      /"GB 3095-2026 \/ III .* not known.*such as GB 3095-2026/,
    ],
    ['constructor', 'II', '2026-06-01', 'pm25', /"constructor" is not known/],
    ['EU 2024/2881 / * / O3 / 1h', 'II', '2026-06-01', 'o3', /not known/],
    [DAILY, null, '2026-06-01', 'pm25', /class of the station is not set, expected one of I, II/],
    [DAILY, 'boundary', '2026-06-01', 'pm25', /is "boundary", expected one of I, II/],
    [
      DAILY,
      'II',
      '2026-02-28',
      'pm25',
      /not in force on 2026-02-28, expected a date from 2026-03-01 to 2030-12-31 or from 2031-01-01/,
    ],
    [
      'GB 3095-2012 / II / PM10 / 24h',
      'II',
      '2015-12-31',
      'pm10',
      /expected a date from 2016-01-01 to 2026-02-28/,
    ],
    [DAILY, 'II', '2026-06-01', 'pm10', /does not apply to pm10, expected pm25/],
    ['GB 3095-2026 / II / Pb / annual', null, '2026-06-01', 'pm10', /pm10, nor to any other/],
  ])('%s for %s on %s of %s is refused with the reason', (name, stationClass, date, id, reason) => {
    const answer = resolveLimit(name, { stationClass, date, property: property(id) })
    expect(answer).toMatchObject({
      ok: false,
      en: expect.stringMatching(reason),
      zh: expect.stringMatching(/限值/),
    })
  })

  test('a unit that cannot be converted is refused with both units', () => {
    const question = {
      stationClass: null,
      date: '2026-06-01',
      property: { ...property('pm25'), unit: 'Cel' },
    }
    const answer = resolveLimit('GB 3095-2026 / II / PM2.5 / 24h', question)
    expect(answer).toMatchObject({
      ok: false,
      en: expect.stringMatching(/ug\/m3.*Cel/),
      zh: expect.stringMatching(/Cel/),
    })
  })
})

describe('averagingOf', () => {
  test('a natural day of at least 20 hourly means', () => {
    expect(averagingOf('GB 3095-2026 / * / PM2.5 / 24h')).toMatchObject({
      statistic: 'mean',
      windowSeconds: 86_400,
      aligned: true,
      slotSeconds: 3600,
      minimumCoverage: 20 / 24,
      meanOf: 'slots',
      timeZoneHint: 'Asia/Shanghai',
    })
    expect(averagingOf('EU 2024/2881 / alert / PM10 / 24h')).toMatchObject({ minimumCoverage: 0.75 })
    expect(averagingOf('EU 2024/2881 / alert / PM10 / 24h')).not.toHaveProperty('timeZoneHint')
  })

  test('an hour with readings in every third, or one reading where they come by the hour', () => {
    expect(averagingOf('GB 3095-2026 / II / NO2 / 1h')).toMatchObject({
      slotSeconds: 1200,
      minimumCoverage: 1,
      meanOf: 'observations',
    })
    expect(averagingOf('GB 3095-2026 / II / NO2 / 1h', 3600)).toMatchObject({
      slotSeconds: 3600,
      minimumCoverage: 1,
    })
  })

  test('eight hours of at least six', () => {
    expect(averagingOf('GB 3095-2026 / II / O3 / max daily 8h')).toMatchObject({
      windowSeconds: 28_800,
      aligned: false,
      minimumCoverage: 0.75,
      hours: { from: '08:00', to: '01:00' },
    })
    expect(averagingOf('EU 2024/2881 / limit / CO / max daily 8h')).not.toHaveProperty('hours')
  })

  test('noise by day and by night, single samples of water, and no means of a year', () => {
    expect(averagingOf('GB 3096-2008 / 2 / LAeq / night')?.hours).toEqual({ from: '22:00', to: '06:00' })
    expect(averagingOf('GB 3838-2002 / III / DO / instant')).toMatchObject({
      statistic: 'last',
      aligned: false,
    })
    expect(averagingOf('GB 3095-2026 / II / PM2.5 / annual')).toBeNull()
    expect(averagingOf('nothing')).toBeNull()
  })

  test('every one is a measure the rules accept', () => {
    for (const name of limitNames()) {
      const made = averagingOf(name)
      if (made === null) continue
      expect(made.clause).not.toBe('')
      if (made.hours === undefined) continue
      expect(schedule.safeParse([{ days: [1, 2, 3, 4, 5, 6, 7], ...made.hours }]).success).toBe(true)
    }
  })
})
