import { type LibraryRuleView, type RuleDefinitionInput, ruleDefinition } from '../../api/rules.ts'
import { averagingOf } from '../limits/averaging.ts'

/** What the ready rules are put together from. */

/** A ready rule; the sentence is made where it is shown. */
export type LibraryRule = Omit<LibraryRuleView, 'sentence'>
type Group = LibraryRule['group']
type ScopeInput = RuleDefinitionInput['scope']
type ConditionInput = Extract<RuleDefinitionInput['trigger'], { kind: 'condition' }>['condition']
type MeasureInput = Record<string, unknown> & { property: string; statistic: string; windowSeconds: number }

export const MINUTE = 60
export const HOUR = 3600
export const DAY = 86_400
/** The time zone of the Chinese standards' days and nights. */
export const CHINA = 'Asia/Shanghai'

interface Texts {
  id: string
  name: { en: string; zh: string }
  why: { en: string; zh: string }
  basis: string
}

/** A rule of the library, completed with the defaults of the interface. Its name in the definition is English. */
export function ready(
  group: Group,
  texts: Texts,
  definition: Omit<RuleDefinitionInput, 'name' | 'description'>,
): LibraryRule {
  return {
    ...texts,
    group,
    definition: ruleDefinition.parse({ ...definition, name: texts.name.en, description: texts.why.en }),
  }
}

/** Stations of a medium, of certain classes where they matter. */
export function scopeOf(media: ScopeInput['media'], classes: string[] | null = null): ScopeInput {
  return { media, classes, sites: null, jurisdictions: null, tags: null, stations: null }
}

/** A comparison with a number: `above(latest('ph'), 9)`. */
const numeric =
  (operator: string) =>
  (measure: MeasureInput, value: number, clear: number | null = null): ConditionInput =>
    ({
      kind: 'comparison',
      measure,
      operator,
      threshold: { kind: 'number', value },
      clear: clear === null ? null : { kind: 'number', value: clear },
    }) as ConditionInput
export const above = numeric('gt')
export const atLeast = numeric('ge')
export const below = numeric('lt')
export const atMost = numeric('le')
export const equal = numeric('eq')

/** A boolean is true, or false. */
export const isTrue = (property: string, within = 10 * MINUTE) => equal(latest(property, within), 1)
export const isFalse = (property: string, within = 10 * MINUTE) => equal(latest(property, within), 0)

export function isCategory(property: string, value: string, within: number): ConditionInput {
  return {
    kind: 'comparison',
    measure: latest(property, within),
    operator: 'eq',
    threshold: { kind: 'category', value },
  } as ConditionInput
}

/** A comparison with another measure, times `factor` plus `offset`. */
export function versus(
  measure: MeasureInput,
  operator: 'gt' | 'lt',
  other: MeasureInput,
  factor: number,
  offset = 0,
  clear: { factor: number; offset?: number } | null = null,
): ConditionInput {
  return {
    kind: 'comparison',
    measure,
    operator,
    threshold: { kind: 'measure', measure: other, factor, offset },
    clear:
      clear === null
        ? null
        : { kind: 'measure', measure: other, factor: clear.factor, offset: clear.offset ?? offset },
  } as ConditionInput
}

/** The newest value, when it is not older than `within` seconds. */
export function latest(property: string, within: number): MeasureInput {
  return { property, statistic: 'last', windowSeconds: within }
}

/** A statistic of the last so many seconds. */
export function rolling(
  statistic: string,
  property: string,
  windowSeconds: number,
  more: object = {},
): MeasureInput {
  return { property, statistic, windowSeconds, ...more }
}

/**
 * The mean of the last week, of two days at least: what is usual here. A day would soon hold nothing but what is
 * compared with it. The parts suit stations that measure every four hours.
 */
export const ownWeek = (property: string): MeasureInput =>
  rolling('mean', property, 7 * DAY, { slotSeconds: 4 * HOUR, minimumCoverage: 0.25 })

export const all = (...conditions: ConditionInput[]) => ({ kind: 'all', conditions }) as ConditionInput

/**
 * Worse than a limit, averaged as the limit asks for. `clear`: the alert clears at this share of the limit;
 * `levels`: limits of higher severities; `interval`: seconds between the readings of the stations it is made for.
 */
export function exceeding(
  property: string,
  limit: string,
  more: { clear?: number; levels?: { severity: string; limit: string }[]; interval?: number } = {},
): ConditionInput {
  const averaging = averagingOf(limit, more.interval)
  if (averaging === null)
    throw new Error(`limit ${limit}: expected one with an averaging time a rule can have`)
  const { statistic, windowSeconds, aligned, slotSeconds, minimumCoverage, meanOf } = averaging
  const threshold = (name: string) => ({ kind: 'limit', limit: name })
  return {
    kind: 'comparison',
    measure: {
      property,
      statistic,
      windowSeconds,
      aligned,
      ...(slotSeconds === undefined ? {} : { slotSeconds }),
      minimumCoverage,
      meanOf,
    },
    operator: 'exceeds',
    threshold: threshold(limit),
    levels: (more.levels ?? []).map((level) => ({
      severity: level.severity,
      threshold: threshold(level.limit),
    })),
    clear: more.clear === undefined ? null : { ...threshold(limit), factor: more.clear },
  } as ConditionInput
}

/**
 * Variants of a rule about means of the hour: of readings by the minute or quarter, of which every third of
 * the hour must hold one, and of readings that are means of the hour themselves.
 */
export interface Rhythm {
  /** End of the id. */
  id: '' | '-hourly'
  interval: number
  name: { en: string; zh: string }
  why: { en: string; zh: string }
}
export const RHYTHMS: readonly Rhythm[] = [
  {
    id: '',
    interval: MINUTE,
    name: { en: '', zh: '' },
    why: {
      en: 'For readings every 15 minutes or more often: each third of the hour must have one. Where they come by the hour use the hourly variant.',
      zh: '适用于 15 分钟及更密的读数：每小时的三个二十分钟内均须有读数。按小时上报的站点请用小时数据版本。',
    },
  },
  {
    id: '-hourly',
    interval: HOUR,
    name: { en: ' (hourly readings)', zh: '（小时数据）' },
    why: {
      en: 'For stations that report means of the hour: one reading is the hour it is stamped with.',
      zh: '适用于上报小时均值的站点：一个读数代表其时标所在的小时。',
    },
  },
]

/** Every day in the hours a limit is made for; null for one that has none. */
export function hoursOf(limit: string): RuleDefinitionInput['schedule'] {
  const hours = averagingOf(limit)?.hours
  return hours === undefined ? null : [{ days: [1, 2, 3, 4, 5, 6, 7], ...hours }]
}

/** A condition with its times, in seconds. */
export function fires(
  condition: ConditionInput,
  times: { hold?: number; clear?: number; keep?: number; gap?: number } = {},
): RuleDefinitionInput['trigger'] {
  return {
    kind: 'condition',
    condition,
    holdSeconds: times.hold ?? 0,
    clearSeconds: times.clear ?? 0,
    keepFiringSeconds: times.keep ?? 0,
    gapSeconds: times.gap ?? HOUR,
  }
}
