import { type Measure, type RuleDefinition, type Severity, type Threshold } from '../api/rules.ts'
import type { ObservedProperty } from '../properties.ts'
import {
  CLEAR,
  ComparisonState,
  comparisonsOf,
  compile,
  hasClearSide,
  type Judge,
  measuresOf,
  severitiesOf,
} from './condition.ts'
import { InputState } from './input-state.ts'
import {
  AlignedWindow,
  judgesWholeSlots,
  LastValue,
  type MeasureState,
  RollingWindow,
  slotLength,
} from './measure-state.ts'
import { type Problem, type ThresholdState, thresholdState } from './threshold-state.ts'
import type { InstanceOptions, StationFacts } from './types.ts'
import { DAY, HOUR } from './zone.ts'

/** A condition rule made ready for one station: inputs, measures and the tree over them. */
export interface CompiledRule {
  inputs: InputState[]
  rolling: RollingWindow[]
  aligned: AlignedWindow[]
  lasts: LastValue[]
  comparisons: ComparisonState[]
  severities: Severity[]
  judge: Judge
  /** The level that tells whether it is over. */
  clearLevel: number
  problems: Problem[]
}

/** UCUM code of sound pressure levels. */
const LEVEL_UNIT = 'dB[SPL]'
/** Empty windows are counted for at least so long after the last observation: a rule may be active on one day a week. */
const EMPTY_COUNTED = 8 * DAY
/** Stations that report once an hour are not silent in between, however short the windows. */
const LEAST_HEARD = 2 * HOUR

/** @throws when the rule is not about a condition. */
export function compileRule({ definition, station, other, context }: InstanceOptions): CompiledRule {
  if (definition.trigger.kind !== 'condition') throw new Error('only conditions have a machine of their own')
  const { condition, holdSeconds, clearSeconds, keepFiringSeconds } = definition.trigger
  const { timeZone } = definition
  const problems: Problem[] = []
  const inputs: InputState[] = []
  const states = new Map<string, MeasureState | null>()
  const compiled = {
    rolling: [] as RollingWindow[],
    aligned: [] as AlignedWindow[],
    lasts: [] as LastValue[],
  }

  const problem = (found: Problem): void => {
    if (!problems.some((known) => known.en === found.en)) problems.push(found)
  }
  const propertyOf = (measure: Measure): ObservedProperty | undefined => context.property(measure.property)
  const stationOf = (measure: Measure): StationFacts | null => (measure.of === 'station' ? station : other)

  const stateOf = (measure: Measure): MeasureState | null => {
    const key = JSON.stringify(measure)
    const known = states.get(key)
    if (known !== undefined) return known
    const state = makeState(measure)
    states.set(key, state)
    return state
  }
  const makeState = (measure: Measure): MeasureState | null => {
    const property = propertyOf(measure)
    if (property === undefined) {
      problem({
        en: `there is no observed property ${measure.property}`,
        zh: `没有观测项目 ${measure.property}`,
      })
      return null
    }
    if (stationOf(measure) === null) {
      problem({
        en: `${measure.property} of the other station: there is no other station`,
        zh: `另一站点的 ${measure.property}：没有另一站点`,
      })
      return null
    }
    const input = inputOf(measure, property)
    const length = measure.windowSeconds * 1000
    if (measure.statistic === 'last') {
      const last = new LastValue(measure, input)
      compiled.lasts.push(last)
      inputs[input]?.lasts.push(last)
      return last
    }
    const isLevel = property.unit === LEVEL_UNIT
    if (measure.aligned) {
      const lives = (holdSeconds + clearSeconds + keepFiringSeconds) * 1000
      const emptyFor = Math.max(EMPTY_COUNTED, lives + 2 * length)
      const aligned = new AlignedWindow(measure, input, timeZone, emptyFor, isLevel)
      compiled.aligned.push(aligned)
      inputs[input]?.windows.push(aligned)
      return aligned
    }
    const rolling = new RollingWindow(measure, input, isLevel)
    compiled.rolling.push(rolling)
    inputs[input]?.windows.push(rolling)
    return rolling
  }
  const inputOf = (measure: Measure, property: ObservedProperty): number => {
    const found = inputs.findIndex(({ key }) => key.of === measure.of && key.property === measure.property)
    if (found >= 0) return found
    const key = { of: measure.of, property: measure.property }
    return inputs.push(new InputState(key, property.kind === 'category')) - 1
  }

  const comparisons: ComparisonState[] = []
  const severities = severitiesOf(condition, definition.severity)
  const judge = compile(condition, severities, (comparison, isNegated) => {
    const { measure } = comparison
    const state = stateOf(measure) ?? new LastValue(measure, -1)
    const property = propertyOf(measure)
    const threshold = (each: Threshold): ThresholdState => {
      if (property === undefined) return thresholdState({ kind: 'number', value: Number.NaN }, never)
      const stationClass = stationOf(measure)?.class ?? null
      return thresholdState(each, { property, measure, stationClass, timeZone, stateOf, propertyOf, problem })
    }
    const levels = severities.map((severity) => {
      const level = comparison.levels.find((each) => each.severity === severity)
      return level && threshold(level.threshold)
    })
    const clear = comparison.clear && threshold(comparison.clear)
    const compiledOne = new ComparisonState(
      comparison,
      state,
      threshold(comparison.threshold),
      clear,
      levels,
      isNegated,
    )
    comparisons.push(compiledOne)
    return compiledOne
  })
  const clearLevel = hasClearSide(condition) ? CLEAR : 0
  return { ...compiled, inputs, comparisons, severities, judge, clearLevel, problems }
}

/** For a comparison whose property does not exist: its numbers need no place. */
const never = {} as Parameters<typeof thresholdState>[1]

/** Milliseconds before now that the windows, and hold and clear times, reach back to. */
export function historyOf(definition: RuleDefinition): number {
  if (definition.trigger.kind !== 'condition') return 0
  const { condition, holdSeconds } = definition.trigger
  let longest = 0
  for (const comparison of comparisonsOf(condition)) {
    for (const measure of measuresOf(comparison)) longest = Math.max(longest, reachOf(measure))
  }
  return longest + holdSeconds * 1000
}

/** Milliseconds that a window reaches back to at the most. */
function reachOf(measure: Measure): number {
  const length = measure.windowSeconds * 1000
  // The window that is open and the last one that ended.
  if (measure.aligned) return 2 * length
  return judgesWholeSlots(measure) ? length + slotLength(measure) : length
}

/**
 * How long (milliseconds) all windows take to fill, and after how long without an observation a machine no longer
 * counts as being told anything.
 */
export function patienceOf(definition: RuleDefinition): { fillsIn: number; hearsWithin: number } {
  if (definition.trigger.kind !== 'condition') return { fillsIn: 0, hearsWithin: 0 }
  let fillsIn = 0
  let longest = 0
  for (const comparison of comparisonsOf(definition.trigger.condition)) {
    for (const measure of measuresOf(comparison)) {
      longest = Math.max(longest, measure.windowSeconds * 1000)
      // The first one has most often begun before the observations did.
      fillsIn = Math.max(fillsIn, reachOf(measure))
    }
  }
  return { fillsIn, hearsWithin: Math.max(2 * longest, LEAST_HEARD) }
}

/**
 * Milliseconds between two verdicts after which they no longer belong together. At stations that are slower a machine
 * waits for longer, see `Lifecycle`.
 */
export function gapOf(definition: RuleDefinition): number {
  if (definition.trigger.kind !== 'condition') return 0
  const { condition, gapSeconds } = definition.trigger
  let gap = gapSeconds * 1000
  for (const comparison of comparisonsOf(condition)) {
    for (const measure of measuresOf(comparison)) {
      if (measure.aligned) gap = Math.max(gap, measure.windowSeconds * 1500)
    }
  }
  return gap
}
