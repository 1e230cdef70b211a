import { formatIsoTime, parseIsoTime } from '@osprey/core/time'
import type { WallTime, Zone } from './time-zone.ts'

export type TimeResult = { ok: true; time: number } | { ok: false; expected: string }

export interface TimeFormat {
  /** Times carry their own offset, so a zone is neither needed nor allowed. */
  readonly isAbsolute: boolean
  read(text: string, zone: Zone | undefined, ambiguous: 'earlier' | 'later' | 'error'): TimeResult
}

/**
 * `iso` (with offset), `epoch-ms`, `epoch-s`, or a pattern of YYYY, M or MM, D or DD, H or HH, mm, ss and SSS
 * with anything else between them, such as `D/M/YYYY H:mm`. Throws naming what is wrong with the pattern.
 */
export function timeFormatOf(format: string): TimeFormat {
  if (format === 'iso')
    return absolute(parseIsoTime, 'ISO 8601 with offset, such as 2016-12-01T00:00:00+08:00')
  if (format === 'epoch-ms') return absolute(wholeNumber, 'epoch milliseconds')
  if (format === 'epoch-s') {
    return absolute((text) => {
      const seconds = wholeNumber(text)
      return seconds === undefined ? undefined : seconds * 1000
    }, 'epoch seconds')
  }
  return patternFormat(format)
}

function absolute(parse: (text: string) => number | undefined, expected: string): TimeFormat {
  return {
    isAbsolute: true,
    read: (text) => {
      const time = parse(text)
      return time === undefined ? { ok: false, expected } : { ok: true, time }
    },
  }
}

function wholeNumber(text: string): number | undefined {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond'

const TOKENS: Record<string, { field: Field; pattern: string }> = {
  YYYY: { field: 'year', pattern: '(\\d{4})' },
  MM: { field: 'month', pattern: '(\\d{2})' },
  M: { field: 'month', pattern: '(\\d{1,2})' },
  DD: { field: 'day', pattern: '(\\d{2})' },
  D: { field: 'day', pattern: '(\\d{1,2})' },
  HH: { field: 'hour', pattern: '(\\d{2})' },
  H: { field: 'hour', pattern: '(\\d{1,2})' },
  mm: { field: 'minute', pattern: '(\\d{2})' },
  ss: { field: 'second', pattern: '(\\d{2})' },
  SSS: { field: 'millisecond', pattern: '(\\d{3})' },
}
const ANY_TOKEN = /YYYY|MM|M|DD|D|HH|H|mm|ss|SSS/g

function patternFormat(format: string): TimeFormat {
  const { expression, fields } = compile(format)
  return {
    isAbsolute: false,
    read: (text, zone, ambiguous) => {
      const match = expression.exec(text)
      const wall = match === null ? undefined : wallTime(fields, match)
      if (wall === undefined) return { ok: false, expected: `a time like ${format}` }
      if (zone === undefined) return { ok: true, time: wall }
      const resolved = zone.resolve(wall, ambiguous)
      if (resolved.ok) return resolved
      return { ok: false, expected: explain(resolved.reason, zone.name) }
    },
  }
}

function compile(format: string): { expression: RegExp; fields: Field[] } {
  const fields: Field[] = []
  let pattern = ''
  let at = 0
  for (const match of format.matchAll(ANY_TOKEN)) {
    const token = TOKENS[match[0]] as (typeof TOKENS)[string]
    pattern += escapePattern(format.slice(at, match.index)) + token.pattern
    at = match.index + match[0].length
    if (fields.includes(token.field)) throw new Error(`${token.field} twice in ${JSON.stringify(format)}`)
    fields.push(token.field)
  }
  pattern += escapePattern(format.slice(at))
  for (const field of ['year', 'month', 'day'] as const) {
    if (!fields.includes(field)) {
      throw new Error(
        `no ${field} in ${JSON.stringify(format)}, expected iso, epoch-ms, epoch-s or a pattern like D/M/YYYY H:mm`,
      )
    }
  }
  return { expression: new RegExp(`^${pattern}$`), fields }
}

function wallTime(fields: readonly Field[], match: RegExpExecArray): WallTime | undefined {
  const read = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 }
  for (let index = 0; index < fields.length; index++) read[fields[index] as Field] = Number(match[index + 1])
  const { year, month, day, hour, minute, second, millisecond } = read
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, millisecond))
  // Date.UTC rolls 31 February over into March.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

function explain(reason: 'skipped' | 'ambiguous', zone: string): string {
  return reason === 'skipped'
    ? `a time that exists in ${zone}: clocks were put forward over this one`
    : `a time that occurs once in ${zone}: clocks were put back over this one; set "ambiguous" to earlier or later`
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

/** For messages: an instant in UTC to the second. */
export function showTime(time: number): string {
  return formatIsoTime(time).replace('.000Z', 'Z')
}
