import { resolveLimit } from '@osprey/core/alerting/limits/limits'
import { type InputColumns, replayNoData, replaySteps } from '@osprey/core/alerting/replay'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { InputKey, RuleContext, StationFacts } from '@osprey/core/alerting/types'
import {
  type Comparison,
  type RuleDefinition,
  SEVERITIES,
  type Severity,
  type Threshold,
} from '@osprey/core/api/rules'
import { comparisonsOf } from './definition-edit.ts'

/** The machine that judges live, run in the browser over the last hours or days of one station. */

export interface Columns {
  times: Float64Array
  values: Float64Array
  qualities: Uint8Array
}

/** A stretch of firing. Epoch milliseconds. */
export interface Firing {
  fired: number
  /** Null: still firing at the end. */
  end: number | null
  severity: Severity
}

/** A line across the chart. */
export interface ThresholdLine {
  value: number
  kind: 'threshold' | 'level' | 'clear'
  severity: Severity | null
}

export interface PreviewRun {
  firings: Firing[]
  /** The value that is compared first, at the times at which it was judged; NaN where it was not known. */
  watched: { times: number[]; values: number[] }
  problems: readonly { en: string; zh: string }[]
  lines: ThresholdLine[]
}

export interface PreviewTarget {
  station: StationFacts
  other: StationFacts | null
  context: RuleContext
}

export interface PreviewRange {
  from: number
  to: number
}

/** The series a definition reads at a station and the milliseconds before the range it needs of them. */
export function inputsOf(
  definition: RuleDefinition,
  { station, other, context }: PreviewTarget,
): { inputs: readonly InputKey[]; history: number } {
  if (definition.trigger.kind === 'no_data') return { inputs: [], history: 0 }
  const instance = new RuleInstance({ definition, station, other, context })
  return { inputs: instance.inputs, history: instance.history }
}

/** Judges the columns (in the order of `inputsOf`) as they would have been judged live. */
export function previewCondition(
  definition: RuleDefinition,
  target: PreviewTarget,
  columns: readonly Columns[],
  range: PreviewRange,
): PreviewRun {
  const instance = new RuleInstance({ definition, ...target })
  const firings: Firing[] = []
  const watched = { times: [] as number[], values: [] as number[] }
  let recorded = Number.NaN
  const record = (): void => {
    const { value, at } = instance.current()
    if (at === null || at === recorded || at < range.from) return
    recorded = at
    watched.times.push(at)
    watched.values.push(value ?? Number.NaN)
  }
  const inputs: InputColumns[] = columns.map((column, input) => ({ input, ...column }))
  const steps = replaySteps(
    instance,
    inputs,
    range,
    (transition) => {
      const last = firings.at(-1)
      if (transition.kind === 'fired') {
        firings.push({ fired: transition.at, end: null, severity: transition.severity })
      } else if (transition.kind === 'raised' && last !== undefined) last.severity = transition.severity
      else if (transition.kind === 'resolved' && last !== undefined) last.end = transition.at
    },
    1,
  )
  while (!steps.next().done) record()
  record()
  return {
    firings,
    watched,
    problems: instance.problems,
    lines: thresholdLines(definition, target, range.to),
  }
}

/** The silences of a station, each member a datastream. */
export function previewNoData(
  definition: RuleDefinition,
  members: readonly Columns[],
  range: PreviewRange,
): Firing[] {
  if (definition.trigger.kind !== 'no_data') return []
  return replayNoData(members, range, definition.trigger.graceSeconds * 1000, definition.qualityFlags).map(
    ({ fired, end }) => ({ fired, end, severity: definition.severity }),
  )
}

/** Where the thresholds of the first comparison of a series lie at a moment; none for what has no fixed place. */
export function thresholdLines(
  definition: RuleDefinition,
  { station, other, context }: PreviewTarget,
  time: number,
  input?: InputKey,
): ThresholdLine[] {
  const first = comparisonOf(definition, input)
  if (first === undefined) return []
  const stationClass = (first.measure.of === 'other' ? other : station)?.class ?? null
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: definition.timeZone }).format(time)
  const at = (threshold: Threshold): number[] => valuesOf(threshold, first, context, stationClass, date)
  return [
    ...at(first.threshold).map((value) => ({
      value,
      kind: 'threshold' as const,
      severity: definition.severity,
    })),
    ...first.levels
      .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
      .flatMap(({ severity, threshold }) =>
        at(threshold).map((value) => ({ value, kind: 'level' as const, severity })),
      ),
    ...(first.clear === null
      ? []
      : at(first.clear).map((value) => ({ value, kind: 'clear' as const, severity: null }))),
  ]
}

/** The first comparison of a series; without one, of the rule. */
export function comparisonOf({ trigger }: RuleDefinition, input?: InputKey): Comparison | undefined {
  if (trigger.kind !== 'condition') return undefined
  return comparisonsOf(trigger.condition).find(
    ({ measure }) => input === undefined || (measure.of === input.of && measure.property === input.property),
  )
}

function valuesOf(
  threshold: Threshold,
  { measure }: Comparison,
  context: RuleContext,
  stationClass: string | null,
  date: string,
): number[] {
  const property = context.property(measure.property)
  switch (threshold.kind) {
    case 'number':
      return [threshold.value]
    case 'range':
      return [threshold.low, threshold.high]
    case 'category':
      return [property?.categories?.indexOf(threshold.value) ?? -1].filter((index) => index >= 0)
    case 'measure':
      return []
    case 'limit': {
      if (property === undefined) return []
      const limit = resolveLimit(threshold.limit, { stationClass, date: threshold.asOf ?? date, property })
      if (!limit.ok) return []
      return [limit.value, limit.low, limit.high]
        .filter((value) => value !== undefined)
        .map((value) => value * threshold.factor)
    }
  }
}
