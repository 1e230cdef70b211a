import { averagingOf } from '@osprey/core/alerting/limits/averaging'
import { limitsFor, limitsNamed } from '@osprey/core/alerting/limits/limits'
import type { PropertyView } from '@osprey/core/api'
import {
  type Comparison,
  MEASURE_STATISTICS,
  type Measure,
  type MeasureStatistic,
  type Operator,
  SEVERITIES,
  type Severity,
  type Threshold,
} from '@osprey/core/api/rules'

/**
 * What becomes of a comparison when somebody changes one part of it in the form: the other parts are kept where they
 * still fit. A number that is still to be typed is NaN, a choice still to be made is empty.
 */

type Property = Pick<PropertyView, 'id' | 'kind' | 'categories'>

const HOUR = 3600

const COMPARING: readonly Operator[] = ['gt', 'ge', 'lt', 'le', 'eq', 'ne']
const RANGES: readonly Operator[] = ['inside', 'outside']

export type Meaning = 'number' | 'switch' | 'category'

/** How the values of a measure are to be read: a mean of on and off is a share, not a switch. */
export function meaningOf(measure: Measure, property: Property | undefined): Meaning {
  if (measure.statistic !== 'last' || property === undefined || property.kind === 'number') return 'number'
  return property.kind === 'boolean' ? 'switch' : 'category'
}

/** Texts have a newest one and a count, but no mean. */
export function statisticsFor(property: Property | undefined): readonly MeasureStatistic[] {
  return property?.kind === 'category' ? ['last', 'count'] : MEASURE_STATISTICS
}

/** The operators that can be chosen, those of legal limits only where one applies to the property. */
export function operatorsFor(measure: Measure, property: Property | undefined): readonly Operator[] {
  if (meaningOf(measure, property) !== 'number') return ['eq', 'ne']
  const limits = limitsFor(measure.property).length > 0 ? (['exceeds'] as const) : []
  return [...COMPARING, ...RANGES, ...limits]
}

export function emptyMeasure(property: Property | undefined): Measure {
  const last = property !== undefined && property.kind !== 'number'
  return {
    of: 'station',
    property: property?.id ?? '',
    statistic: last ? 'last' : 'mean',
    windowSeconds: HOUR,
    aligned: false,
    minimumCoverage: 0,
    meanOf: 'observations',
  }
}

export function emptyComparison(property: Property | undefined): Comparison {
  const measure = emptyMeasure(property)
  const plain = meaningOf(measure, property) === 'number'
  return {
    kind: 'comparison',
    measure,
    operator: plain ? 'gt' : 'eq',
    threshold: emptyThreshold(measure, property),
    levels: [],
    clear: null,
  }
}

function emptyThreshold(measure: Measure, property: Property | undefined): Threshold {
  switch (meaningOf(measure, property)) {
    case 'switch':
      return { kind: 'number', value: 1 }
    case 'category':
      return { kind: 'category', value: property?.categories?.[0] ?? '' }
    case 'number':
      return { kind: 'number', value: Number.NaN }
  }
}

/** Another property: statistic and window stay unless they cannot be; a threshold of other units does not. */
export function withProperty(comparison: Comparison, property: Property): Comparison {
  const statistic = property.kind === 'number' ? comparison.measure.statistic : 'last'
  const measure = settled({ ...comparison.measure, property: property.id, statistic })
  const operators = operatorsFor(measure, property)
  const operator = operators.includes(comparison.operator) ? comparison.operator : (operators[0] as Operator)
  return withFittingThresholds({ ...comparison, measure, operator }, property, true)
}

export function withStatistic(
  comparison: Comparison,
  statistic: MeasureStatistic,
  property: Property | undefined,
): Comparison {
  const measure = measureWithStatistic(comparison.measure, statistic)
  const operators = operatorsFor(measure, property)
  const operator = operators.includes(comparison.operator) ? comparison.operator : (operators[0] as Operator)
  const changed = meaningOf(measure, property) !== meaningOf(comparison.measure, property)
  return withFittingThresholds({ ...comparison, measure, operator }, property, changed)
}

export function measureWithStatistic(measure: Measure, statistic: MeasureStatistic): Measure {
  return settled({ ...measure, statistic })
}

/** Slots that do not divide the new window are left to the default. */
export function withWindow(measure: Measure, windowSeconds: number): Measure {
  const { slotSeconds, ...rest } = measure
  if (slotSeconds === undefined || windowSeconds % slotSeconds !== 0) return { ...rest, windowSeconds }
  return { ...rest, slotSeconds, windowSeconds }
}

/** Only a percentile has a percentile, and the newest value has no aligned window. */
function settled(measure: Measure): Measure {
  const { percentile, ...rest } = measure
  if (rest.statistic === 'percentile') return { ...rest, percentile: percentile ?? 95 }
  return rest.statistic === 'last' ? { ...rest, aligned: false } : rest
}

export function withOperator(
  comparison: Comparison,
  operator: Operator,
  property: Property | undefined,
): Comparison {
  return withFittingThresholds({ ...comparison, operator }, property, false)
}

/** Compares with a number, or with another measure: of another property or the other station. */
export function withThresholdKind(
  comparison: Comparison,
  kind: 'number' | 'measure',
  property: Property | undefined,
): Comparison {
  if (comparison.threshold.kind === kind) return comparison
  const threshold: Threshold =
    kind === 'number'
      ? emptyThreshold(comparison.measure, property)
      : { kind: 'measure', measure: { ...comparison.measure }, factor: 1, offset: 0 }
  return { ...comparison, threshold, levels: [], clear: null }
}

/** A limit brings the averaging along with which its standard compares. */
export function withLimit(comparison: Comparison, name: string): Comparison {
  const before = comparison.threshold
  const threshold: Threshold =
    before.kind === 'limit'
      ? { ...before, limit: name }
      : { kind: 'limit', limit: name, factor: 1, asOf: null }
  const averaging = averagingOf(name)
  if (averaging === null) return { ...comparison, operator: 'exceeds', threshold }
  const { statistic, windowSeconds, aligned, minimumCoverage, meanOf, slotSeconds } = averaging
  const { of, property } = comparison.measure
  const measure: Measure = { of, property, statistic, windowSeconds, aligned, minimumCoverage, meanOf }
  if (slotSeconds !== undefined) measure.slotSeconds = slotSeconds
  return { ...comparison, operator: 'exceeds', measure, threshold }
}

/** The zone of the day that the limit means; null when it does not say. */
export function zoneOfLimit(name: string): string | null {
  return averagingOf(name)?.timeZoneHint ?? null
}

function withFittingThresholds(
  comparison: Comparison,
  property: Property | undefined,
  anew: boolean,
): Comparison {
  const kinds = kindsOf(comparison, property)
  if (!anew && kinds.includes(comparison.threshold.kind)) return comparison
  return {
    ...comparison,
    threshold: fresh(kinds[0] as Threshold['kind'], comparison, property),
    levels: [],
    clear: null,
  }
}

function kindsOf({ operator, measure }: Comparison, property: Property | undefined): Threshold['kind'][] {
  if (operator === 'exceeds') return ['limit']
  if (RANGES.includes(operator)) return ['range']
  return meaningOf(measure, property) === 'category' ? ['category'] : ['number', 'measure']
}

/** An unfilled threshold of a kind, as the first one, a further level and the clear side begin. */
export function fresh(
  kind: Threshold['kind'],
  { measure }: Comparison,
  property: Property | undefined,
): Threshold {
  switch (kind) {
    case 'limit':
      return { kind, limit: '', factor: 1, asOf: null }
    case 'range':
      return { kind, low: Number.NaN, high: Number.NaN }
    case 'measure':
      return { kind, measure: { ...measure }, factor: 1, offset: 0 }
    default:
      return emptyThreshold(measure, property)
  }
}

/** The severities that a level can still have: above that of the rule, each once. */
export function freeSeverities(comparison: Comparison, base: Severity): Severity[] {
  const taken = comparison.levels.map(({ severity }) => severity)
  return SEVERITIES.filter((severity, rank) => rank > SEVERITIES.indexOf(base) && !taken.includes(severity))
}

export interface LimitChoice {
  name: string
  standard: string
  /** Null: the class of the station. */
  class: string | null
  averaging: string
  /** Value in words of the data: `75`, `6–9`, or both phases `75 / 60`. */
  values: string
  unit: string
  judgeable: boolean
}

/** Limits of a property, phases of one name together, that of the station's own class first in each standard. */
export function limitChoices(property: string): LimitChoice[] {
  const choices = new Map<string, LimitChoice>()
  const textOf = (limit: ReturnType<typeof limitsFor>[number]): string =>
    limit.direction === 'band' ? `${limit.low}–${limit.high}` : String(limit.value)
  const add = (name: string, limit: ReturnType<typeof limitsFor>[number], own: boolean): void => {
    if (choices.has(name)) return
    const phases = limitsNamed(name).filter((each) => own || each.class === limit.class)
    choices.set(name, {
      name,
      standard: limit.standard,
      class: own ? null : (limit.class ?? '-'),
      averaging: limit.averaging,
      values: [...new Set(phases.map(textOf))].join(' / '),
      unit: limit.unit,
      judgeable: averagingOf(name) !== null,
    })
  }
  const limits = limitsFor(property)
  for (const limit of limits) {
    const [standard, , parameter, averaging] = limit.name.split(' / ')
    if (limit.classOf === 'station') add(`${standard} / * / ${parameter} / ${averaging}`, limit, true)
  }
  for (const limit of limits) add(limit.name, limit, false)
  const order = new Map(
    [...new Set([...choices.values()].map(({ standard }) => standard))].map((s, i) => [s, i]),
  )
  return [...choices.values()]
    .filter(({ judgeable }) => judgeable)
    .sort((a, b) => (order.get(a.standard) ?? 0) - (order.get(b.standard) ?? 0))
}
