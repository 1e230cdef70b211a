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

/** Takes off the apostrophe `writeCsv` put on. */
export function withoutApostrophe(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  const harmless = typeof value !== 'string' || PLAIN_NUMBER.test(text) || !FORMULA.test(text)
  const safe = harmless ? text : `'${text}`
  return /[",\r\n\t;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
