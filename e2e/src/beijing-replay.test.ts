import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { drained, expectBalancedLedger } from './harness/fleet.ts'
import { InfluxDb } from './harness/influxdb.ts'
import { describeWith, HAS_SHARED_DATA, INFLUXD, SHARED } from './harness/requirements.ts'
import { ServiceProcess } from './harness/service-process.ts'
import { type System, withSystem } from './harness/system.ts'

const FILE = join(SHARED, 'data', 'beijing_12_stations_hourly.csv')

/** Columns that are numbers, the property they become, and what one unit of the file is in that of the property. */
const COLUMNS: [column: string, property: string, factor: number][] = [
  ['pm25_ugm3', 'pm25', 1],
  ['pm10_ugm3', 'pm10', 1],
  ['so2_ugm3', 'so2', 1],
  ['no2_ugm3', 'no2', 1],
  ['co_ugm3', 'co', 1 / 1000],
  ['o3_ugm3', 'o3', 1],
  ['temperature_c', 'temperature', 1],
  ['pressure_hpa', 'pressure', 1],
  ['dewpoint_c', 'dewpoint', 1],
  ['rain_mm', 'rainfall', 1],
  ['wind_speed_ms', 'wind_speed', 1],
]

type Series = Map<number, number>

/** The file read on its own terms, apart from the replay tool: station and property → time → value. */
function readFile(): Map<string, Series> {
  const [header = '', ...lines] = readFileSync(FILE, 'utf8').trimEnd().split(/\r?\n/)
  const names = header.split(',')
  const all = new Map<string, Series>()
  for (const line of lines) {
    const cells = line.split(',')
    const time = Date.parse(cells[names.indexOf('time')] ?? '')
    const station = `beijing-${cells[names.indexOf('station')]?.toLowerCase()}`
    for (const [column, property, factor] of COLUMNS) {
      const cell = cells[names.indexOf(column)] ?? ''
      if (cell === '' || cell === 'NA') continue
      const key = `${station} ${property}`
      const series: Series = all.get(key) ?? new Map()
      all.set(key, series.set(time, Number(cell) * factor))
    }
  }
  return all
}

/** Sends two months of twelve stations through broker and backend and reads every value back. */
async function replayAndCompare(system: System): Promise<void> {
  const mapping = 'simulators/mappings/beijing.json'
  const args = ['--file', FILE, '--mapping', mapping, '--url', system.url, '--data-dir', system.dataDir]
  const replay = new ServiceProcess('replay', 'simulators/dist/replay.js', system.env, args)
  replay.start()
  expect({ ...(await replay.exited()), output: replay.lines.slice(-20) }).toMatchObject({ code: 0 })
  await drained(system)

  let values = 0
  for (const [key, series] of readFile()) {
    const [station = '', property = ''] = key.split(' ')
    const times = [...series.keys()]
    const from = Math.min(...times)
    const to = Math.max(...times) + 1
    const stored = await system.api.series(station, property, from, to)
    expect({ key, count: stored.length }).toEqual({ key, count: series.size })
    const different = stored.filter(
      ({ time, value }) => !isClose(Number(value), series.get(Date.parse(time))),
    )
    expect({ key, different }).toEqual({ key, different: [] })
    const sum = stored.reduce((total, { value }) => total + Number(value), 0)
    const expected = [...series.values()].reduce((total, value) => total + value, 0)
    expect(sum).toBeCloseTo(expected, 6)
    values += stored.length
  }
  expect(values).toBe(194_842)
  await expectBalancedLedger(system)
}

function isClose(value: number, expected: number | undefined): boolean {
  return expected !== undefined && Math.abs(value - expected) <= 1e-12 * Math.abs(expected)
}

describeWith({ 'shared data': HAS_SHARED_DATA }, 'two months of Beijing air', () => {
  test('come back from DuckDB value by value', () => withSystem({}, replayAndCompare))
})

describeWith(
  { 'shared data': HAS_SHARED_DATA, influxd: INFLUXD },
  'two months of Beijing air in InfluxDB',
  () => {
    test('come back value by value', async () => {
      const influx = await InfluxDb.start()
      try {
        await withSystem({ env: { OSPREY_INFLUX_URL: influx.url } }, replayAndCompare)
      } finally {
        await influx.stop()
      }
    })
  },
)
