import { CsvError, parse } from 'csv-parse/sync'
import { ProblemException } from '../http/problem.ts'

/**
 * Spreadsheets run a cell that begins with one of these as a formula (OWASP, CSV Injection; the full-width
 * forms are read alike by East Asian versions).
 */
const FORMULA = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/

/**
 * A table as CSV (RFC 4180, with BOM so that spreadsheets read it as UTF-8). Texts a spreadsheet would run get
 * an apostrophe in front; numbers, negative ones too, stay as they are.
 */
export function writeCsv(rows: readonly (readonly unknown[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  const harmless = typeof value !== 'string' || PLAIN_NUMBER.test(text) || !FORMULA.test(text)
  const safe = harmless ? text : `'${text}`
  return /[",\r\n\t;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

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
    return rows.map((row) => row.map(disarm))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { lines } = error as unknown as { lines?: number }
    throw new ProblemException(400, `the CSV cannot be read: ${error.message}`.slice(0, 300), [
      { ...(lines !== undefined && { row: lines }), field: '', value: null, expected: 'CSV as in RFC 4180' },
    ])
  }
}

function disarm(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text
}

function delimiterOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const header = end < 0 ? text : text.slice(0, end)
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: header.split(mark).length }))
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).mark
}
