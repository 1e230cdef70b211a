import {
  type Comparison,
  type Condition,
  measuresOf,
  type Operator,
  SEVERITIES,
  type Severity,
} from '../api/rules.ts'
import type { MeasureState } from './measure-state.ts'
import { roundedFor, type ThresholdState } from './threshold-state.ts'
import type { Verdict } from './types.ts'

/** The level of the clear side; 0 is the severity of the rule, 1 and more those above it. */
export const CLEAR = -1

/** Judges at a level what the measures say now. Allocates nothing. */
export type Judge = (level: number) => Verdict

/** The severities a condition knows, that of the rule first. */
export function severitiesOf(condition: Condition, own: Severity): Severity[] {
  const found = new Set<Severity>()
  for (const { levels } of comparisonsOf(condition)) for (const { severity } of levels) found.add(severity)
  found.delete(own)
  return [own, ...SEVERITIES.filter((severity) => found.has(severity))]
}

/** Every comparison of a condition, in the order it is written. */
export function comparisonsOf(condition: Condition): Comparison[] {
  if (condition.kind === 'comparison') return [condition]
  if (condition.kind === 'not') return comparisonsOf(condition.condition)
  return condition.conditions.flatMap(comparisonsOf)
}

/** Whether any comparison has a clear threshold of its own. */
export function hasClearSide(condition: Condition): boolean {
  return comparisonsOf(condition).some((each) => each.clear !== null)
}

export { measuresOf }

/** A comparison ready to be judged. */
export class ComparisonState {
  constructor(
    readonly comparison: Comparison,
    readonly measure: MeasureState,
    private readonly base: ThresholdState,
    private readonly clear: ThresholdState | null,
    /** By level; undefined where it has no threshold of that severity. */
    private readonly levels: readonly (ThresholdState | undefined)[],
    /** It stands under an odd number of negations: what is worse is the other way round. */
    readonly isNegated: boolean,
  ) {}

  /** The threshold of a level, brought up to the moment that is judged. */
  thresholdAt(level: number): ThresholdState {
    const threshold = (level === CLEAR ? this.clear : this.levels[level]) ?? this.base
    threshold.prepare(this.measure.reference)
    return threshold
  }

  judge(level: number): Verdict {
    const { value } = this.measure
    const threshold = this.thresholdAt(level)
    if (Number.isNaN(value) || Number.isNaN(threshold.low)) return null
    return holds(this.comparison.operator, value, threshold)
  }

  /** How bad the present value is, to find the worst: more is worse. NaN when nothing can be said. */
  badness(): number {
    const { value } = this.measure
    const worse = badness(this.comparison.operator, value, this.thresholdAt(0))
    return this.isNegated ? -worse : worse
  }
}

function holds(operator: Operator, value: number, threshold: ThresholdState): boolean {
  const { low, high } = threshold
  switch (operator) {
    case 'gt':
      return value > low
    case 'ge':
      return value >= low
    case 'lt':
      return value < low
    case 'le':
      return value <= low
    case 'eq':
      return value === low
    case 'ne':
      return value !== low
    case 'inside':
      return value >= low && value <= high
    case 'outside':
      return value < low || value > high
    case 'exceeds': {
      const judged = roundedFor(threshold, value)
      if (threshold.direction === 'up') return judged > low
      if (threshold.direction === 'down') return judged < low
      return judged < low || judged > high
    }
  }
}

function badness(operator: Operator, value: number, { low, high, direction }: ThresholdState): number {
  switch (operator) {
    case 'gt':
    case 'ge':
      return value
    case 'lt':
    case 'le':
      return -value
    case 'eq':
      return 0
    case 'ne':
      return Math.abs(value - low)
    case 'inside':
      return Math.min(value - low, high - value)
    case 'outside':
      return Math.max(low - value, value - high)
    case 'exceeds':
      if (direction === 'up') return value
      return direction === 'down' ? -value : Math.max(low - value, value - high)
  }
}

/**
 * Compiles a tree. At a higher severity a comparison without a threshold of that severity keeps its own; of the
 * branches of an `any`, only those count that know the severity, if one does: what says nothing of how bad it is must
 * not raise it.
 */
export function compile(
  condition: Condition,
  severities: readonly Severity[],
  stateOf: (comparison: Comparison, isNegated: boolean) => ComparisonState,
  isNegated = false,
): Judge {
  if (condition.kind === 'comparison') {
    const state = stateOf(condition, isNegated)
    return (level) => state.judge(level)
  }
  if (condition.kind === 'not') {
    const judge = compile(condition.condition, severities, stateOf, !isNegated)
    return (level) => {
      const verdict = judge(level)
      return verdict === null ? null : !verdict
    }
  }
  const branches = condition.conditions.map((each) => compile(each, severities, stateOf, isNegated))
  if (condition.kind === 'all') return (level) => judgeAll(branches, level)
  const byLevel = severities.map((severity) => {
    const knowing = branches.filter((_, index) => knows(condition.conditions[index] as Condition, severity))
    return knowing.length > 0 ? knowing : branches
  })
  return (level) => judgeAny(byLevel[level] ?? branches, level)
}

function knows(condition: Condition, severity: Severity): boolean {
  return comparisonsOf(condition).some(({ levels }) => levels.some((level) => level.severity === severity))
}

/** Kleene: false if any is, else not known if any is not, else true. */
function judgeAll(branches: readonly Judge[], level: number): Verdict {
  let verdict: Verdict = true
  for (const branch of branches) {
    const each = branch(level)
    if (each === false) return false
    if (each === null) verdict = null
  }
  return verdict
}

function judgeAny(branches: readonly Judge[], level: number): Verdict {
  let verdict: Verdict = false
  for (const branch of branches) {
    const each = branch(level)
    if (each === true) return true
    if (each === null) verdict = null
  }
  return verdict
}
