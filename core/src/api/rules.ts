import { z } from 'zod'
import { MEDIA } from '../properties.ts'
import { identifier, instant, isCleanText, line, prose } from './fields.ts'

/** Alert rules over HTTP. The same definition is judged live, in the preview of the editor and in a backtest. */

/** Severity of CAP 1.2 (element `severity`), least first. */
export const SEVERITIES = ['minor', 'moderate', 'severe', 'extreme'] as const
export type Severity = (typeof SEVERITIES)[number]

export const MEASURE_STATISTICS = [
  'last',
  'mean',
  'min',
  'max',
  'sum',
  'count',
  'rate',
  'stddev',
  'percentile',
] as const
/**
 * `rate` is the change per hour from the first to the last observation of the window; `stddev` the sample standard
 * deviation (n - 1); `percentile` interpolates linearly between ranks.
 */
export type MeasureStatistic = (typeof MEASURE_STATISTICS)[number]

/** Comparison operators of the OGC SensorThings filter language, and three of our own. */
export const OPERATORS = ['gt', 'ge', 'lt', 'le', 'eq', 'ne', 'inside', 'outside', 'exceeds'] as const
/** `exceeds`: worse than a legal limit, in the direction the limit has. */
export type Operator = (typeof OPERATORS)[number]

const DAY_SECONDS = 86_400
export const MAX_WINDOW_SECONDS = 31 * DAY_SECONDS
export const MAX_CONDITION_DEPTH = 4
export const MAX_COMPARISONS = 20

/** Lengths that clock-aligned windows can have: with others there is no telling where they begin when clocks change. */
export const ALIGNED_SECONDS: readonly number[] = [
  ...[1, 5, 10, 15, 20, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * 3600),
  ...[1, 7].map((days) => days * DAY_SECONDS),
]

const seconds = (max: number) => z.number().int().min(0).max(max)

/** What is compared: a statistic of one observed property over a window. */
export const measure = z.strictObject({
  of: z
    .enum(['station', 'other'])
    .default('station')
    .describe('other: the second station of the pair, for example upstream or outside'),
  property: identifier,
  statistic: z.enum(MEASURE_STATISTICS),
  percentile: z.number().min(0).max(100).optional().describe('with statistic percentile only'),
  windowSeconds: z
    .number()
    .int()
    .min(1)
    .max(MAX_WINDOW_SECONDS)
    .describe('length of the window; for last: how old the newest observation may be'),
  aligned: z
    .boolean()
    .default(false)
    .describe(
      'windows that begin at multiples of their length in the time zone of the rule, judged when they end',
    ),
  slotSeconds: z
    .number()
    .int()
    .min(1)
    .max(MAX_WINDOW_SECONDS)
    .optional()
    .describe('parts of the window that coverage counts; a sixtieth of the window unless given'),
  minimumCoverage: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of the slots that must hold an observation'),
  meanOf: z
    .enum(['observations', 'slots'])
    .default('observations')
    .describe('slots: the mean of the means of the slots, as daily means are made of hourly ones'),
})
export type Measure = z.infer<typeof measure>

/** A threshold. In the unit of the property; a limit is converted. */
export const threshold = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('number'), value: z.number() }),
  z.strictObject({ kind: z.literal('range'), low: z.number(), high: z.number() }),
  z.strictObject({ kind: z.literal('category'), value: line(64) }),
  z.strictObject({
    kind: z.literal('limit'),
    limit: z
      .string()
      .max(200)
      .refine(isCleanText)
      .describe('"standard / class / parameter / averaging"; class * is the class of the station'),
    factor: z.number().positive().max(1000).default(1),
    asOf: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/, 'a date, YYYY-MM-DD')
      .nullable()
      .default(null)
      .describe('judge by the limit in force on this date; null: on the date of the observation'),
  }),
  z.strictObject({
    kind: z.literal('measure'),
    measure,
    factor: z.number().default(1),
    offset: z.number().default(0),
  }),
])
export type Threshold = z.infer<typeof threshold>

export const comparison = z.strictObject({
  kind: z.literal('comparison'),
  measure,
  operator: z.enum(OPERATORS),
  threshold,
  levels: z
    .array(z.strictObject({ severity: z.enum(SEVERITIES), threshold }))
    .max(SEVERITIES.length)
    .default([])
    .describe('thresholds of severities above that of the rule'),
  clear: threshold
    .nullable()
    .default(null)
    .describe('the alert clears beyond this one; null: the same as the threshold'),
})
export type Comparison = z.infer<typeof comparison>

export type Condition =
  | Comparison
  | { kind: 'all' | 'any'; conditions: Condition[] }
  | { kind: 'not'; condition: Condition }

export const condition: z.ZodType<Condition, unknown> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    comparison,
    z.strictObject({
      kind: z.enum(['all', 'any']),
      conditions: z.array(condition).min(1).max(MAX_COMPARISONS),
    }),
    z.strictObject({ kind: z.literal('not'), condition }),
  ]),
)

export const trigger = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('condition'),
    condition,
    holdSeconds: seconds(7 * DAY_SECONDS)
      .default(0)
      .describe('the condition must hold for so long before an alert fires'),
    clearSeconds: seconds(7 * DAY_SECONDS)
      .default(0)
      .describe('and be over for so long before it resolves'),
    keepFiringSeconds: seconds(30 * DAY_SECONDS)
      .default(0)
      .describe('shortest life of an alert'),
    gapSeconds: z
      .number()
      .int()
      .min(1)
      .max(7 * DAY_SECONDS)
      .default(3600)
      .describe(
        'so long without a judgement breaks hold and clear times; never less than one and a half of the longest aligned window and of the usual interval at the station',
      ),
  }),
  z.strictObject({
    kind: z.literal('no_data'),
    per: z.enum(['datastream', 'station', 'site']),
    properties: z.array(identifier).min(1).max(50).nullable().default(null).describe('null: every property'),
    graceSeconds: z
      .number()
      .int()
      .min(10)
      .max(31 * DAY_SECONDS)
      .describe('silence of so long fires; time in which the platform did not listen does not count'),
  }),
])
export type Trigger = z.infer<typeof trigger>
export type ConditionTrigger = Extract<Trigger, { kind: 'condition' }>
export type NoDataTrigger = Extract<Trigger, { kind: 'no_data' }>

const choice = <T extends z.ZodType>(of: T, max = 1000) =>
  z.array(of).min(1).max(max).nullable().default(null)

/** The stations a rule applies to: all that match every part given. Null: no restriction. */
export const scope = z.strictObject({
  media: choice(z.enum(MEDIA)),
  sites: choice(identifier),
  jurisdictions: choice(identifier),
  classes: choice(line(64)),
  tags: choice(
    z.strictObject({ name: line(64), value: z.union([prose(1000), z.number(), z.boolean()]).nullable() }),
  ).describe('attributes of the station; a null value asks only that the attribute is there'),
  stations: choice(identifier, 10_000),
})
export type Scope = z.infer<typeof scope>

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, HH:MM')
/** When a rule is active. An interval whose end is not after its start runs over midnight. */
export const schedule = z
  .array(
    z.strictObject({
      days: z.array(z.number().int().min(1).max(7)).min(1).max(7).describe('ISO 8601: Monday 1 to Sunday 7'),
      from: timeOfDay,
      to: timeOfDay.describe('excluded; the same as from is the whole day'),
      holidays: z.enum(['include', 'exclude', 'only']).default('include'),
    }),
  )
  .min(1)
  .max(20)
export type Schedule = z.infer<typeof schedule>

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
export const timeZone = z.string().max(64).refine(isTimeZone, 'an IANA time zone such as Asia/Shanghai')

export const ruleDefinition = z
  .strictObject({
    name: line(160),
    description: prose(2000).default(''),
    severity: z.enum(SEVERITIES),
    trigger,
    scope,
    pairs: z
      .array(z.strictObject({ station: identifier, other: identifier }))
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('the second station of each first one; needed when a measure is of the other'),
    qualityFlags: z
      .array(z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]))
      .min(1)
      .max(4)
      .default([1, 2, 3])
      .describe('QARTOD flags of the observations that count'),
    timeZone: timeZone.default('UTC'),
    schedule: schedule.nullable().default(null).describe('null: always'),
    inhibits: z
      .strictObject({
        within: z.enum(['station', 'site', 'jurisdiction']),
        alerts: z.enum(['no_data', 'lower_severity', 'all']),
      })
      .nullable()
      .default(null)
      .describe('while an alert of this rule fires, others in the same place are not notified'),
    escalation: z
      .array(
        z.strictObject({
          afterSeconds: z
            .number()
            .int()
            .min(60)
            .max(30 * DAY_SECONDS),
          role: z.enum(['inspector', 'officer', 'supervisor', 'administrator']),
        }),
      )
      .max(5)
      .default([])
      .describe('who is told when nobody has acknowledged by then'),
    public: z.boolean().default(false).describe('its alerts are in the public CAP feed'),
    instruction: prose(2000).default('').describe('what to do; CAP element instruction'),
  })
  .superRefine((rule, context) => {
    for (const { path, value, expected } of definitionProblems(rule)) {
      context.addIssue({ code: 'custom', path, message: expected, input: value })
    }
  })
export type RuleDefinition = z.infer<typeof ruleDefinition>
export type RuleDefinitionInput = z.input<typeof ruleDefinition>

interface DefinitionProblem {
  path: (string | number)[]
  value: unknown
  expected: string
}

/** What the parts of a definition must keep to among each other. */
function definitionProblems(rule: {
  severity: Severity
  trigger: Trigger
  pairs: unknown[] | null
}): DefinitionProblem[] {
  if (rule.trigger.kind !== 'condition') return []
  const problems: DefinitionProblem[] = []
  let comparisons = 0
  let other = false
  const visit = (node: Condition, path: (string | number)[], depth: number, isNegated: boolean): void => {
    if (depth > MAX_CONDITION_DEPTH) {
      problems.push({ path, value: depth, expected: `conditions nested at most ${MAX_CONDITION_DEPTH} deep` })
      return
    }
    if (node.kind === 'comparison') {
      comparisons++
      for (const used of measuresOf(node)) if (used.of === 'other') other = true
      problems.push(...comparisonProblems(node, rule.severity, path), ...sideProblems(node, path, isNegated))
    } else if (node.kind === 'not') visit(node.condition, [...path, 'condition'], depth + 1, !isNegated)
    else {
      node.conditions.forEach((each, index) => {
        visit(each, [...path, 'conditions', index], depth + 1, isNegated)
      })
    }
  }
  visit(rule.trigger.condition, ['trigger', 'condition'], 1, false)
  if (comparisons > MAX_COMPARISONS) {
    problems.push({
      path: ['trigger', 'condition'],
      value: comparisons,
      expected: `at most ${MAX_COMPARISONS} comparisons`,
    })
  }
  if (other && rule.pairs === null) {
    problems.push({
      path: ['pairs'],
      value: null,
      expected: 'pairs of stations, because a measure is of the other station',
    })
  }
  return problems
}

/** The measures of one comparison: what is compared first, then those of its thresholds. */
export function measuresOf(node: Comparison): Measure[] {
  const thresholds = [node.threshold, ...node.levels.map((level) => level.threshold), node.clear]
  return [node.measure, ...thresholds.flatMap((each) => (each?.kind === 'measure' ? [each.measure] : []))]
}

function comparisonProblems(
  node: Comparison,
  severity: Severity,
  path: (string | number)[],
): DefinitionProblem[] {
  const problems: DefinitionProblem[] = []
  for (const used of measuresOf(node)) {
    if ((used.statistic === 'percentile') !== (used.percentile !== undefined)) {
      problems.push({
        path: [...path, 'measure', 'percentile'],
        value: used.percentile ?? null,
        expected: 'a percentile with the statistic percentile, and with no other',
      })
    }
    if (used.aligned && used.statistic === 'last') {
      problems.push({
        path: [...path, 'measure', 'aligned'],
        value: true,
        expected: 'false with the statistic last',
      })
    }
    if (used.aligned && used.statistic !== 'last' && !ALIGNED_SECONDS.includes(used.windowSeconds)) {
      problems.push({
        path: [...path, 'measure', 'windowSeconds'],
        value: used.windowSeconds,
        expected:
          'with a clock-aligned window 1, 5, 10, 15, 20 or 30 min, 1, 2, 3, 4, 6, 8 or 12 h, 1 day or 7 days',
      })
    }
    if (used.slotSeconds !== undefined && used.windowSeconds % used.slotSeconds !== 0) {
      problems.push({
        path: [...path, 'measure', 'slotSeconds'],
        value: used.slotSeconds,
        expected: `a length that divides the window of ${used.windowSeconds} s`,
      })
    } else if (
      used.slotSeconds !== undefined &&
      (used.slotSeconds > used.windowSeconds || used.windowSeconds / used.slotSeconds > 1500)
    ) {
      problems.push({
        path: [...path, 'measure', 'slotSeconds'],
        value: used.slotSeconds,
        expected: 'a slot no longer than the window, at most 1500 of them',
      })
    }
  }
  const allowed: Record<Threshold['kind'], readonly Operator[]> = {
    number: ['gt', 'ge', 'lt', 'le', 'eq', 'ne'],
    measure: ['gt', 'ge', 'lt', 'le', 'eq', 'ne'],
    range: ['inside', 'outside'],
    category: ['eq', 'ne'],
    limit: ['exceeds'],
  }
  const check = (each: Threshold, at: (string | number)[]) => {
    if (!allowed[each.kind].includes(node.operator)) {
      problems.push({
        path: [...path, 'operator'],
        value: node.operator,
        expected: `one of ${allowed[each.kind].join(', ')} with a threshold of kind ${each.kind}`,
      })
    }
    if (each.kind === 'range' && each.low >= each.high) {
      problems.push({
        path: [...path, ...at, 'high'],
        value: each.high,
        expected: `more than low, which is ${each.low}`,
      })
    }
  }
  check(node.threshold, ['threshold'])
  if (node.clear) check(node.clear, ['clear'])
  node.levels.forEach((level, index) => {
    check(level.threshold, ['levels', index, 'threshold'])
    if (SEVERITIES.indexOf(level.severity) <= SEVERITIES.indexOf(severity)) {
      problems.push({
        path: [...path, 'levels', index, 'severity'],
        value: level.severity,
        expected: `more severe than that of the rule, ${severity}`,
      })
    }
  })
  if (new Set(node.levels.map((level) => level.severity)).size < node.levels.length) {
    problems.push({ path: [...path, 'levels'], value: node.levels.length, expected: 'each severity once' })
  }
  return problems
}

/** A number of a threshold: where it stands, and which way it makes the threshold stricter. */
interface Part {
  path: (string | number)[]
  own: number
  base: number
}

/**
 * Clear thresholds and levels that lie on the wrong side. Beyond the clear threshold must lie all that fires, or the
 * alert would resolve while its condition holds; a level must be worse than what fires already. Limits are left out:
 * which way they are worse is known where they are.
 */
function sideProblems(node: Comparison, path: (string | number)[], isNegated: boolean): DefinitionProblem[] {
  if (node.operator === 'inside' || node.operator === 'outside') {
    return rangeProblems(node, path, (node.operator === 'outside') !== isNegated)
  }
  const isUp = node.operator === 'gt' || node.operator === 'ge'
  if (!isUp && node.operator !== 'lt' && node.operator !== 'le') return []
  const worseIsUp = isUp !== isNegated
  const problems: DefinitionProblem[] = []
  const clear = node.clear && partsOf(node.clear, node.threshold, [...path, 'clear'])
  const tooStrict = clear && wholly(clear, worseIsUp, false)
  if (tooStrict) {
    const { path: at, own, base } = tooStrict
    const expected = worseIsUp
      ? `at most ${base}: the alert must not clear while it would fire`
      : `at least ${base}: the alert must not clear while it would fire`
    problems.push({ path: at, value: own, expected })
  }
  node.levels.forEach((level, index) => {
    const parts = partsOf(level.threshold, node.threshold, [...path, 'levels', index, 'threshold'])
    const tooMild = parts && wholly(parts, !worseIsUp, true)
    if (!tooMild) return
    const expected = `${worseIsUp ? 'more' : 'less'} than ${tooMild.base}, from which on the alert fires`
    problems.push({ path: tooMild.path, value: tooMild.own, expected })
  })
  return problems
}

/** What can be compared of two thresholds; null when nothing can. */
function partsOf(own: Threshold, base: Threshold, path: (string | number)[]): Part[] | null {
  if (own.kind === 'number' && base.kind === 'number')
    return [{ path: [...path, 'value'], own: own.value, base: base.value }]
  if (own.kind !== 'measure' || base.kind !== 'measure') return null
  if (!isSameMeasure(own.measure, base.measure)) return null
  return [
    { path: [...path, 'factor'], own: own.factor, base: base.factor },
    { path: [...path, 'offset'], own: own.offset, base: base.offset },
  ]
}

function isSameMeasure(one: Measure, other: Measure): boolean {
  const parts = (of: Measure) => [
    ...[of.of, of.property, of.statistic, of.percentile, of.windowSeconds],
    ...[of.aligned, of.slotSeconds, of.minimumCoverage, of.meanOf],
  ]
  return JSON.stringify(parts(one)) === JSON.stringify(parts(other))
}

/** The first part that differs, when none lies on the other side. With `orEqual`, also when all are the same. */
function wholly(parts: readonly Part[], isUp: boolean, orEqual: boolean): Part | undefined {
  const beyond = ({ own, base }: Part) => (isUp ? own > base : own < base)
  if (parts.some((part) => !beyond(part) && part.own !== part.base)) return undefined
  return parts.find(beyond) ?? (orEqual ? parts[0] : undefined)
}

/** @param worseIsOutside the range is where all is well */
function rangeProblems(
  { threshold, clear, levels }: Comparison,
  path: (string | number)[],
  worseIsOutside: boolean,
): DefinitionProblem[] {
  if (threshold.kind !== 'range') return []
  const { low, high } = threshold
  const text = `${low} to ${high}`
  const problems: DefinitionProblem[] = []
  const isIn = (one: { low: number; high: number }, other: { low: number; high: number }) =>
    one.low >= other.low && one.high <= other.high
  if (clear?.kind === 'range' && !(worseIsOutside ? isIn(clear, threshold) : isIn(threshold, clear))) {
    problems.push({
      path: [...path, 'clear', 'low'],
      value: clear.low,
      expected: `a range that ${worseIsOutside ? 'lies within' : 'holds'} ${text}: the alert must not clear while it would fire`,
    })
  }
  levels.forEach((level, index) => {
    const own = level.threshold
    if (own.kind !== 'range') return
    const isWorse = worseIsOutside ? isIn(threshold, own) : isIn(own, threshold)
    if (isWorse && (own.low !== low || own.high !== high)) return
    problems.push({
      path: [...path, 'levels', index, 'threshold', 'low'],
      value: own.low,
      expected: `a range ${worseIsOutside ? 'wider' : 'narrower'} than ${text}`,
    })
  })
  return problems
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────

/** The jurisdiction a rule belongs to bounds the stations it can reach. Null belongs to the whole territory. */
const owner = identifier
  .nullable()
  .describe('jurisdiction it belongs to and is bounded by; null: the whole territory')

export const ruleInput = z.strictObject({
  id: identifier,
  jurisdiction: owner.default(null),
  active: z.boolean().default(false),
  definition: ruleDefinition,
  note: prose(1000).default('').describe('why it was made or changed'),
})
export type RuleInput = z.infer<typeof ruleInput>
export const rulePatch = z.strictObject({
  active: z.boolean().optional(),
  definition: ruleDefinition.optional(),
  note: prose(1000).optional(),
  version: z.number().int().optional().describe('of the rule that was read; another one now answers 409'),
})
export type RulePatch = z.infer<typeof rulePatch>

export const bilingualText = z.object({ en: z.string(), zh: z.string() })

/** Stations listed with a rule that cannot be judged at them. */
export const MAX_UNKNOWN_LISTED = 100

export const ruleView = z.object({
  id: z.string(),
  jurisdiction: z.string().nullable(),
  active: z.boolean(),
  version: z.number(),
  definition: ruleDefinition,
  sentence: bilingualText.describe('what it means'),
  createdBy: z.string(),
  createdAt: instant,
  updatedBy: z.string(),
  updatedAt: instant,
  stations: z.number().describe('stations it applies to now, of those that you may see'),
  problems: z.array(bilingualText).describe('stations or properties it cannot judge, and why'),
  firing: z.number(),
  pending: z.number(),
  unknown: z
    .array(z.string())
    .max(MAX_UNKNOWN_LISTED)
    .describe('stations, of those that you may see, that report but at which it cannot be judged now'),
  unknownTotal: z.number().describe('how many there are of them, listed or not'),
  /** Of its alerts of the last 90 days that somebody has judged. */
  precision: z.object({ judged: z.number(), falseAlarms: z.number(), precision: z.number().nullable() }),
})
export type RuleView = z.infer<typeof ruleView>

export const ruleVersionView = z.object({
  version: z.number(),
  definition: ruleDefinition,
  sentence: bilingualText,
  note: z.string(),
  author: z.string(),
  at: instant,
})
export type RuleVersionView = z.infer<typeof ruleVersionView>

/** A ready rule: inactive until somebody chooses it. */
export const libraryRuleView = z.object({
  id: z.string(),
  group: z.enum(['air', 'water', 'noise', 'emission', 'equipment', 'data']),
  name: bilingualText,
  why: bilingualText,
  basis: z.string().describe('standard and clause, or the practice it comes from'),
  definition: ruleDefinition,
  sentence: bilingualText,
})
export type LibraryRuleView = z.infer<typeof libraryRuleView>

export const limitView = z.object({
  name: z.string(),
  standard: z.string(),
  class: z.string().nullable(),
  parameter: z.string().describe('as the standard names it'),
  property: z.string().nullable().describe('observed property it applies to'),
  averaging: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  unit: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
})
export type LimitView = z.infer<typeof limitView>

export const previewInput = z.strictObject({ jurisdiction: owner.default(null), definition: ruleDefinition })
/** What a definition would apply to now. */
export const previewView = z.object({
  sentence: bilingualText,
  stations: z.array(
    z.object({ id: z.string(), other: z.string().nullable(), properties: z.array(z.string()) }),
  ),
  total: z.number(),
  problems: z.array(bilingualText),
})
export type PreviewView = z.infer<typeof previewView>

// ── Backtest ────────────────────────────────────────────────────────────────────────────────────────────

export const backtestInput = z.strictObject({
  jurisdiction: owner.default(null),
  definitions: z.array(ruleDefinition).min(1).max(2).describe('a second one is run beside it, to compare'),
  from: instant,
  to: instant,
})
export type BacktestInput = z.infer<typeof backtestInput>

export const backtestFiring = z.object({
  station: z.string().nullable(),
  site: z.string().nullable(),
  property: z.string().nullable(),
  severity: z.enum(SEVERITIES),
  start: instant.describe('since when the condition held'),
  fired: instant,
  end: instant.nullable().describe('null: still firing at the end of the range'),
  peak: z.number().nullable(),
  peakAt: instant.nullable(),
  flaggedShare: z.number().describe('share of its observations whose quality flag is not good'),
})
export type BacktestFiring = z.infer<typeof backtestFiring>

export const backtestResult = z.object({
  firings: z.array(backtestFiring),
  omitted: z.number().describe('firings beyond those listed; all are in the totals'),
  totals: z.object({
    firings: z.number(),
    stations: z.number(),
    firingSeconds: z.number(),
    flaggedShare: z.number(),
    observations: z.number(),
    datastreams: z.number(),
  }),
  perDay: z.array(z.object({ date: z.string(), firings: z.number() })),
  problems: z.array(bilingualText),
})
export type BacktestResult = z.infer<typeof backtestResult>

/** Lines of the answer (application/x-ndjson): progress, then results or a problem. */
export type BacktestLine =
  | { kind: 'progress'; done: number; total: number; observations: number }
  | { kind: 'result'; results: BacktestResult[] }
  | { kind: 'failed'; title: string; detail: string }

// ── Holidays ────────────────────────────────────────────────────────────────────────────────────────────

export const holiday = z.strictObject({ date: z.iso.date(), name: line(100) })
export const holidaysInput = z.strictObject({ holidays: z.array(holiday).max(2000) })
export type Holiday = z.infer<typeof holiday>
