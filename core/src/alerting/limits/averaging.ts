import type { Averaging, Limit } from './limit.ts'
import { limitsNamed } from './limits.ts'

/** How a value is made that may be compared with a limit, in the terms of a rule's measure. */
export interface LimitAveraging {
  statistic: 'mean' | 'last'
  windowSeconds: number
  aligned: boolean
  /** Left to the rule's default when undefined. */
  slotSeconds?: number
  minimumCoverage: number
  meanOf: 'observations' | 'slots'
  /** Zone of the day the standard means, where it means a certain one. */
  timeZoneHint?: string
  /** Local times of day in which the limit holds, as the schedule of a rule. */
  hours?: { from: string; to: string }
  /** Clause the length, the alignment and the coverage come from. */
  clause: string
}

const HOUR = 3600
const DAY = 24 * HOUR
const QUARTER = 900
/** A reading every quarter of an hour, whose times are never quite the same, is in every third and not in every quarter. */
const THIRD = 1200

/** Validity of the standard family a limit belongs to. */
interface Validity {
  /** Hours that a daily mean needs. */
  dayHours: number
  clause: string
}

function validityOf(limit: Limit): Validity {
  if (limit.standard.startsWith('GB 3095')) {
    return {
      dayHours: 20,
      clause: `${limit.standard}, validity of data, and HJ 663: 8 h need 6 hourly means, a day 20; an hour judged by itself needs readings in each third of it, within 8 h and a day one reading makes an hour`,
    }
  }
  // The guidelines of the WHO say nothing of coverage.
  return {
    dayHours: 18,
    clause:
      'Directive (EU) 2024/2881 Annex IV: three quarters of the 8 h (6 hourly means) and of the day; an hour judged by itself needs readings in each third of it, within 8 h and a day one reading makes an hour',
  }
}

/**
 * The measure that a limit asks for; null for one that no rule can judge, such as a mean of a year. `interval`:
 * seconds between the readings of a station. Beyond a quarter of an hour a reading is taken for the mean of its
 * own interval, because the minutes in it can no longer be counted.
 */
export function averagingOf(name: string, interval = 60): LimitAveraging | null {
  const limit = limitsNamed(name)[0]
  if (limit === undefined) return null
  const of = AVERAGING[limit.averaging]
  if (of === null) return null
  const made = of(validityOf(limit), limit, interval)
  return limit.standard.startsWith('GB ') ? { ...made, timeZoneHint: 'Asia/Shanghai' } : made
}

type Make = (validity: Validity, limit: Limit, interval: number) => LimitAveraging

/** Means of a part of the hour: in quarters, of which three must be filled. */
const shortMean =
  (windowSeconds: number): Make =>
  ({ clause }, _limit, interval) => {
    const slot = interval > windowSeconds / 4 ? windowSeconds : windowSeconds / 4
    return {
      statistic: 'mean',
      windowSeconds,
      aligned: true,
      slotSeconds: slot,
      minimumCoverage: slot === windowSeconds ? 1 : 0.75,
      meanOf: 'slots',
      clause,
    }
  }

/** The mean of the readings of an hour, of which every third must hold one; or the one reading that is the hour. */
function hourlyMean(interval: number) {
  return {
    statistic: 'mean',
    windowSeconds: HOUR,
    aligned: true,
    slotSeconds: interval > QUARTER ? HOUR : THIRD,
    minimumCoverage: 1,
    meanOf: 'observations',
  } as const
}

/** The mean of the eight hours that have ended: the one under way has no weight until it is over. */
const rolling8h: Make = ({ clause }, limit) => ({
  statistic: 'mean',
  windowSeconds: 8 * HOUR,
  aligned: false,
  slotSeconds: HOUR,
  minimumCoverage: 6 / 8,
  meanOf: 'slots',
  // HJ 663: of a day count the 8-hour means that end from 08 to 24 h, which begin with the day; the last is judged once that hour is over.
  ...(limit.standard.startsWith('GB ') ? { hours: { from: '08:00', to: '01:00' } } : {}),
  clause,
})

/** Sound levels: the equivalent level of an hour, judged when it ends. */
const noise =
  (hours: { from: string; to: string }): Make =>
  (_validity, limit, interval) => ({
    ...hourlyMean(interval),
    hours,
    clause: `${limit.standard} clause 3: day from 06 to 22 h, night from 22 to 06 h, unless the county sets others`,
  })

const AVERAGING: Readonly<Record<Averaging, Make | null>> = {
  annual: null,
  'peak season': null,
  quarter: null,
  '24h': ({ dayHours, clause }) => ({
    statistic: 'mean',
    windowSeconds: DAY,
    aligned: true,
    slotSeconds: HOUR,
    minimumCoverage: dayHours / 24,
    meanOf: 'slots',
    clause,
  }),
  'max daily 8h': rolling8h,
  '8h': rolling8h,
  '1h': ({ clause }, _limit, interval) => ({ ...hourlyMean(interval), clause }),
  '15min': shortMean(QUARTER),
  '10min': shortMean(600),
  instant: (_validity, limit) => ({
    statistic: 'last',
    // Automatic water stations measure every 4 h (HJ 915-2017): one may be missing.
    windowSeconds: 8 * HOUR,
    aligned: false,
    minimumCoverage: 0,
    meanOf: 'observations',
    clause: `${limit.standard} clause 5: single samples are judged item by item`,
  }),
  day: noise({ from: '06:00', to: '22:00' }),
  night: noise({ from: '22:00', to: '06:00' }),
}
