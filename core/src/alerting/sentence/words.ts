import type { Comparison, Condition, Measure, Operator, RuleDefinition, Threshold } from '../../api/rules.ts'
import { measuresOf } from '../../api/rules.ts'
import type { ObservedProperty } from '../../properties.ts'
import { limitsNamed } from '../limits/limits.ts'

/** What the sentences of both languages have in common: names, numbers and what a definition implies. */

/** Names of what definitions refer to by id; an id stands for itself when it has none. */
export interface SentenceNames {
  property(id: string): ObservedProperty | undefined
  station(id: string): string | undefined
  site(id: string): string | undefined
  jurisdiction(id: string): string | undefined
}

/** Of lists longer than this the rest is counted. */
const LISTED = 6

/** The first few of a list by name, and how many more there are. */
export function listed<T>(all: readonly T[], name: (each: T) => string): { names: string[]; more: number } {
  const shown = all.length > LISTED ? LISTED - 1 : all.length
  return { names: all.slice(0, shown).map(name), more: all.length - shown }
}

/** A number as it was entered: every digit, never in a form like 1e-7. */
export function numberText(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text.replace('-', '−')
  return value.toLocaleString('en', { maximumSignificantDigits: 17, useGrouping: false }).replace('-', '−')
}

/** A share as a percentage. */
export function percentText(share: number): string {
  return `${numberText(Number((share * 100).toPrecision(12)))} %`
}

const UNITS = [86_400, 3600, 60, 1] as const

/** A length of time as counts of days, hours, minutes and seconds, those of nothing left out. */
export function lengthOf(seconds: number): { count: number; unit: 0 | 1 | 2 | 3 }[] {
  let rest = seconds
  const parts: { count: number; unit: 0 | 1 | 2 | 3 }[] = []
  UNITS.forEach((size, index) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push({ count, unit: index as 0 | 1 | 2 | 3 })
  })
  return parts.length > 0 ? parts : [{ count: 0, unit: 3 }]
}

/** The coverage a measure asks for, counted in slots where they divide its window. Null when it asks for none. */
export function coverageOf(
  measure: Measure,
): { needed: number; slots: number; slotSeconds: number } | { percent: number } | null {
  if (measure.minimumCoverage === 0 || measure.statistic === 'last') return null
  const slotSeconds = measure.slotSeconds
  if (slotSeconds === undefined || measure.windowSeconds % slotSeconds !== 0) {
    return { percent: Number((measure.minimumCoverage * 100).toFixed(1)) }
  }
  const slots = measure.windowSeconds / slotSeconds
  return { needed: Math.ceil(slots * measure.minimumCoverage - 1e-9), slots, slotSeconds }
}

/** What holds when the comparison does not; that of `exceeds` depends on the limit. */
export const OPPOSITE: Readonly<Record<Exclude<Operator, 'exceeds'>, Operator>> = {
  gt: 'le',
  ge: 'lt',
  lt: 'ge',
  le: 'gt',
  eq: 'ne',
  ne: 'eq',
  inside: 'outside',
  outside: 'inside',
}

/** Which way a limit is exceeded; undefined when it is not known. */
export function directionOf(
  threshold: Extract<Threshold, { kind: 'limit' }>,
): 'up' | 'down' | 'band' | undefined {
  return limitsNamed(threshold.limit)[0]?.direction
}

/** Does it leave the class to the station? */
export function isOfStationClass(threshold: Extract<Threshold, { kind: 'limit' }>): boolean {
  return threshold.limit.split(' / ')[1] === '*'
}

/** Does a comparison say yes or no about something that is either? */
export function booleanMeant(
  comparison: { measure: Measure; operator: Operator },
  threshold: Threshold,
  property: ObservedProperty | undefined,
): boolean | undefined {
  const { measure, operator } = comparison
  if (property?.kind !== 'boolean' || threshold.kind !== 'number') return undefined
  if (measure.statistic !== 'last' || (threshold.value !== 0 && threshold.value !== 1)) return undefined
  if (operator !== 'eq' && operator !== 'ne') return undefined
  return (threshold.value === 1) === (operator === 'eq')
}

/** Every comparison of a condition. */
export function comparisonsOf(condition: Condition): Comparison[] {
  if (condition.kind === 'comparison') return [condition]
  if (condition.kind === 'not') return comparisonsOf(condition.condition)
  return condition.conditions.flatMap(comparisonsOf)
}

/** What a part of the sentence must know of the whole. */
export interface Context {
  readonly names: SentenceNames
  /** Stations are compared with others, so each measure says which it is of. */
  readonly paired: boolean
  /** Several series are judged together, so the age of the newest readings matters. */
  readonly aged: boolean
}

export function contextOf({ trigger, pairs }: RuleDefinition, names: SentenceNames): Context {
  const measures =
    trigger.kind === 'condition' ? comparisonsOf(trigger.condition).flatMap((each) => measuresOf(each)) : []
  const series = new Set(measures.map(({ of, property }) => `${of} ${property}`))
  return { names, paired: pairs !== null, aged: series.size > 1 }
}

/** Does any part of the definition depend on the local clock, so that its zone must be said? */
export function needsZone(definition: RuleDefinition): boolean {
  if (definition.schedule !== null) return true
  if (definition.trigger.kind !== 'condition') return false
  return comparisonsOf(definition.trigger.condition).some(
    (each) =>
      measuresOf(each).some((measure) => measure.aligned) ||
      [each.threshold, each.clear, ...each.levels.map((level) => level.threshold)].some(
        (threshold) => threshold?.kind === 'limit' && threshold.asOf === null,
      ),
  )
}

/** Runs of weekdays, `[1, 5]` for Monday to Friday; two days in a row stay single. */
export function weekdayRuns(days: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = []
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run !== undefined && run[1] === day - 1) run[1] = day
    else runs.push([day, day])
  }
  return runs.flatMap(([first, last]): [number, number][] =>
    last - first === 1
      ? [
          [first, first],
          [last, last],
        ]
      : [[first, last]],
  )
}
