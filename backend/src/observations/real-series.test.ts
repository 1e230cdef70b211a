import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { DuckDbStore } from './duckdb-store.ts'
import { InfluxStore } from './influx-store.ts'
import { findInfluxd, Influxd } from './influxd.fixture.ts'
import { batchOf, DAY, HOUR, type Row } from './store.fixture.ts'
import type { ObservationStore } from './store.ts'

/*
 * Two winter months of twelve stations in Beijing (PRSA, UCI data set 501, CC BY 4.0), which are not part of
 * this repository: counts and sums of what both stores hold against the file itself.
 */

const FILE = fileURLToPath(new URL('../../../../shared/data/beijing_12_stations_hourly.csv', import.meta.url))
const influxd = findInfluxd()

interface Series {
  datastream: number
  station: string
  property: string
  count: number
  texts: number
  sum: number
}

function readFile(): { rows: Row[]; series: Series[] } {
  const [header = '', ...lines] = readFileSync(FILE, 'utf8').trim().split('\n')
  const [, , ...properties] = header.trim().split(',')
  const bySeries = new Map<string, Series>()
  const rows: Row[] = []
  for (const line of lines) {
    const [time = '', station = '', ...cells] = line.trim().split(',')
    properties.forEach((property, column) => {
      const key = `${station} ${property}`
      const series = bySeries.get(key) ?? {
        datastream: bySeries.size + 1,
        station,
        property,
        count: 0,
        texts: 0,
        sum: 0,
      }
      bySeries.set(key, series)
      const cell = cells[column] ?? ''
      const number = cell === '' ? Number.NaN : Number(cell)
      const value = Number.isNaN(number) ? (cell === '' || cell === 'NA' ? null : cell) : number
      if (typeof value === 'number') {
        series.count++
        series.sum += value
      } else if (value !== null) series.texts++
      rows.push({ datastream: series.datastream, time: Date.parse(time), value })
    })
  }
  return { rows, series: [...bySeries.values()] }
}

async function expectSameSeries(store: ObservationStore, rows: readonly Row[], series: readonly Series[]) {
  const times = rows.map(({ time }) => time)
  const from = times.reduce((least, time) => Math.min(least, time))
  const to = times.reduce((greatest, time) => Math.max(greatest, time)) + 1
  const whole = { every: 100 * DAY, offset: from, statistic: 'sum' as const }
  for (const { datastream, count, texts, sum, station, property } of series) {
    const [point] = await store.aggregate({ datastream, from, to, ...whole })
    expect([station, property, point?.count ?? 0]).toEqual([station, property, count])
    expect(Math.abs((point?.value ?? 0) - sum)).toBeLessThanOrEqual(1e-9 * Math.abs(sum))
    if (station !== series[0]?.station && texts === 0) continue
    const all = await store.series({ datastream, from, to, limit: 10_000 })
    expect(all).toHaveLength((to - 1 - from) / HOUR + 1)
    expect(all.filter(({ value }) => typeof value === 'string')).toHaveLength(texts)
  }
}

if (!existsSync(FILE)) {
  console.warn(`SKIPPED: ${FILE} is not here, the stores were not compared on real series`)
  test.skip('both stores hold the series of Beijing (the data set is not here)', () => {})
} else {
  const { rows, series } = readFile()

  test('DuckDbStore holds the series of Beijing, partly compacted', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'osprey-beijing-'))
    const store = new DuckDbStore({ directory })
    try {
      await store.start()
      await store.append(batchOf(1, rows))
      await store.compact(Date.UTC(2017, 0, 15))
      await expectSameSeries(store, rows, series)
    } finally {
      await store.stop()
      await rm(directory, { recursive: true })
    }
  })

  const testInflux = influxd === undefined ? test.skip : test
  testInflux('InfluxStore holds the series of Beijing', async () => {
    const server = await Influxd.create(influxd as string)
    const store = new InfluxStore({
      url: server.url,
      database: 'beijing',
      describe: (id) => ({ ...(series[id - 1] as Series), unit: '1' }),
      datastreamOf: (station, property) =>
        series.find((each) => each.station === station && each.property === property)?.datastream,
    })
    try {
      await store.start()
      await store.append(batchOf(1, rows))
      await expectSameSeries(store, rows, series)
    } finally {
      await store.stop()
      await server.dispose()
    }
  })
}
