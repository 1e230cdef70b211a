import type { Schedule } from '../api/rules.ts'
import { DAY, MINUTE, zoneOf } from './zone.ts'

export { windowEnd, windowStart } from './zone.ts'

/** When rules and silences hold: hours of days in a time zone, holidays included or not. */

/**
 * Whether a schedule is on at an instant; null is always on. An interval that runs over midnight belongs to the day
 * on which it begins, holiday or not.
 */
export function isActive(
  schedule: Schedule | null,
  timeZone: string,
  holidays: ReadonlySet<string>,
  time: number,
): boolean {
  if (schedule === null) return true
  const local = zoneOf(timeZone).localOf(time)
  const day = Math.floor(local / DAY)
  const minute = Math.floor((local - day * DAY) / MINUTE)
  for (const interval of schedule) {
    const from = minuteOf(interval.from)
    const to = minuteOf(interval.to)
    if (from < to) {
      if (minute >= from && minute < to && beginsOn(interval, day, holidays)) return true
    } else {
      if (minute >= from && beginsOn(interval, day, holidays)) return true
      if (minute < to && beginsOn(interval, day - 1, holidays)) return true
    }
  }
  return false
}

/** The local date at an instant, YYYY-MM-DD. */
export function localDate(time: number, timeZone: string): string {
  return dateOf(Math.floor(zoneOf(timeZone).localOf(time) / DAY))
}

/** The first instant of the local day after the one that holds `time`. */
export function nextLocalDay(time: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  return zone.instantOf((Math.floor(zone.localOf(time) / DAY) + 1) * DAY)
}

function beginsOn(interval: Schedule[number], day: number, holidays: ReadonlySet<string>): boolean {
  // 1970-01-01, day 0, was a Thursday: ISO weekday 4.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1
  if (!interval.days.includes(weekday)) return false
  if (interval.holidays === 'include') return true
  return holidays.has(dateOf(day)) === (interval.holidays === 'only')
}

function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}

/** HH:MM in minutes after midnight. */
function minuteOf(time: string): number {
  return digit(time, 0) * 600 + digit(time, 1) * 60 + digit(time, 3) * 10 + digit(time, 4)
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48
}
