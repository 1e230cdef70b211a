/** QARTOD primary flags (IOOS QARTOD Data Flags Manual): the quality of one observation. */
export const QUALITY = { good: 1, notEvaluated: 2, suspect: 3, fail: 4, missing: 9 } as const

export type QualityFlag = (typeof QUALITY)[keyof typeof QUALITY]

export type QualityReason =
  | 'within_range'
  | 'no_range'
  | 'out_of_range'
  | 'future_time'
  | 'old_time'
  | 'unknown_category'
  | 'missing'

export interface QualityVerdict {
  readonly flag: QualityFlag
  readonly reason: QualityReason
}

export interface QualityInput {
  value: number | boolean | string | null
  kind: 'number' | 'boolean' | 'category'
  /** Plausible range, both ends inclusive, in the unit of the value. */
  range?: readonly [number, number] | undefined
  categories?: readonly string[] | undefined
  /** Epoch milliseconds. */
  phenomenonTime: number
  /** Epoch milliseconds at which the broker took the message. */
  receivedAt: number
}

/** A device clock may run ahead this far before its times are disbelieved, milliseconds. */
export const FUTURE_TOLERANCE = 3_600_000
/** Ten Julian years: beyond any backfill, so the device clock was never set, milliseconds. */
export const OLDEST_PLAUSIBLE = 10 * 365.25 * 86_400_000

const VERDICTS = {
  within_range: { flag: QUALITY.good, reason: 'within_range' },
  no_range: { flag: QUALITY.notEvaluated, reason: 'no_range' },
  out_of_range: { flag: QUALITY.fail, reason: 'out_of_range' },
  future_time: { flag: QUALITY.fail, reason: 'future_time' },
  old_time: { flag: QUALITY.suspect, reason: 'old_time' },
  unknown_category: { flag: QUALITY.fail, reason: 'unknown_category' },
  missing: { flag: QUALITY.missing, reason: 'missing' },
} as const satisfies Record<QualityReason, QualityVerdict>

/**
 * Judges one reading on its own: missing, then its time, then the gross range test (QARTOD Test 4).
 * The answer is one of a few shared objects, so a hot loop allocates nothing; do not change it.
 */
export function checkQuality(input: QualityInput): QualityVerdict {
  const { value, range } = input
  if (value === null || Number.isNaN(value)) return VERDICTS.missing
  if (input.phenomenonTime > input.receivedAt + FUTURE_TOLERANCE) return VERDICTS.future_time
  if (typeof value === 'number') {
    if (range !== undefined && !(value >= range[0] && value <= range[1])) return VERDICTS.out_of_range
  } else if (typeof value === 'string') {
    if (input.categories !== undefined && !input.categories.includes(value)) return VERDICTS.unknown_category
  }
  if (input.phenomenonTime < input.receivedAt - OLDEST_PLAUSIBLE) return VERDICTS.old_time
  return input.kind === 'number' && range === undefined ? VERDICTS.no_range : VERDICTS.within_range
}

/**
 * The same judgement for numbers without any object: pass NaN for a missing value and
 * -Infinity, Infinity for a property without a range.
 */
export function numberQuality(
  value: number,
  minimum: number,
  maximum: number,
  phenomenonTime: number,
  receivedAt: number,
): QualityFlag {
  if (Number.isNaN(value)) return QUALITY.missing
  if (phenomenonTime > receivedAt + FUTURE_TOLERANCE) return QUALITY.fail
  if (value < minimum || value > maximum) return QUALITY.fail
  if (phenomenonTime < receivedAt - OLDEST_PLAUSIBLE) return QUALITY.suspect
  return minimum === Number.NEGATIVE_INFINITY && maximum === Number.POSITIVE_INFINITY
    ? QUALITY.notEvaluated
    : QUALITY.good
}
