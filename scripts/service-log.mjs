import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 }

/** Fields every log line has; the rest are the event's own. */
const ROUTINE = new Set(['level', 'time', 'pid', 'hostname', 'name', 'service', 'msg', 'err', 'context'])
const FIELD_LIMIT = 120

/**
 * One service's line as a person wants to read it, or undefined for what only the log file needs (debug). Text that is
 * no log entry is meant for people already.
 * @param {string} service
 * @param {string} line one line of the service's output: pino JSON, or plain text
 * @returns {string | undefined}
 */
export function shortLine(service, line) {
  const entry = parseEntry(line)
  if (entry === undefined) return line
  if (entry.level < LEVELS.info) return undefined
  const parts = [clock(entry.time), service.padEnd(10)]
  if (entry.level > LEVELS.info) parts.push(entry.level >= LEVELS.error ? 'ERROR' : 'warning')
  parts.push(entry.msg ?? '')
  for (const [key, value] of Object.entries(entry))
    if (!ROUTINE.has(key)) parts.push(`${key}=${shortValue(value)}`)
  if (entry.err?.message !== undefined && entry.err.message !== entry.msg)
    parts.push(`(${entry.err.message})`)
  return parts.join(' ')
}

/**
 * @param {string} line
 * @returns {{level: number, time: number | string, msg?: string} | undefined} the entry when it is a pino line, whose
 *   level may be written as a number or a name
 */
export function parseEntry(line) {
  if (!line.startsWith('{')) return undefined
  try {
    const entry = JSON.parse(line)
    const level = LEVELS[entry.level] ?? entry.level
    return typeof level === 'number' ? { ...entry, level } : undefined
  } catch {
    return undefined
  }
}

/** Local time of day, from epoch milliseconds or ISO 8601. */
function clock(time) {
  return new Date(time).toTimeString().slice(0, 8)
}

function shortValue(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > FIELD_LIMIT ? `${text.slice(0, FIELD_LIMIT)}…` : text
}

/** A log file that never grows past maxBytes × (keep + 1): `name`, then `name.1` (newest) to `name.{keep}`. */
export class LogFile {
  /** @param {string} path @param {{maxBytes: number, keep: number}} limits */
  constructor(path, { maxBytes, keep }) {
    this.path = path
    this.maxBytes = maxBytes
    this.keep = keep
    this.lost = 0
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#open()
  }

  #open() {
    this.fd = openSync(this.path, 'a', 0o600)
    this.size = fstatSync(this.fd).size
  }

  /** Appends one line. A full disk costs log lines, counted in `lost`, never the service. */
  write(line) {
    try {
      if (this.size + line.length > this.maxBytes && this.size > 0) this.#rotate()
      this.size += writeSync(this.fd, `${line}\n`)
    } catch {
      this.lost++
    }
  }

  #rotate() {
    closeSync(this.fd)
    for (let number = this.keep; number >= 1; number--) {
      const from = number === 1 ? this.path : `${this.path}.${number - 1}`
      renameIfThere(from, `${this.path}.${number}`)
    }
    this.#open()
  }

  close() {
    closeSync(this.fd)
  }
}

function renameIfThere(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}
