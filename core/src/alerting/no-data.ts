/** When silence is an alert. Times are epoch milliseconds. */

/** A time in which the platform did not listen: whatever was not heard in it is not missed. */
export interface Absence {
  /** 0 for since ever. */
  readonly from: number
  readonly to: number
}

/** Beyond so many the oldest become one: then a silence from before them is told later, and none too early. */
export const MOST_ABSENCES = 256

/**
 * When silence since `since` has lasted the grace time, absences not counted.
 * @param absences ascending and apart, as `withAbsence` makes them
 */
export function silenceDueAt(since: number, graceMs: number, absences: readonly Absence[]): number {
  let first = absences.length
  while (first > 0 && (absences[first - 1] as Absence).to > since) first--
  let due = since + graceMs
  for (let at = first; at < absences.length; at++) {
    const { from, to } = absences[at] as Absence
    if (from >= due) break
    due += to - Math.max(from, since)
  }
  return due
}

/** The absences with one more; those that touch become one. */
export function withAbsence(absences: readonly Absence[], { from, to }: Absence): Absence[] {
  const apart = absences.filter((each) => each.to < from || each.from > to)
  const touched = absences.filter((each) => each.to >= from && each.from <= to)
  const joined = {
    from: Math.min(from, ...touched.map((each) => each.from)),
    to: Math.max(to, ...touched.map((each) => each.to)),
  }
  const all = [...apart, joined].sort((one, other) => one.from - other.from)
  const over = all.length - MOST_ABSENCES
  if (over <= 0) return all
  const oldest = { from: (all[0] as Absence).from, to: (all[over] as Absence).to }
  return [oldest, ...all.slice(over + 1)]
}

/** The absences when the clock was set back to `time`: what is later has not been. */
export function absencesUntil(absences: readonly Absence[], time: number): Absence[] {
  return absences.filter(({ from }) => from < time).map(({ from, to }) => ({ from, to: Math.min(to, time) }))
}
