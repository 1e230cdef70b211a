export const DURATION_UNITS = ['s', 'min', 'h', 'd'] as const
export type DurationUnit = (typeof DURATION_UNITS)[number]

export const UNIT_SECONDS: Readonly<Record<DurationUnit, number>> = { s: 1, min: 60, h: 3600, d: 86_400 }

export interface Duration {
  count: number
  unit: DurationUnit
}

/** A length of time in the largest unit that needs no fraction: 5400 is 90 min, 7200 is 2 h, 86400 is 1 d. */
export function durationOf(seconds: number): Duration {
  const unit =
    seconds === 0 ? 'min' : (DURATION_UNITS.findLast((each) => seconds % UNIT_SECONDS[each] === 0) ?? 's')
  return { count: seconds / UNIT_SECONDS[unit], unit }
}

/** The two largest units of a length of time, for reading: 93784 s is 1 d 2 h. */
export function durationParts(seconds: number): Duration[] {
  let rest = Math.round(seconds)
  const parts: Duration[] = []
  for (const unit of [...DURATION_UNITS].reverse()) {
    const count = Math.floor(rest / UNIT_SECONDS[unit])
    rest -= count * UNIT_SECONDS[unit]
    if (count > 0) parts.push({ count, unit })
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.length > 0 ? parts : [{ count: 0, unit: 's' }]
}
