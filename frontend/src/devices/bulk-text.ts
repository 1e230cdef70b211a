import { DEVICE_AUTHENTICATION, type DeviceAuthentication, MAX_BULK_DEVICES } from '@osprey/core/api'
import { withoutApostrophe } from '@osprey/core/csv'
import { isId } from '@osprey/core/topics'

export const BULK_PROBLEMS = [
  'bad_id',
  'repeated_id',
  'existing_id',
  'unknown_station',
  'bad_authentication',
  'too_many',
] as const
export type BulkProblem = (typeof BULK_PROBLEMS)[number]

export interface BulkRow {
  /** Line of the text, from 1. */
  line: number
  id: string
  stations: readonly string[]
  authentication: DeviceAuthentication
  problem: { reason: BulkProblem; value: string } | null
}

export interface Known {
  hasDevice: (id: string) => boolean
  hasStation: (id: string) => boolean
}

/**
 * Reads a pasted list or a CSV file of devices: `id,stations,authentication` with the stations separated by
 * semicolons or spaces; without commas and tabs, `id;station;station…`. A heading line is recognised by its first
 * cell. Every row comes back, with what is wrong with it.
 */
export function readBulk(text: string, known: Known): BulkRow[] {
  const seen = new Set<string>()
  const rows: BulkRow[] = []
  for (const { line, cells } of linesOf(text)) {
    if (rows.length === 0 && /^(id|device|编号|设备)$/i.test(cells[0] ?? '')) continue
    const [id = '', ...rest] = cells
    const row = rowOf(line, id, rest)
    rows.push({ ...row, problem: row.problem ?? problemOf(row, seen, rows.length, known) })
    seen.add(id)
  }
  return rows
}

function rowOf(line: number, id: string, [stations = '', authentication = '']: string[]): BulkRow {
  const wanted = authentication.toLowerCase()
  const way = DEVICE_AUTHENTICATION.find((known) => known === wanted)
  return {
    line,
    id,
    stations: [...new Set(stations.split(/[;\s]+/).filter(Boolean))],
    authentication: way ?? 'secret',
    problem:
      way === undefined && wanted !== '' ? { reason: 'bad_authentication', value: authentication } : null,
  }
}

function problemOf(
  { id, stations }: BulkRow,
  seen: ReadonlySet<string>,
  before: number,
  { hasDevice, hasStation }: Known,
): BulkRow['problem'] {
  if (before >= MAX_BULK_DEVICES) return { reason: 'too_many', value: String(MAX_BULK_DEVICES) }
  if (!isId(id)) return { reason: 'bad_id', value: id }
  if (seen.has(id)) return { reason: 'repeated_id', value: id }
  if (hasDevice(id)) return { reason: 'existing_id', value: id }
  const unknown = stations.find((station) => !hasStation(station))
  return unknown === undefined ? null : { reason: 'unknown_station', value: unknown }
}

/** Cells of every line that holds anything; quotes as in RFC 4180. */
function linesOf(text: string): { line: number; cells: string[] }[] {
  const found: { line: number; cells: string[] }[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const [mark] = ['\t', ','].filter((candidate) => lines.some((line) => line.includes(candidate)))
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    found.push({ line: index + 1, cells: mark === undefined ? stationsLast(line) : cellsOf(line, mark) })
  }
  return found
}

function stationsLast(line: string): string[] {
  const [id = '', ...stations] = cellsOf(line, ';')
  return [id, stations.join(';')]
}

function cellsOf(line: string, mark: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] as string
    if (quoted && sign === '"' && line[at + 1] === '"') {
      cell += '"'
      at++
    } else if (sign === '"' && (quoted || cell.trim() === '')) quoted = !quoted
    else if (sign === mark && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += sign
  }
  cells.push(cell)
  return cells.map((text) => withoutApostrophe(text.trim()))
}
