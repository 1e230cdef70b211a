import type { Holiday } from '@osprey/core/api/rules'

/** What was changed and not saved: the name of each date, null where it is taken off. */
export type HolidayChanges = ReadonlyMap<string, string | null>

export const LONGEST_NAME = 100

/** The list with the changes, by date. */
export function withChanges(holidays: readonly Holiday[], changes: HolidayChanges): Holiday[] {
  const names = new Map<string, string>(holidays.map(({ date, name }) => [date, name]))
  for (const [date, name] of changes) {
    if (name === null) names.delete(date)
    else names.set(date, name)
  }
  return [...names].map(([date, name]) => ({ date, name })).sort((a, b) => (a.date < b.date ? -1 : 1))
}

/** The changes that are changes: what says the same as the list is left out. */
export function realChanges(holidays: readonly Holiday[], changes: HolidayChanges): HolidayChanges {
  const names = new Map<string, string>(holidays.map(({ date, name }) => [date, name]))
  return new Map([...changes].filter(([date, name]) => (names.get(date) ?? null) !== name))
}

export function yearsOf(holidays: readonly Holiday[], thisYear: number): string[] {
  const years = new Set(holidays.map(({ date }) => date.slice(0, 4)))
  return [...years.add(String(thisYear))].sort()
}

export interface ReadLines {
  holidays: Holiday[]
  /** Lines that were not understood, by their number from 1. */
  wrong: { line: number; text: string; problem: 'date' | 'name' }[]
}

const LINE = /^["']?(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?["']?[\s,;:，；：]*(.*)$/

/** Reads lines such as `2026-10-01 National Day`, also as a table or a calendar writes them. Empty lines are nothing. */
export function readHolidayLines(text: string): ReadLines {
  const holidays: Holiday[] = []
  const wrong: ReadLines['wrong'] = []
  text.split(/\r\n|\r|\n/).forEach((raw, at) => {
    const line = raw.trim()
    if (line === '') return
    const [, year = '', month = '', day = '', rest = ''] = LINE.exec(line) ?? []
    const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
    const name = rest.replace(/^["']|["']$/g, '').trim()
    if (!isDate(date)) wrong.push({ line: at + 1, text: line, problem: 'date' })
    else if (name === '' || name.length > LONGEST_NAME)
      wrong.push({ line: at + 1, text: line, problem: 'name' })
    else holidays.push({ date, name })
  })
  return { holidays, wrong }
}

export function isDate(date: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return false
  const time = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date)
}
