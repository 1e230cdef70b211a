import type { BacktestFiring, BacktestResult } from '@osprey/core/api/rules'

/** How the firings of two definitions over the same range relate. */
export interface Difference {
  firings: number
  stations: number
  firingSeconds: number
  /** Of the listed firings: found by both, by the first only, by the second only. */
  both: number
  onlyFirst: number
  onlySecond: number
  /** Not every firing was listed, so that the three counts are of those listed. */
  partial: boolean
}

/** What the second result has more than the first, and which firings overlap at the same place. */
export function differenceOf(first: BacktestResult, second: BacktestResult): Difference {
  return {
    firings: second.totals.firings - first.totals.firings,
    stations: second.totals.stations - first.totals.stations,
    firingSeconds: second.totals.firingSeconds - first.totals.firingSeconds,
    both: second.firings.length - unmatched(second.firings, first.firings),
    onlyFirst: unmatched(first.firings, second.firings),
    onlySecond: unmatched(second.firings, first.firings),
    partial: first.omitted + second.omitted > 0,
  }
}

function unmatched(own: readonly BacktestFiring[], others: readonly BacktestFiring[]): number {
  const byPlace = Map.groupBy(others, placeOf)
  return own.filter((firing) => !byPlace.get(placeOf(firing))?.some((other) => overlap(firing, other))).length
}

const placeOf = ({ station, site, property }: BacktestFiring): string => `${station}\n${site}\n${property}`

function overlap(one: BacktestFiring, other: BacktestFiring): boolean {
  const end = ({ end }: BacktestFiring): number => (end === null ? Number.POSITIVE_INFINITY : Date.parse(end))
  return Date.parse(one.start) <= end(other) && Date.parse(other.start) <= end(one)
}

export const FIRING_COLUMNS = [
  'station',
  'severity',
  'start',
  'end',
  'duration',
  'peak',
  'flaggedShare',
] as const
export type FiringColumn = (typeof FIRING_COLUMNS)[number]
export interface FiringOrder {
  by: FiringColumn
  descending: boolean
}

/** Seconds that it fired; what still fires counts to the end of the range. */
export function firingSeconds({ fired, end }: BacktestFiring, to: number): number {
  return Math.max(0, ((end === null ? to : Date.parse(end)) - Date.parse(fired)) / 1000)
}

export function sortFirings(
  firings: readonly BacktestFiring[],
  { by, descending }: FiringOrder,
  to: number,
  severities: readonly string[],
  nameOf: (firing: BacktestFiring) => string,
): BacktestFiring[] {
  const key = (firing: BacktestFiring): number | string => {
    switch (by) {
      case 'station':
        return nameOf(firing)
      case 'severity':
        return severities.indexOf(firing.severity)
      case 'start':
        return Date.parse(firing.start)
      case 'end':
        return firing.end === null ? Number.POSITIVE_INFINITY : Date.parse(firing.end)
      case 'duration':
        return firingSeconds(firing, to)
      case 'peak':
        return firing.peak ?? Number.NEGATIVE_INFINITY
      case 'flaggedShare':
        return firing.flaggedShare
    }
  }
  const keyed = firings.map((firing) => ({ firing, key: key(firing) }))
  const sign = descending ? -1 : 1
  keyed.sort((a, b) => {
    if (typeof a.key === 'string' || typeof b.key === 'string') {
      return sign * String(a.key).localeCompare(String(b.key))
    }
    return a.key === b.key ? 0 : sign * (a.key < b.key ? -1 : 1)
  })
  return keyed.map(({ firing }) => firing)
}
