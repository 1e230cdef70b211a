import { createReadStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Value } from '@osprey/core/report'
import { CsvError, parse } from 'csv-parse'
import type { MappedStation, MappedValue, Mapping } from './mapping.ts'

/** One row of the file: what one station reported at one time. */
export interface Row {
  /** Epoch ms. */
  time: number
  /** Place in `ReplayFile.stations`. */
  station: number
  /** By place in `Mapping.values`, as sent; undefined where the file has a missing marker. */
  values: (Value | undefined)[]
}

export interface ReplayFile {
  stations: MappedStation[]
  /** In order of time; rows of the same time keep the order of the file. */
  rows: Row[]
  /** Columns of the file the mapping does not use. */
  ignored: string[]
  /** Rows outside --from and --to. */
  outside: number
  /** Rows with nothing but missing markers: there is nothing to send. */
  empty: number
}

/** A cell that is not what the mapping says. Rows count as a spreadsheet does: the header is row 1. */
export class CellError extends Error {
  constructor(file: string, row: number, columnName: string, value: string, expected: string) {
    super(
      `${file}: row ${row}, column ${JSON.stringify(columnName)}: ${JSON.stringify(value)}, expected ${expected}`,
    )
  }
}

/** Files are held in memory to be sent in order of time; longer ones are to be cut by --from and --to. */
export const MAX_ROWS = 2_000_000

/** Reads a whole file, checking every cell, before anything is sent. `from` included, `to` excluded, epoch ms. */
export async function readRows(
  path: string,
  mapping: Mapping,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = {},
): Promise<ReplayFile> {
  const stations = await listStations(path, mapping)
  const stationByMatch = new Map(stations.map((station, index) => [station.match ?? station.id, index]))
  const result: ReplayFile = { stations, rows: [], ignored: [], outside: 0, empty: 0 }
  let columns: Columns | undefined
  for await (const { line, cells } of csvRecords(path, mapping.delimiter)) {
    if (columns === undefined) {
      columns = findColumns(path, cells, mapping)
      result.ignored = columns.ignored
      continue
    }
    const row = readRow(path, line, cells, columns, mapping, stationByMatch)
    if (row.time < from || row.time >= to) result.outside++
    else if (row.values.every((value) => value === undefined)) result.empty++
    else result.rows.push(row)
    if (result.rows.length > MAX_ROWS) {
      throw new Error(
        `${path}: more than ${MAX_ROWS} rows, expected fewer: choose a period by --from and --to`,
      )
    }
  }
  if (columns === undefined) throw new Error(`${path}: empty, expected a header row`)
  result.rows.sort((a, b) => a.time - b.time)
  return result
}

interface Columns {
  time: number
  station: number
  values: number[]
  ignored: string[]
}

function findColumns(path: string, header: readonly string[], mapping: Mapping): Columns {
  const find = (name: string) => {
    const index = header.indexOf(name)
    if (index >= 0) return index
    throw new Error(
      `${path}: no column ${JSON.stringify(name)}, expected one of ${header.map((h) => JSON.stringify(h)).join(', ')}`,
    )
  }
  const columns: Columns = {
    time: find(mapping.time.column),
    station: mapping.stations.column === undefined ? -1 : find(mapping.stations.column),
    values: mapping.values.map(({ column }) => find(column)),
    ignored: [],
  }
  const used = new Set([columns.time, columns.station, ...columns.values])
  columns.ignored = header.filter((_, index) => !used.has(index))
  return columns
}

function readRow(
  path: string,
  line: number,
  cells: readonly string[],
  columns: Columns,
  mapping: Mapping,
  stationByMatch: ReadonlyMap<string, number>,
): Row {
  const cell = (index: number) => (cells[index] ?? '').trim()
  const { column, format, zone, ambiguous } = mapping.time
  const time = format.read(cell(columns.time), zone, ambiguous)
  if (!time.ok) throw new CellError(path, line, column, cell(columns.time), time.expected)
  const values = mapping.values.map((value, index) => {
    const text = cell(columns.values[index] as number)
    return mapping.missing.includes(text) ? undefined : readValue(path, line, value, text)
  })
  return { time: time.time, station: findStation(path, line, cell, columns, mapping, stationByMatch), values }
}

function findStation(
  path: string,
  line: number,
  cell: (index: number) => string,
  columns: Columns,
  mapping: Mapping,
  stationByMatch: ReadonlyMap<string, number>,
): number {
  if (columns.station < 0) return 0
  const text = cell(columns.station)
  const station = stationByMatch.get(text)
  if (station !== undefined) return station
  const known = [...stationByMatch.keys()].slice(0, 20).join(', ')
  throw new CellError(path, line, mapping.stations.column ?? '', text, `a station of the mapping: ${known}`)
}

/** The value to send for a cell: a word looked up, or a number scaled. */
export function readValue(path: string, line: number, value: MappedValue, text: string): Value {
  if (value.words !== undefined) {
    const meaning = value.words.get(text)
    if (meaning !== undefined) return meaning
    throw new CellError(path, line, value.column, text, `one of ${[...value.words.keys()].join(', ')}`)
  }
  if (value.property.kind === 'category') return text
  const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(number)) {
    throw new CellError(path, line, value.column, text, `a number or a missing marker`)
  }
  if (value.property.kind === 'boolean') {
    if (number === 0 || number === 1) return number === 1
    throw new CellError(path, line, value.column, text, '0 or 1')
  }
  return value.scale === 1 && value.offset === 0 ? number : number * value.scale + value.offset
}

async function listStations(dataPath: string, mapping: Mapping): Promise<MappedStation[]> {
  const { list, file } = mapping.stations
  if (file === undefined) return list
  const path = resolve(dirname(dataPath), file.path)
  const stations = [...list]
  let header: string[] | undefined
  for await (const { line, cells } of csvRecords(path, mapping.delimiter)) {
    if (header === undefined) {
      header = cells
      continue
    }
    const cell = (name: string) => {
      const index = (header as string[]).indexOf(name)
      if (index < 0) throw new Error(`${path}: no column ${JSON.stringify(name)}`)
      return (cells[index] ?? '').trim()
    }
    const degrees = (name: string, limit: number) => {
      const value = cell(name) === '' ? Number.NaN : Number(cell(name))
      if (!(Math.abs(value) <= limit))
        throw new CellError(path, line, name, cell(name), `degrees within ±${limit}`)
      return value
    }
    const match = cell(file.match)
    stations.push({
      id: `${file.idPrefix}${match}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64),
      match,
      name: file.name === undefined ? match : cell(file.name),
      latitude: degrees(file.latitude, 90),
      longitude: degrees(file.longitude, 180),
    })
  }
  return stations
}

async function* csvRecords(
  path: string,
  delimiter: string,
): AsyncGenerator<{ line: number; cells: string[] }> {
  const parser = parse({ bom: true, delimiter, skip_empty_lines: true, info: true })
  const source = createReadStream(path)
  source.on('error', (error) => parser.destroy(error))
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRecord>) {
      yield { line: info.lines, cells: record }
    }
  } catch (error) {
    if (error instanceof CsvError) throw new Error(`${path}: ${error.message}`)
    throw error
  } finally {
    source.destroy()
  }
}

interface CsvRecord {
  record: string[]
  info: { lines: number }
}
