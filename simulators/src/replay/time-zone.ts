/** Local wall-clock times and the instants they mean. */

/** A wall-clock time as if it were UTC, epoch ms: 08:30 local is 08:30Z here. */
export type WallTime = number

export type Resolution = { ok: true; time: number } | { ok: false; reason: 'skipped' | 'ambiguous' }

export interface Zone {
  readonly name: string
  /** The instant of a wall-clock time. One that a change of clocks skipped or repeated is none or two. */
  resolve(wall: WallTime, ambiguous: 'earlier' | 'later' | 'error'): Resolution
}

const DAY = 86_400_000
const FIXED = /^(?:Z|UTC|([+-])(\d{2}):?(\d{2}))$/

/** Reads `Z`, `±hh:mm` or a name of the IANA time zone database; undefined when it is none. */
export function zoneOf(text: string): Zone | undefined {
  const match = FIXED.exec(text)
  if (match !== null) {
    const minutes = match[1] === undefined ? 0 : Number(match[2]) * 60 + Number(match[3])
    return minutes <= 18 * 60 ? fixedZone(text, (match[1] === '-' ? -minutes : minutes) * 60_000) : undefined
  }
  try {
    return namedZone(text, new Intl.DateTimeFormat('en-u-hc-h23', { ...ALL_FIELDS, timeZone: text }))
  } catch {
    return undefined
  }
}

function fixedZone(name: string, offset: number): Zone {
  return { name, resolve: (wall) => ({ ok: true, time: wall - offset }) }
}

function namedZone(name: string, format: Intl.DateTimeFormat): Zone {
  // Offsets change at whole quarters of an hour at the earliest, so one look-up serves them.
  const offsets = new Map<number, number>()
  const offsetAt = (time: number) => {
    const quarter = Math.floor(time / QUARTER_HOUR)
    let offset = offsets.get(quarter)
    if (offset === undefined) {
      if (offsets.size >= MAX_CACHED) offsets.clear()
      offset = wallTimeAt(format, quarter * QUARTER_HOUR) - quarter * QUARTER_HOUR
      offsets.set(quarter, offset)
    }
    return offset
  }
  return {
    name,
    resolve: (wall, ambiguous) => {
      // No zone changes its offset twice within two days, so these are the only candidates.
      const candidates = [...new Set([offsetAt(wall - DAY), offsetAt(wall + DAY)])].map(
        (offset) => wall - offset,
      )
      const times = candidates.filter((time) => time + offsetAt(time) === wall).sort((a, b) => a - b)
      const [earlier, later] = times
      if (earlier === undefined) return { ok: false, reason: 'skipped' }
      if (later === undefined || ambiguous === 'earlier') return { ok: true, time: earlier }
      return ambiguous === 'later' ? { ok: true, time: later } : { ok: false, reason: 'ambiguous' }
    },
  }
}

const QUARTER_HOUR = 900_000
const MAX_CACHED = 100_000

const ALL_FIELDS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

function wallTimeAt(format: Intl.DateTimeFormat, time: number): WallTime {
  const fields: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(time)) fields[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
