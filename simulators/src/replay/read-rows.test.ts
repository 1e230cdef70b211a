import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { parseMapping, readMapping } from './mapping.ts'
import { readRows } from './read-rows.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-replay-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const MAPPING = parseMapping({
  name: 'Two stations',
  time: { column: 'time', format: 'iso' },
  medium: 'air',
  stations: {
    column: 'site',
    list: [
      { id: 'a', match: 'Station A', latitude: 1, longitude: 1 },
      { id: 'b', latitude: 2, longitude: 2 },
    ],
  },
  missing: ['', 'NA', '-999'],
  values: [
    { column: 'no2', property: 'no2', unit: '[ppb]', scale: 0.1, offset: 1 },
    { column: 'wind', property: 'wind_direction', words: { N: 0, E: 90 } },
    { column: 'valve', property: 'valve_open' },
    { column: 'state', property: 'run_state' },
  ],
})

function write(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const HEADER = 'time,site,no2,wind,valve,state,label'

test('cells become values, missing markers nothing, rows are put in order of time', async () => {
  const path = write(
    'good.csv',
    `\uFEFF${HEADER}\r\n2024-01-01T01:00:00Z,b,NA,E,1,running,7\r\n2024-01-01T00:00:00Z,Station A,30,,0,,\r\n` +
      '2024-01-01T02:00:00Z,b,-999,,,NA,3\r\n',
  )
  const file = await readRows(path, MAPPING)
  expect(file.rows).toEqual([
    { time: Date.UTC(2024, 0, 1), station: 0, values: [4, undefined, false, undefined] },
    { time: Date.UTC(2024, 0, 1, 1), station: 1, values: [undefined, 90, true, 'running'] },
  ])
  expect(file).toMatchObject({ ignored: ['label'], empty: 1, outside: 0 })
})

test('a period leaves out what lies outside, its end excluded', async () => {
  const rows = [0, 1, 2, 3].map((hour) => `2024-01-01T0${hour}:00:00Z,b,${hour},,,,`)
  const path = write('period.csv', [HEADER, ...rows].join('\n'))
  const file = await readRows(path, MAPPING, { from: Date.UTC(2024, 0, 1, 1), to: Date.UTC(2024, 0, 1, 3) })
  expect(file.rows.map(({ time }) => new Date(time).getUTCHours())).toEqual([1, 2])
  expect(file.outside).toBe(2)
})

test.each([
  ['2024-01-01T00:00:00Z,b,12x,,,,', 'row 3, column "no2": "12x", expected a number or a missing marker'],
  ['2024-01-01T00:00:00Z,b,0x1F,,,,', 'row 3, column "no2": "0x1F", expected a number or a missing marker'],
  ['2024-01-01T00:00:00Z,b,,NE,,,', 'row 3, column "wind": "NE", expected one of N, E'],
  ['2024-01-01T00:00:00Z,b,,,2,,', 'row 3, column "valve": "2", expected 0 or 1'],
  [
    '2024-01-01T00:00:00Z,c,1,,,,',
    'row 3, column "site": "c", expected a station of the mapping: Station A, b',
  ],
  ['yesterday,b,1,,,,', 'row 3, column "time": "yesterday", expected ISO 8601 with offset'],
])('%s is refused by row, column and value', async (line, message) => {
  const path = write('bad.csv', `${HEADER}\n2024-01-01T00:00:00Z,b,1,,,,\n${line}\n`)
  await expect(readRows(path, MAPPING)).rejects.toThrow(message)
})

test('an absent column is named with those there are', async () => {
  const path = write('columns.csv', 'time,site,NO2\n')
  await expect(readRows(path, MAPPING)).rejects.toThrow(
    'no column "no2", expected one of "time", "site", "NO2"',
  )
})

test('a row with too few cells is refused', async () => {
  const path = write('short.csv', `${HEADER}\n2024-01-01T00:00:00Z,b,1\n`)
  await expect(readRows(path, MAPPING)).rejects.toThrow(
    'short.csv: Invalid Record Length: expect 7, got 3 on line',
  )
})

test('a file that is not there is named', async () => {
  await expect(readRows(join(directory, 'absent.csv'), MAPPING)).rejects.toThrow('absent.csv')
})

test('stations come from a second file, beside the first', async () => {
  write('stations.csv', 'code,lat,lon,label\nx 1,10.5,20.25,North\n')
  const mapping = parseMapping({
    name: 'With file',
    time: { column: 'time', format: 'iso' },
    medium: 'air',
    stations: {
      column: 'site',
      file: {
        path: 'stations.csv',
        match: 'code',
        latitude: 'lat',
        longitude: 'lon',
        name: 'label',
        idPrefix: 'net-',
      },
    },
    values: [{ column: 'no2', property: 'no2' }],
  })
  const file = await readRows(write('data.csv', 'time,site,no2\n2024-01-01T00:00:00Z,x 1,5\n'), mapping)
  expect(file.stations).toEqual([
    { id: 'net-x-1', match: 'x 1', name: 'North', latitude: 10.5, longitude: 20.25 },
  ])
  expect(file.rows).toHaveLength(1)
})

const SHARED = new URL('../../../../shared/data/', import.meta.url).pathname
const withData = existsSync(SHARED) ? test : test.skip

withData.each([
  ['beijing', 'beijing_12_stations_hourly', 17_856, 12],
  ['marylebone', 'marylebone_1998_2000_hourly', 19_999, 1],
  ['neon-prin', 'neon_prin_5min_up_downstream', 105_984, 2],
  ['oddwater-sandy-creek', 'oddwater_sandy_creek_labelled', 5402, 1],
])('the mapping %s reads its file (needs ../shared/data)', async (name, data, rows, stations) => {
  const mapping = readMapping(new URL(`../../mappings/${name}.json`, import.meta.url).pathname)
  const file = await readRows(`${SHARED}${data}.csv`, mapping)
  expect(file.rows.length + file.empty).toBe(rows)
  expect(file.stations).toHaveLength(stations)
})
