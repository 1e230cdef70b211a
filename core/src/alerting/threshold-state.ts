import type { Measure, Threshold } from '../api/rules.ts'
import { roundHalfToEven } from '../levels.ts'
import type { ObservedProperty } from '../properties.ts'
import { conversion } from '../units.ts'
import { limitsNamed, resolveLimit } from './limits/limits.ts'
import type { MeasureState } from './measure-state.ts'
import { localDate, nextLocalDay } from './schedule.ts'
import { DAY, windowStart } from './zone.ts'

export interface Problem {
  readonly en: string
  readonly zh: string
}

/** What a threshold is made with: what it is compared to. */
export interface ThresholdPlace {
  readonly property: ObservedProperty
  readonly measure: Measure
  readonly stationClass: string | null
  readonly timeZone: string
  /** The state of another measure, null when there is none to be had. */
  stateOf(measure: Measure): MeasureState | null
  propertyOf(measure: Measure): ObservedProperty | undefined
  problem(problem: Problem): void
}

/** A threshold as numbers. `low` is the number itself where there is only one; NaN where it is not known. */
export interface ThresholdState {
  low: number
  high: number
  /** Which values are worse; set by legal limits. */
  direction: 'up' | 'down' | 'band'
  /** Decimals to which values are rounded half to even first; negative: as they are. */
  decimals: number
  readonly rounds: boolean
  readonly limit: string | null
  /** Whose measured value it is; null when it is none. */
  readonly of: Measure['of'] | null
  /** Brings it up to the moment that is judged. */
  prepare(reference: number): void
}

/** Compiles a threshold; what can never be known stays NaN and is told as a problem. */
export function thresholdState(threshold: Threshold, place: ThresholdPlace): ThresholdState {
  switch (threshold.kind) {
    case 'number':
      return fixed(threshold.value, Number.NaN)
    case 'range':
      return fixed(threshold.low, threshold.high)
    case 'category':
      return fixed(categoryIndex(threshold.value, place), Number.NaN)
    case 'measure':
      return new MeasureThreshold(threshold, place)
    case 'limit':
      return new LimitThreshold(threshold, place)
  }
}

function fixed(low: number, high: number): ThresholdState {
  return { low, high, direction: 'up', decimals: 0, rounds: false, limit: null, of: null, prepare: () => {} }
}

function categoryIndex(value: string, { property, problem }: ThresholdPlace): number {
  const categories = property.categories ?? []
  const index = categories.indexOf(value)
  if (index >= 0) return index
  const expected = categories.join(', ')
  problem({
    en: `${property.id}: ${JSON.stringify(value)} is none of its categories, expected one of ${expected}`,
    zh: `${property.id}：${JSON.stringify(value)} 不是其类别，应为 ${expected} 之一`,
  })
  return Number.NaN
}

class MeasureThreshold implements ThresholdState {
  low = Number.NaN
  readonly high = Number.NaN
  readonly direction = 'up'
  readonly decimals = 0
  readonly rounds = false
  readonly limit = null
  readonly of: Measure['of']
  private readonly state: MeasureState | null
  private readonly factor: number
  private readonly offset: number

  constructor(threshold: Extract<Threshold, { kind: 'measure' }>, place: ThresholdPlace) {
    const unit = unitConversion(threshold.measure, place)
    this.of = threshold.measure.of
    this.state = unit === null ? null : place.stateOf(threshold.measure)
    this.factor = (unit?.factor ?? 1) * threshold.factor
    this.offset = (unit?.offset ?? 0) * threshold.factor + threshold.offset
  }

  prepare(): void {
    if (this.state !== null) this.low = this.state.value * this.factor + this.offset
  }
}

/** From the unit of one measure to that of the other; null, and a problem, when there is no way. */
function unitConversion(from: Measure, place: ThresholdPlace): { factor: number; offset: number } | null {
  const source = place.propertyOf(from)
  if (source === undefined) return null
  const same = { factor: 1, offset: 0 }
  const { property, measure } = place
  if (from.statistic === 'count' || measure.statistic === 'count' || source.unit === property.unit)
    return same
  const found = conversion(source.unit, property)
  if (!found.ok) {
    place.problem({
      en: `${source.id} cannot be compared with ${property.id}: ${found.detail}`,
      zh: `${source.id} 无法与 ${property.id} 比较：单位 ${source.unit} 无法换算为 ${property.unit}`,
    })
    return null
  }
  // Differences and sums know no zero point.
  const isDifference = from.statistic === 'rate' || from.statistic === 'stddev' || from.statistic === 'sum'
  return isDifference ? { factor: found.factor, offset: 0 } : found
}

class LimitThreshold implements ThresholdState {
  low = Number.NaN
  high = Number.NaN
  direction: ThresholdState['direction'] = 'up'
  decimals = 0
  rounds = false
  readonly limit: string
  readonly of = null
  private from = Number.NaN
  private until = Number.NaN

  constructor(
    private readonly threshold: Extract<Threshold, { kind: 'limit' }>,
    private readonly place: ThresholdPlace,
  ) {
    this.limit = threshold.limit
    if (threshold.asOf !== null) {
      this.resolve(threshold.asOf, true)
      this.from = Number.NEGATIVE_INFINITY
      this.until = Number.POSITIVE_INFINITY
      return
    }
    // It can be judged at some time if any of its phases can.
    const dates = limitsNamed(threshold.limit).map((phase) => phase.from ?? phase.to ?? '1970-01-01')
    if (!dates.some((date) => this.resolve(date, false))) this.resolve(dates[0] ?? '1970-01-01', true)
    this.low = Number.NaN
    this.high = Number.NaN
  }

  prepare(reference: number): void {
    // While nothing has been measured there is no date.
    if (Number.isNaN(reference) || (reference >= this.from && reference < this.until)) return
    const { timeZone } = this.place
    this.resolve(localDate(reference, timeZone), false)
    this.from = windowStart(reference, DAY, timeZone)
    this.until = nextLocalDay(reference, timeZone)
  }

  private resolve(date: string, tells: boolean): boolean {
    const { stationClass, property, problem } = this.place
    const answer = resolveLimit(this.threshold.limit, { stationClass, date, property })
    if (!answer.ok) {
      this.low = Number.NaN
      this.high = Number.NaN
      if (tells) problem({ en: answer.en, zh: answer.zh })
      return false
    }
    const { factor } = this.threshold
    if (answer.direction === 'band') {
      const { low = Number.NaN, high = Number.NaN } = answer
      // A share of a band lies around its middle: a tenth of pH 6 to 9 less is 6.15 to 8.85.
      this.low = low + ((1 - factor) * (high - low)) / 2
      this.high = high - ((1 - factor) * (high - low)) / 2
    } else {
      this.low = (answer.value ?? Number.NaN) * factor
      this.high = Number.NaN
    }
    this.direction = answer.direction
    this.rounds = answer.decimals !== null
    this.decimals = answer.decimals ?? 0
    return true
  }
}

/** A value as a threshold wants it judged. */
export function roundedFor(threshold: ThresholdState, value: number): number {
  return threshold.rounds ? roundHalfToEven(value, threshold.decimals) : value
}
