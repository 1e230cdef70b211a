import { withoutApostrophe } from '@osprey/core/csv'
import { CsvError, parse } from 'csv-parse/sync'
import { ProblemException } from '../http/problem.ts'

/**
 * Reads CSV separated by comma, semicolon or tab, with or without BOM, and takes off the apostrophes
 * `writeCsv` put on. @throws ProblemException 400 naming the line that cannot be read.
 */
export function readCsv(text: string, maxRows: number): string[][] {
  try {
    const rows: string[][] = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relaxColumnCount: true,
      relaxQuotes: false,
      skipEmptyLines: true,
      skipRecordsWithEmptyValues: true,
      to: maxRows,
      maxRecordSize: 100_000,
    })
    return rows.map((row) => row.map(withoutApostrophe))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { lines } = error as unknown as { lines?: number }
    throw new ProblemException(400, `the CSV cannot be read: ${error.message}`.slice(0, 300), [
      { ...(lines !== undefined && { row: lines }), field: '', value: null, expected: 'CSV as in RFC 4180' },
    ])
  }
}

function delimiterOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const header = end < 0 ? text : text.slice(0, end)
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: header.split(mark).length }))
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).mark
}
