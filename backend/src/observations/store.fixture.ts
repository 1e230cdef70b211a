import type { DatastreamDescription, ObservationBatch, Statistic } from './store.ts'

/** Rows as tests write them; made into the columns of a batch. */
export interface Row {
  datastream: number
  time: number
  value: number | string | null
  resultTime?: number
  quality?: number
}

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const T0 = Date.UTC(2026, 10, 20)

export function batchOf(sequence: number, rows: readonly Row[]): ObservationBatch {
  const text = new Map<number, string>()
  rows.forEach((row, index) => {
    if (typeof row.value === 'string') text.set(index, row.value)
  })
  return {
    sequence,
    length: rows.length,
    datastream: Int32Array.from(rows, (row) => row.datastream),
    phenomenonTime: Float64Array.from(rows, (row) => row.time),
    resultTime: Float64Array.from(rows, (row) => row.resultTime ?? row.time + 250),
    value: Float64Array.from(rows, (row) => (typeof row.value === 'number' ? row.value : Number.NaN)),
    quality: Uint8Array.from(rows, (row) => row.quality ?? (row.value === null ? 9 : 1)),
    text,
  }
}

const NASTY_NAMES = [
  'plain',
  'with space',
  'comma,equals=quote"',
  "apostrophe's",
  'back\\slash',
  'ends with backslash\\',
  'line\nfeed\tand\u0001control',
  '100%',
  '%41',
  '监测站',
  'Ünïcödé 🏭',
  "'; DROP DATABASE osprey; --",
  'station=x,property=y value=1',
]

/** A description with a hostile station name, different for every id. */
export function describeNasty(datastream: number): DatastreamDescription | undefined {
  if (datastream >= 1_000_000) return undefined
  const name = NASTY_NAMES[datastream % NASTY_NAMES.length] as string
  return { station: `${datastream} ${name}`, property: 'pm25', unit: 'ug/m3' }
}

/** The inverse of describeNasty. */
export function nastyDatastreamOf(station: string): number | undefined {
  const datastream = Number.parseInt(station, 10)
  return describeNasty(datastream)?.station === station ? datastream : undefined
}

/** Statistics worked out independently of any store, by window start. */
export function expectedAggregate(
  rows: readonly { time: number; value: number; quality: number }[],
  every: number,
  offset: number,
  statistic: Statistic,
): { time: number; value: number | null; count: number }[] {
  const windows = new Map<number, { time: number; value: number }[]>()
  for (const row of rows) {
    if (row.quality === 4 || row.quality === 9) continue
    const start = Math.floor((row.time - offset) / every) * every + offset
    windows.set(start, [...(windows.get(start) ?? []), row])
  }
  return [...windows]
    .sort(([a], [b]) => a - b)
    .map(([time, members]) => {
      const values = members.sort((a, b) => a.time - b.time).map((row) => row.value)
      return { time, value: statisticOf(values, statistic), count: values.length }
    })
}

function statisticOf(values: readonly number[], statistic: Statistic): number | null {
  const sum = values.reduce((total, value) => total + value, 0)
  const mean = sum / values.length
  switch (statistic) {
    case 'mean':
      return mean
    case 'min':
      return Math.min(...values)
    case 'max':
      return Math.max(...values)
    case 'sum':
      return sum
    case 'count':
      return values.length
    case 'first':
      return values[0] as number
    case 'last':
      return values.at(-1) as number
    case 'stddev': {
      if (values.length < 2) return null
      return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1))
    }
  }
}
