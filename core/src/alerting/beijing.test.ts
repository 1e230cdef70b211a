/**
 * Beijing in January 2017 against the 24-hour limits of GB 3095-2026 class II: the days on which rules fire are those
 * on which plain arithmetic finds the limit exceeded.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { ruleDefinition } from '../api/rules.ts'
import { propertyById } from '../properties.ts'
import { parseIsoTime } from '../time.ts'
import { averagingOf } from './limits/averaging.ts'
import { type InputColumns, replayInstance } from './replay.ts'
import { RuleInstance } from './rule-instance.ts'
import type { StationFacts, Transition } from './types.ts'

const FILE = new URL('../../../../shared/data/beijing_12_stations_hourly.csv', import.meta.url)
const present = existsSync(FILE)
const describeWithData = present ? describe : describe.skip
const without = present ? '' : ' (skipped: ../shared/data is absent)'

/** Column of the file, and the limit by hand: in steps of 1 µg/m³ or 0.1 mg/m³. */
const POLLUTANTS = [
  { property: 'pm25', parameter: 'PM2.5', column: 'pm25_ugm3', step: 1, limit: 60 },
  { property: 'pm10', parameter: 'PM10', column: 'pm10_ugm3', step: 1, limit: 120 },
  { property: 'so2', parameter: 'SO2', column: 'so2_ugm3', step: 1, limit: 150 },
  { property: 'no2', parameter: 'NO2', column: 'no2_ugm3', step: 1, limit: 80 },
  // The file has micrograms: 0.1 mg/m³ is 100 of them, and the limit of 4 mg/m³ is 40 such steps.
  { property: 'co', parameter: 'CO', column: 'co_ugm3', step: 100, limit: 40 },
] as const

const DAY = 86_400_000
const START = Date.parse('2017-01-01T00:00:00+08:00')
const END = Date.parse('2017-02-01T00:00:00+08:00')

type Row = Record<string, string>

function readRows(): Row[] {
  const [head = '', ...lines] = readFileSync(FILE, 'utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))
  })
}

/** Whether the limit is exceeded on each day of the month; null on days with fewer than 20 hourly values. */
function byArithmetic(rows: Row[], { column, step, limit }: (typeof POLLUTANTS)[number]): (boolean | null)[] {
  return Array.from({ length: 31 }, (_, index) => {
    const date = `2017-01-${String(index + 1).padStart(2, '0')}`
    const values = rows.filter((row) => row['time']?.startsWith(date) && row[column] !== '')
    if (values.length < 20) return null
    // In tenths, which all values of the file are whole numbers of: no binary fraction comes in.
    const sum = values.reduce((total, row) => total + BigInt(Math.round(Number(row[column]) * 10)), 0n)
    return roundedHalfToEven(sum, BigInt(values.length * step * 10)) > BigInt(limit)
  })
}

function roundedHalfToEven(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator
  const twice = 2n * (numerator % denominator)
  const isUp = twice > denominator || (twice === denominator && whole % 2n === 1n)
  return isUp ? whole + 1n : whole
}

/** First and last day of each row of exceedances, as an alert sees them: a day that is not known ends none. */
function episodesOf(days: (boolean | null)[]): [first: number, last: number | null][] {
  const episodes: [number, number | null][] = []
  let isOpen = false
  days.forEach((exceeds, index) => {
    if (exceeds === true && !isOpen) episodes.push([index, null])
    if (exceeds === false && isOpen) (episodes.at(-1) as [number, number | null])[1] = index
    if (exceeds !== null) isOpen = exceeds
  })
  return episodes
}

const STATION: StationFacts = {
  id: 'station',
  name: 'Station',
  medium: 'air',
  site: null,
  class: 'II',
  jurisdictions: [],
  attributes: {},
}

function instanceFor({ property, parameter }: (typeof POLLUTANTS)[number]): RuleInstance {
  const limit = `GB 3095-2026 / * / ${parameter} / 24h`
  const averaging = averagingOf(limit)
  if (averaging === null) throw new Error(limit)
  const { statistic, windowSeconds, aligned, slotSeconds, minimumCoverage, meanOf, timeZoneHint } = averaging
  const definition = ruleDefinition.parse({
    name: limit,
    severity: 'moderate',
    timeZone: timeZoneHint,
    trigger: {
      kind: 'condition',
      condition: {
        kind: 'comparison',
        measure: { property, statistic, windowSeconds, aligned, slotSeconds, minimumCoverage, meanOf },
        operator: 'exceeds',
        threshold: { kind: 'limit', limit, asOf: '2026-06-01' },
      },
    },
    scope: { media: ['air'] },
  })
  const context = { property: propertyById, holidays: new Set<string>() }
  return new RuleInstance({ definition, station: STATION, other: null, context })
}

function columnsOf(rows: Row[], { property, column }: (typeof POLLUTANTS)[number]): InputColumns {
  const kept = rows.filter((row) => row[column] !== '')
  const value = (row: Row) => Number(row[column]) / (property === 'co' ? 1000 : 1)
  return {
    input: 0,
    times: Float64Array.from(kept, (row) => parseIsoTime(row['time'] ?? '') ?? Number.NaN),
    values: Float64Array.from(kept, value),
    qualities: new Uint8Array(kept.length).fill(1),
  }
}

function within({ input, times, values, qualities }: InputColumns, from: number, to: number): InputColumns {
  const first = times.findIndex((time) => time >= from)
  const after = times.findIndex((time) => time >= to)
  const [begin, end] = [first < 0 ? times.length : first, after < 0 ? times.length : after]
  return {
    input,
    times: times.subarray(begin, end),
    values: values.subarray(begin, end),
    qualities: qualities.subarray(begin, end),
  }
}

function replayed(pollutant: (typeof POLLUTANTS)[number], columns: InputColumns, from: number, to: number) {
  const transitions: Transition[] = []
  replayInstance(instanceFor(pollutant), [columns], { from, to }, (each) => transitions.push(each))
  return transitions
}

describeWithData(`Beijing, January 2017${without}`, () => {
  const rows = present ? readRows() : []
  const byStation = [...Map.groupBy(rows, (row) => row['station'] ?? '')]

  test('twelve stations', () => {
    expect(byStation).toHaveLength(12)
  })

  test.each(POLLUTANTS.map((pollutant) => [pollutant.parameter, pollutant] as const))(
    'days above the limit of %s',
    (parameter, pollutant) => {
      let exceedances = 0
      for (const [station, ofStation] of byStation) {
        const expected = byArithmetic(ofStation, pollutant)
        const columns = columnsOf(ofStation, pollutant)
        const fired = expected.map((_, index) => {
          const from = START + index * DAY
          const ofDay = within(columns, from, from + DAY)
          return replayed(pollutant, ofDay, from, from + DAY).some(({ kind }) => kind === 'fired')
        })
        expect([station, fired]).toEqual([station, expected.map((exceeds) => exceeds === true)])
        exceedances += fired.filter(Boolean).length

        const alerts = replayed(pollutant, columns, START, END)
        const episodes = episodesOf(expected).flatMap(([first, last]) => [
          ['fired', START + (first + 1) * DAY],
          ...(last === null ? [] : [['resolved', START + (last + 1) * DAY]]),
        ])
        expect([station, alerts.map(({ kind, at }) => [kind, at])]).toEqual([station, episodes])
      }
      // The worst month of years: particulates on many days, sulphur dioxide on none.
      expect(exceedances > 0).toBe(parameter !== 'SO2')
    },
  )

  test('an alert tells the mean, the limit in force and the hours that counted', () => {
    const [, ofStation = []] = byStation[0] ?? []
    const pollutant = POLLUTANTS[0]
    const [first] = replayed(pollutant, columnsOf(ofStation, pollutant), START, END)
    expect(first).toMatchObject({ kind: 'fired', severity: 'moderate', unit: 'ug/m3' })
    if (first?.kind !== 'fired') return
    const [item] = first.evidence.items
    expect(item).toMatchObject({
      threshold: 60,
      limit: 'GB 3095-2026 / * / PM2.5 / 24h',
      operator: 'exceeds',
    })
    expect(item?.value).toBeGreaterThan(60)
    expect(item?.coverage).toBeGreaterThanOrEqual(20 / 24)
  })
})
