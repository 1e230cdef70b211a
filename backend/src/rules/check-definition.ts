import { limitsFor, limitsNamed, resolveLimit } from '@osprey/core/alerting/limits/limits'
import type { FieldError } from '@osprey/core/api'
import {
  type Comparison,
  type Condition,
  type Measure,
  type MeasureStatistic,
  type RuleDefinition,
  type Threshold,
} from '@osprey/core/api/rules'
import type { ObservedProperty } from '@osprey/core/properties'
import { invalidFields, shorten } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'
import type { Jurisdictions } from '../territory/jurisdictions.ts'
import type { Territory } from '../territory/territory.ts'
import type { RuleRecord } from './rule-record.ts'

/** More would only bury the first ones. */
const MAX_LISTED_ERRORS = 100
/** Statistics of a measure that are in the unit of its property. */
const IN_UNIT: readonly MeasureStatistic[] = ['last', 'mean', 'min', 'max', 'sum', 'percentile']
/** Texts can be counted and the last one compared; they have no mean. */
const OF_CATEGORY: readonly MeasureStatistic[] = ['last', 'count']

/** What is registered, as far as definitions refer to it. */
export interface Referred {
  registry: Pick<Registry, 'stations' | 'sites' | 'properties'>
  jurisdictions: Pick<Jurisdictions, 'has'>
}

/**
 * What the schema cannot say: whether a definition fits the observed properties, the limits and what is registered.
 * What lies outside the territory of whoever asks reads as unknown.
 * @throws ProblemException 400 naming every field, with `field` before each.
 */
export function checkDefinition(
  { jurisdiction, definition }: Pick<RuleRecord, 'jurisdiction' | 'definition'>,
  territory: Territory,
  referred: Referred,
  field = 'definition',
): void {
  const errors = [
    ...jurisdictionErrors(jurisdiction, territory, referred),
    ...definitionErrors(definition, territory, referred).map((error) => ({
      ...error,
      field: `${field}.${error.field}`,
    })),
  ]
  if (errors.length > 0) throw invalidFields(errors.slice(0, MAX_LISTED_ERRORS))
}

/** A jurisdiction that is not there or not inside. */
export function jurisdictionErrors(
  id: string | null,
  territory: Territory,
  { jurisdictions }: Referred,
): FieldError[] {
  if (id === null || (jurisdictions.has(id) && territory.hasJurisdiction(id))) return []
  return [unknown('jurisdiction', id, 'jurisdiction')]
}

function definitionErrors(
  definition: RuleDefinition,
  territory: Territory,
  referred: Referred,
): FieldError[] {
  const properties = referred.registry.properties
  const { trigger } = definition
  const ofTrigger =
    trigger.kind === 'condition'
      ? conditionErrors(trigger.condition, 'trigger.condition', properties)
      : (trigger.properties ?? []).flatMap((id, index) =>
          properties.has(id) ? [] : [unknown(`trigger.properties.${index}`, id, 'observed property')],
        )
  return [
    ...ofTrigger,
    ...scopeErrors(definition, territory, referred),
    ...pairErrors(definition, territory, referred),
  ]
}

/** What a scope names that is not there or not inside. */
export function scopeErrors(
  { scope }: Pick<RuleDefinition, 'scope'>,
  territory: Territory,
  referred: Referred,
): FieldError[] {
  const { registry, jurisdictions } = referred
  const of = (name: 'stations' | 'sites' | 'jurisdictions', kind: string, isKnown: (id: string) => boolean) =>
    (scope[name] ?? []).flatMap((id, index) =>
      isKnown(id) ? [] : [unknown(`scope.${name}.${index}`, id, kind)],
    )
  return [
    ...of('stations', 'station', (id) => registry.stations.has(id) && territory.hasStation(id)),
    ...of('sites', 'site', (id) => registry.sites.has(id) && territory.hasSite(id)),
    ...of('jurisdictions', 'jurisdiction', (id) => jurisdictions.has(id) && territory.hasJurisdiction(id)),
  ]
}

function pairErrors(
  { pairs, trigger }: RuleDefinition,
  territory: Territory,
  { registry }: Referred,
): FieldError[] {
  if (pairs === null) return []
  if (trigger.kind === 'no_data') {
    return [
      {
        field: 'pairs',
        value: `array of ${pairs.length}`,
        expected: 'null: no data is not a matter of pairs',
      },
    ]
  }
  const seen = new Set<string>()
  return pairs.flatMap(({ station, other }, index) => {
    const errors: FieldError[] = []
    for (const [name, id] of [
      ['station', station],
      ['other', other],
    ] as const) {
      if (registry.stations.has(id) && territory.hasStation(id)) continue
      errors.push(unknown(`pairs.${index}.${name}`, id, 'station'))
    }
    if (station === other) {
      errors.push({ field: `pairs.${index}.other`, value: other, expected: 'another station than the first' })
    }
    if (seen.has(station)) {
      errors.push({ field: `pairs.${index}.station`, value: station, expected: 'each first station once' })
    }
    seen.add(station)
    return errors
  })
}

type Properties = ReadonlyMap<string, ObservedProperty>

function conditionErrors(
  node: Condition,
  path: string,
  properties: Properties,
  isNegated = false,
): FieldError[] {
  if (node.kind === 'comparison') {
    const errors = comparisonErrors(node, path, properties)
    return errors.length > 0 ? errors : limitSideErrors(node, path, isNegated)
  }
  if (node.kind === 'not') return conditionErrors(node.condition, `${path}.condition`, properties, !isNegated)
  return node.conditions.flatMap((each, index) =>
    conditionErrors(each, `${path}.conditions.${index}`, properties, isNegated),
  )
}

/** Of one and the same limit: the alert must not clear while it would fire, and a level must be worse. */
function limitSideErrors(node: Comparison, path: string, isNegated: boolean): FieldError[] {
  const base = node.threshold
  if (base.kind !== 'limit') return []
  const worseIsUp = (limitsNamed(base.limit)[0]?.direction !== 'down') !== isNegated
  const factorOf = (each: Threshold | null) =>
    each?.kind === 'limit' && each.limit === base.limit && each.asOf === base.asOf ? each.factor : null
  const errors: FieldError[] = []
  const clear = factorOf(node.clear)
  if (clear !== null && (worseIsUp ? clear > base.factor : clear < base.factor)) {
    const expected = `at ${worseIsUp ? 'most' : 'least'} ${base.factor}: the alert must not clear while it would fire`
    errors.push({ field: `${path}.clear.factor`, value: clear, expected })
  }
  node.levels.forEach(({ threshold }, index) => {
    const factor = factorOf(threshold)
    if (factor === null || (worseIsUp ? factor > base.factor : factor < base.factor)) return
    const expected = `${worseIsUp ? 'more' : 'less'} than ${base.factor}, from which on the alert fires`
    errors.push({ field: `${path}.levels.${index}.threshold.factor`, value: factor, expected })
  })
  return errors
}

function comparisonErrors(node: Comparison, path: string, properties: Properties): FieldError[] {
  const property = properties.get(node.measure.property)
  if (!property) return [unknown(`${path}.measure.property`, node.measure.property, 'observed property')]
  const ofMeasure = measureErrors(node.measure, property, `${path}.measure`)
  if (ofMeasure.length > 0) return ofMeasure
  const check = (each: Threshold, at: string) =>
    thresholdErrors(each, node.measure, property, `${path}.${at}`, properties)
  return [
    ...check(node.threshold, 'threshold'),
    ...node.levels.flatMap((level, index) => check(level.threshold, `levels.${index}.threshold`)),
    ...(node.clear ? check(node.clear, 'clear') : []),
  ]
}

function measureErrors({ statistic }: Measure, { id, kind }: ObservedProperty, path: string): FieldError[] {
  if (kind !== 'category' || OF_CATEGORY.includes(statistic)) return []
  const expected = `one of ${OF_CATEGORY.join(', ')}: ${id} is a category`
  return [{ field: `${path}.statistic`, value: statistic, expected }]
}

function thresholdErrors(
  threshold: Threshold,
  measure: Measure,
  property: ObservedProperty,
  path: string,
  properties: Properties,
): FieldError[] {
  const isText = property.kind === 'category' && measure.statistic === 'last'
  if (isText !== (threshold.kind === 'category')) {
    const expected = isText
      ? `category, because ${property.id} is one`
      : `a kind for numbers, because the ${measure.statistic} of ${property.id} is one`
    return [{ field: `${path}.kind`, value: threshold.kind, expected }]
  }
  switch (threshold.kind) {
    case 'category': {
      const categories = property.categories ?? []
      if (categories.includes(threshold.value)) return []
      const expected = `one of ${categories.join(', ')}`
      return [{ field: `${path}.value`, value: shorten(threshold.value), expected }]
    }
    case 'limit':
      return limitErrors(threshold, measure, property, path)
    case 'measure': {
      const compared = properties.get(threshold.measure.property)
      const at = `${path}.measure`
      if (!compared) return [unknown(`${at}.property`, threshold.measure.property, 'observed property')]
      if (compared.kind !== 'category') return []
      if (threshold.measure.statistic === 'count') return []
      const expected = `count: ${compared.id} is a category and cannot be compared as a number`
      return [{ field: `${at}.statistic`, value: threshold.measure.statistic, expected }]
    }
    default:
      return []
  }
}

function limitErrors(
  { limit, asOf }: Extract<Threshold, { kind: 'limit' }>,
  { statistic }: Measure,
  property: ObservedProperty,
  path: string,
): FieldError[] {
  const phases = limitsNamed(limit)
  const [first] = phases
  if (!first || !phases.some((phase) => phase.property === property.id)) {
    const [example] = limitsFor(property.id)
    const expected = example
      ? `the name of a limit of ${property.id}, such as ${example.name}`
      : `a number: no limit of ${property.id} is known`
    return [{ field: `${path}.limit`, value: shorten(limit), expected }]
  }
  if (!IN_UNIT.includes(statistic)) {
    const expected = `a number: the ${statistic} of ${property.id} is not in the unit of a limit`
    return [{ field: `${path}.kind`, value: 'limit', expected }]
  }
  // On a day and at a class for which it has a value, all that can be wrong is the unit.
  const unit = resolveLimit(limit, {
    stationClass: first.class,
    date: first.from ?? first.to ?? '',
    property,
  })
  if (!unit.ok) return [{ field: `${path}.limit`, value: shorten(limit), expected: unit.en }]
  if (asOf === null) return []
  const dated = resolveLimit(limit, { stationClass: first.class, date: asOf, property })
  return dated.ok ? [] : [{ field: `${path}.asOf`, value: asOf, expected: dated.en }]
}

function unknown(field: string, id: string, kind: string): FieldError {
  return { field, value: shorten(id), expected: `the id of an existing ${kind}` }
}
