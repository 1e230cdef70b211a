/** Times: epoch milliseconds inside, ISO 8601 with an offset at the edges. */

/** 1900-01-01T00:00:00Z, the NTP epoch: what an unset clock shows at the earliest. */
export const EARLIEST_TIME = -2_208_988_800_000
/** 9999-12-31T23:59:59.999Z: the last instant RFC 3339 can write. */
export const LATEST_TIME = 253_402_300_799_999

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const DAY = 86_400_000

/**
 * Reads a date and time of RFC 3339 (a profile of ISO 8601) into epoch milliseconds.
 * The offset is required: `Z`, `±hh:mm` or `±hhmm`. Seconds may be left out. Digits beyond
 * milliseconds are cut off. 23:59:60 UTC is read as the following midnight, as POSIX does.
 * Returns undefined for anything else, impossible dates and years before 1900 included.
 */
export function parseIsoTime(text: string): number | undefined {
  const length = text.length
  if (length < 17 || length > 40) return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return undefined
  }
  const separator = text.charCodeAt(10) | 0x20
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || separator !== 116) return undefined
  if (text.charCodeAt(13) !== 58 || day > daysInMonth(year, month)) return undefined

  let at = 16
  let second = 0
  let millisecond = 0
  if (text.charCodeAt(at) === 58) {
    second = digits(text, 17, 2)
    if (second < 0 || second > 60) return undefined
    at = 19
    const point = text.charCodeAt(at)
    if (point === 46 || point === 44) {
      const start = ++at
      let scale = 100
      for (; at < length; at++) {
        const digit = text.charCodeAt(at) - 48
        if (digit < 0 || digit > 9) break
        millisecond += digit * scale
        scale = scale >= 10 ? scale / 10 : 0
      }
      if (at === start) return undefined
    }
  }
  const offset = parseOffset(text, at)
  if (offset === undefined) return undefined
  const time =
    daysFromEpoch(year, month, day) * DAY +
    (hour * 3600 + minute * 60 + second) * 1000 +
    millisecond -
    offset * 60_000
  // A leap second exists only in the last minute of a UTC day.
  if (second === 60 && (((time - millisecond) % DAY) + DAY) % DAY !== 0) return undefined
  return time >= EARLIEST_TIME && time <= LATEST_TIME ? time : undefined
}

/** Writes epoch milliseconds as ISO 8601 in UTC, or at the given offset in minutes east. */
export function formatIsoTime(time: number, offsetMinutes = 0): string {
  const text = new Date(time + offsetMinutes * 60_000).toISOString()
  if (offsetMinutes === 0) return text
  const size = Math.abs(offsetMinutes)
  const hours = String(Math.floor(size / 60)).padStart(2, '0')
  const minutes = String(size % 60).padStart(2, '0')
  return `${text.slice(0, -1)}${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`
}

/** Reads a length of time such as `90s`, `15m`, `1h`, `1d` into milliseconds; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * (UNIT_MILLISECONDS[match[2] as string] as number)
}

const UNIT_MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY }

/** Minutes east of UTC from `Z`, `±hh:mm` or `±hhmm` ending the text at `at`. */
function parseOffset(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at)
  const rest = text.length - at - 1
  if ((sign | 0x20) === 122) return rest === 0 ? 0 : undefined
  if (sign !== 43 && sign !== 45) return undefined
  const hours = digits(text, at + 1, 2)
  let minutes: number
  if (rest === 5 && text.charCodeAt(at + 3) === 58) minutes = digits(text, at + 4, 2)
  else if (rest === 4) minutes = digits(text, at + 3, 2)
  else return undefined
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined
  return sign === 43 ? hours * 60 + minutes : -(hours * 60 + minutes)
}

/** The number written by `count` decimal digits, or -1 when one of them is none. */
function digits(text: string, from: number, count: number): number {
  let number = 0
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (DAYS_IN_MONTH[month - 1] as number)
}

function daysFromEpoch(year: number, month: number, day: number): number {
  const before = year - 1
  const days = before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const leap = month > 2 && isLeap(year) ? 1 : 0
  return days + (DAYS_BEFORE_MONTH[month - 1] as number) + leap + day - 1 - 719_162
}
