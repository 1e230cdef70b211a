import fc from 'fast-check'
import {
  type Condition,
  MEASURE_STATISTICS,
  OPERATORS,
  type RuleDefinition,
  type RuleDefinitionInput,
  ruleDefinition,
  SEVERITIES,
  type Threshold,
} from '../api/rules.ts'
import { MEDIA, OBSERVED_PROPERTIES, propertyById } from '../properties.ts'
import { limitNames } from './limits/limits.ts'
import type { SentenceNames } from './sentence/words.ts'

/** Definitions for tests: short to write, or any at all. */

export const NAMES: SentenceNames = {
  property: propertyById,
  station: (id) => ({ 'air-1': 'Riverside', 'air-2': 'Mill Road' })[id],
  site: (id) => ({ works: 'Steel Works' })[id],
  jurisdiction: (id) => ({ east: 'East District' })[id],
}

const NOWHERE = { media: null, sites: null, jurisdictions: null, classes: null, tags: null, stations: null }

/** A definition with what is given; its condition is that the latest PM2.5 is above 75 µg/m³ unless said. */
export function defined(given: Partial<RuleDefinitionInput> & { name?: string } = {}): RuleDefinition {
  return ruleDefinition.parse({
    name: 'Test',
    severity: 'moderate',
    trigger: { kind: 'condition', condition: compared({}) },
    scope: NOWHERE,
    ...given,
  })
}

export function compared(given: {
  measure?: object
  operator?: string
  threshold?: object
  levels?: object[]
  clear?: object | null
}): Condition {
  const { measure, ...more } = given
  return {
    kind: 'comparison',
    measure: { property: 'pm25', statistic: 'last', windowSeconds: 600, ...measure },
    operator: 'gt',
    threshold: { kind: 'number', value: 75 },
    ...more,
  } as Condition
}

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const id = fc.constantFrom('air-1', 'air-2', 'works', 'east', 'nobody-knows')
const properties = fc.constantFrom(...OBSERVED_PROPERTIES.map((each) => each.id), 'custom-property')
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, -1, 0.1, 75),
)

const anyMeasure = fc
  .record({
    of: fc.constantFrom('station', 'other'),
    property: properties,
    statistic: fc.constantFrom(...MEASURE_STATISTICS),
    windowSeconds: fc.oneof(
      fc.constantFrom(60, 600, 3600, 86_400, 604_800),
      fc.integer({ min: 1, max: 2_678_400 }),
    ),
    aligned: fc.boolean(),
    minimumCoverage: fc.constantFrom(0, 0.75, 20 / 24, 1),
    meanOf: fc.constantFrom('observations', 'slots'),
    slots: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
    percentile: fc.double({ min: 0, max: 100, noNaN: true }),
  })
  .map(({ slots, percentile, ...measure }) => ({
    ...measure,
    aligned: measure.aligned && measure.statistic !== 'last',
    ...(slots === undefined ? {} : { slotSeconds: Math.max(1, Math.floor(measure.windowSeconds / slots)) }),
    ...(measure.statistic === 'percentile' ? { percentile } : {}),
  }))

const limitThreshold = fc.record({
  kind: fc.constant('limit' as const),
  limit: fc.constantFrom(...limitNames(), 'a limit nobody knows'),
  factor: fc.constantFrom(1, 0.8, 1.2),
  asOf: optional(fc.constantFrom('2026-06-01')),
})

function thresholdFor(operator: string): fc.Arbitrary<Threshold> {
  if (operator === 'exceeds') return limitThreshold
  if (operator === 'inside' || operator === 'outside') {
    return number.map((low) => ({ kind: 'range' as const, low, high: low + Math.abs(low) + 1 }))
  }
  const plain = number.map((value) => ({ kind: 'number' as const, value }))
  const ofMeasure = fc.record({
    kind: fc.constant('measure' as const),
    measure: anyMeasure,
    factor: number,
    offset: number,
  }) as fc.Arbitrary<Threshold>
  const category = fc.constant({ kind: 'category' as const, value: 'maintenance' })
  return operator === 'eq' || operator === 'ne'
    ? fc.oneof(plain, ofMeasure, category)
    : fc.oneof(plain, ofMeasure)
}

const anyComparison = fc.constantFrom(...OPERATORS).chain((operator) =>
  fc.record({
    kind: fc.constant('comparison' as const),
    measure: anyMeasure,
    operator: fc.constant(operator),
    threshold: thresholdFor(operator),
    levels: optional(thresholdFor(operator)).map((threshold) =>
      threshold === null ? [] : [{ severity: 'extreme', threshold }],
    ),
    clear: optional(thresholdFor(operator)),
  }),
)

const anyCondition: fc.Arbitrary<object> = fc.letrec<{ node: object }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    anyComparison,
    fc.record({
      kind: fc.constantFrom('all', 'any'),
      conditions: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not'), condition: tie('node') }),
  ),
})).node

const time = fc.constantFrom('00:00', '06:01', '08:00', '22:00', '23:59')
const seconds = fc.oneof(fc.constantFrom(0, 60, 5400), fc.integer({ min: 0, max: 604_800 }))
const anyTrigger = fc.oneof(
  fc.record({
    kind: fc.constant('condition' as const),
    condition: anyCondition,
    holdSeconds: seconds,
    clearSeconds: seconds,
    keepFiringSeconds: seconds,
    gapSeconds: fc.integer({ min: 1, max: 604_800 }),
  }),
  fc.record({
    kind: fc.constant('no_data' as const),
    per: fc.constantFrom('datastream', 'station', 'site'),
    properties: optional(fc.array(properties, { minLength: 1, maxLength: 9 })),
    graceSeconds: fc.integer({ min: 10, max: 2_678_400 }),
  }),
)

/** Any definition the interface takes. */
export const anyDefinition: fc.Arbitrary<RuleDefinition> = fc
  .record({
    name: fc.constant('Any'),
    severity: fc.constantFrom(...SEVERITIES.slice(0, 3)),
    trigger: anyTrigger,
    scope: fc.record({
      media: optional(fc.subarray([...MEDIA], { minLength: 1 })),
      sites: optional(fc.array(id, { minLength: 1, maxLength: 8 })),
      jurisdictions: optional(fc.array(id, { minLength: 1, maxLength: 8 })),
      classes: optional(fc.array(fc.constantFrom('I', '4a'), { minLength: 1, maxLength: 3 })),
      tags: optional(
        fc.array(
          fc.record({ name: fc.constantFrom('kind'), value: fc.constantFrom('background', 3, true, null) }),
          { minLength: 1, maxLength: 3 },
        ),
      ),
      stations: optional(fc.array(id, { minLength: 1, maxLength: 20 })),
    }),
    pairs: fc.array(fc.record({ station: id, other: id }), { minLength: 1, maxLength: 9 }),
    qualityFlags: fc.subarray([1, 2, 3, 4] as const, { minLength: 1 }),
    timeZone: fc.constantFrom('UTC', 'Asia/Shanghai'),
    schedule: optional(
      fc.array(
        fc.record({
          days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
          from: time,
          to: time,
          holidays: fc.constantFrom('include', 'exclude', 'only'),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    ),
    inhibits: optional(
      fc.record({
        within: fc.constantFrom('station', 'site', 'jurisdiction'),
        alerts: fc.constantFrom('no_data', 'lower_severity', 'all'),
      }),
    ),
    escalation: fc.array(
      fc.record({
        afterSeconds: fc.integer({ min: 60, max: 2_592_000 }),
        role: fc.constantFrom('inspector', 'officer', 'supervisor', 'administrator'),
      }),
      { maxLength: 5 },
    ),
    public: fc.boolean(),
  })
  .map((made) => ruleDefinition.safeParse(made))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data as RuleDefinition)
