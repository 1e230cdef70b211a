/** A time zone of the IANA database, fast enough for every observation: offsets are remembered per UTC day. */

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000
/** Days for which the offset is remembered; a backtest of a year stays below. */
const MAX_REMEMBERED_DAYS = 4000
/** 1970-01-05 was a Monday: weeks are counted from there. */
const FIRST_MONDAY = 4 * DAY

/** A day with one offset, or one with a change in it. */
interface DayOffsets {
  before: number
  after: number
  /** The first instant of the second offset. */
  change: number
}

export class Zone {
  private readonly format: Intl.DateTimeFormat | undefined
  private readonly days = new Map<number, DayOffsets>()
  private day = Number.NaN
  private offsets: DayOffsets = { before: 0, after: 0, change: Number.POSITIVE_INFINITY }

  constructor(readonly name: string) {
    if (name === 'UTC') return
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  /** Milliseconds that local time is ahead of UTC at an instant. */
  offsetAt(time: number): number {
    if (this.format === undefined) return 0
    const day = Math.floor(time / DAY)
    if (day !== this.day) {
      this.offsets = this.offsetsOf(day)
      this.day = day
    }
    return time < this.offsets.change ? this.offsets.before : this.offsets.after
  }

  /** Local wall-clock time, written as if it were UTC. */
  localOf(time: number): number {
    return time + this.offsetAt(time)
  }

  /**
   * The last instant not after `latest` that local clocks show as `local`; where they skip it, the instant of the
   * change.
   */
  instantOf(local: number, latest = Number.POSITIVE_INFINITY): number {
    let found = Number.NaN
    // No zone is more than 16 hours from UTC, and none changes twice in so short a time.
    for (const offset of [this.offsetAt(local - 16 * HOUR), this.offsetAt(local + 16 * HOUR)]) {
      const candidate = local - offset
      if (this.offsetAt(candidate) !== offset || candidate > latest) continue
      if (Number.isNaN(found) || candidate > found) found = candidate
    }
    return Number.isNaN(found) ? this.skippedAt(local) : found
  }

  /** Where the offset that holds at `late` began, after `early`. */
  changeIn(early: number, late: number): number {
    return this.changeBetween(early, late)
  }

  /** The change of offset that made local clocks jump over `local`. */
  private skippedAt(local: number): number {
    const before = this.offsetAt(local - 16 * HOUR)
    const after = this.offsetAt(local + 16 * HOUR)
    return this.changeBetween(local - Math.max(before, after) - 1, local - Math.min(before, after) + 1)
  }

  private offsetsOf(day: number): DayOffsets {
    const known = this.days.get(day)
    if (known) return known
    if (this.days.size >= MAX_REMEMBERED_DAYS) this.days.clear()
    const start = day * DAY
    const before = this.askOffset(start)
    const after = this.askOffset(start + DAY - 1)
    const change = before === after ? Number.POSITIVE_INFINITY : this.changeBetween(start, start + DAY - 1)
    const offsets = { before, after, change }
    this.days.set(day, offsets)
    return offsets
  }

  /** The first instant with the offset of `late`. */
  private changeBetween(early: number, late: number): number {
    const after = this.askOffset(late)
    let low = early
    let high = late
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.askOffset(middle) === after) high = middle
      else low = middle
    }
    return high
  }

  private askOffset(time: number): number {
    if (this.format === undefined) return 0
    const second = Math.floor(time / 1000) * 1000
    const parts: Record<string, string> = {}
    for (const { type, value } of this.format.formatToParts(second)) parts[type] = value
    const { year, month, day, hour, minute, second: seconds, era } = parts
    const local = new Date(0)
    local.setUTCFullYear(era === 'BC' ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
    local.setUTCHours(Number(hour), Number(minute), Number(seconds))
    return local.getTime() - second
  }
}

const zones = new Map<string, Zone>()

/** The zone of an IANA name; the same object for the same name. */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = new Zone(name)
    zones.set(name, zone)
  }
  return zone
}

/** Clocks are put back by no more than this. */
const LONGEST_CHANGE = 3 * HOUR

/**
 * The start of the aligned window of some length (milliseconds) that holds an instant, by local clocks: lengths that
 * divide a day begin at midnight, whole weeks on Monday. A day in which clocks change is shorter or longer; of an hour
 * that comes twice each is a window.
 */
export function windowStart(time: number, length: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  const start = lastBoundary(zone, time, length)
  if (length < DAY) return start
  // A midnight that comes twice begins one day.
  const repeated = zone.offsetAt(start - LONGEST_CHANGE) - zone.offsetAt(start)
  return repeated > 0 && zone.localOf(start - repeated) === zone.localOf(start) ? start - repeated : start
}

/** The last instant not after `time` that local clocks show as a multiple of `length`, or at which they skip one. */
function lastBoundary(zone: Zone, time: number, length: number): number {
  const offset = zone.offsetAt(time)
  const anchor = length % (7 * DAY) === 0 ? FIRST_MONDAY : 0
  const local = anchor + Math.floor((time + offset - anchor) / length) * length
  // Most often nothing changed since.
  if (zone.offsetAt(local - offset) === offset) return local - offset
  const change = zone.changeIn(local - offset, time)
  const before = zone.offsetAt(change - 1)
  if (before < offset && local >= change + before) return change
  return lastBoundary(zone, change - 1, length)
}

/** The end of the aligned window that begins at `start`: the start of the next one. */
export function windowEnd(start: number, length: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  let end = start + length
  if (zone.offsetAt(end) !== zone.offsetAt(start)) end += LONGEST_CHANGE
  // Around a change of the clocks the next window begins earlier.
  for (let earlier = windowStart(end - 1, length, timeZone); earlier > start; ) {
    end = earlier
    earlier = windowStart(end - 1, length, timeZone)
  }
  return end
}
