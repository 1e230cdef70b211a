import { type Language, LOCALE } from './language.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** An age as a count of the unit a person would say: seconds to a minute, minutes to an hour, hours to two days. */
export function ageParts(milliseconds: number): {
  count: number
  unit: 'second' | 'minute' | 'hour' | 'day'
} {
  const age = Math.max(0, milliseconds)
  if (age < MINUTE) return { count: Math.floor(age / SECOND), unit: 'second' }
  if (age < HOUR) return { count: Math.floor(age / MINUTE), unit: 'minute' }
  if (age < 2 * DAY) return { count: Math.floor(age / HOUR), unit: 'hour' }
  return { count: Math.floor(age / DAY), unit: 'day' }
}

type DurationUnit = 'day' | 'hour' | 'minute' | 'second'

const DURATION_UNITS: readonly [DurationUnit, number][] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
]

/** A duration in its largest unit and, where there is a rest, the next smaller one. */
export function durationParts(milliseconds: number): { count: number; unit: DurationUnit }[] {
  let rest = Math.max(0, milliseconds)
  const first = DURATION_UNITS.findIndex(([, length]) => rest >= length)
  if (first === -1) return [{ count: 0, unit: 'second' }]
  const parts: { count: number; unit: DurationUnit }[] = []
  for (const [unit, length] of DURATION_UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push({ count, unit })
  }
  return parts
}

/** Numbers, times and ages in one language and time zone. Build once per language: Intl objects are costly. */
export class Formatter {
  private readonly locale: string
  private readonly decimals = new Map<number, Intl.NumberFormat>()
  private readonly units = new Map<DurationUnit, Intl.NumberFormat>()
  private readonly relative: Intl.RelativeTimeFormat
  private readonly moment: Intl.DateTimeFormat
  private readonly clock: Intl.DateTimeFormat
  private readonly shortClock: Intl.DateTimeFormat
  private readonly day: Intl.DateTimeFormat
  private readonly percentage: Intl.NumberFormat
  private readonly zoneName: Intl.DateTimeFormat

  constructor(
    readonly language: Language,
    readonly timeZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
  ) {
    const locale = LOCALE[language]
    this.locale = locale
    const date = { year: 'numeric', month: 'short', day: 'numeric' } as const
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const
    this.relative = new Intl.RelativeTimeFormat(locale, { style: 'narrow', numeric: 'always' })
    this.moment = new Intl.DateTimeFormat(locale, {
      ...date,
      ...time,
      second: '2-digit',
      timeZoneName: 'short',
    })
    this.clock = new Intl.DateTimeFormat(locale, { ...time, timeZoneName: 'short' })
    this.shortClock = new Intl.DateTimeFormat(locale, time)
    this.day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone })
    this.percentage = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
    this.zoneName = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortOffset' })
  }

  /** A value with exactly `precision` decimals; counts use precision 0. */
  number(value: number, precision = 0): string {
    let format = this.decimals.get(precision)
    if (format === undefined) {
      format = new Intl.NumberFormat(this.locale, {
        minimumFractionDigits: precision,
        maximumFractionDigits: precision,
      })
      this.decimals.set(precision, format)
    }
    return format.format(value)
  }

  /** A share of 0..1 as percent. */
  percent(share: number): string {
    return this.percentage.format(share)
  }

  /** Full date and time with seconds and zone. */
  dateTime(time: number): string {
    return this.moment.format(time)
  }

  /** Hours and minutes with zone. */
  clockTime(time: number): string {
    return this.clock.format(time)
  }

  /** Hours and minutes; only where the zone is named beside it. */
  bareClock(time: number): string {
    return this.shortClock.format(time)
  }

  /** Day and month. */
  date(time: number): string {
    return this.day.format(time)
  }

  /** The zone's offset, such as GMT+8, in force at `time`. */
  zone(time: number): string {
    return this.zoneName.formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? 'UTC'
  }

  /** "12s ago". A time slightly ahead of this clock counts as now. */
  age(time: number, now: number): string {
    const { count, unit } = ageParts(now - time)
    return this.relative.format(-count, unit)
  }

  /** How long something lasts, in its two largest units: "3 hr 20 min". */
  duration(milliseconds: number): string {
    const parts = durationParts(milliseconds)
    return parts.map(({ count, unit }) => this.unitFormat(unit).format(count)).join(' ')
  }

  private unitFormat(unit: DurationUnit): Intl.NumberFormat {
    let format = this.units.get(unit)
    if (format === undefined) {
      format = new Intl.NumberFormat(this.locale, { style: 'unit', unit, unitDisplay: 'short' })
      this.units.set(unit, format)
    }
    return format
  }

  /** Latitude and longitude to 5 decimals (about a metre), with hemispheres. */
  position(latitude: number, longitude: number): string {
    const north = latitude < 0 ? 'S' : 'N'
    const east = longitude < 0 ? 'W' : 'E'
    return `${this.number(Math.abs(latitude), 5)}° ${north}, ${this.number(Math.abs(longitude), 5)}° ${east}`
  }
}

const formatters = new Map<Language, Formatter>()

export function formatterOf(language: Language): Formatter {
  let formatter = formatters.get(language)
  if (formatter === undefined) {
    formatter = new Formatter(language)
    formatters.set(language, formatter)
  }
  return formatter
}
