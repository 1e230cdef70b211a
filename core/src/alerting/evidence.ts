import type { Evidence, EvidenceItem } from '../api/alerts.ts'
import type { Measure } from '../api/rules.ts'
import type { ObservedProperty } from '../properties.ts'
import { formatIsoTime } from '../time.ts'
import type { ComparisonState } from './condition.ts'
import type { InputState } from './input-state.ts'
import type { InputKey, InstanceOptions } from './types.ts'

/** What an alert fired on: every comparison as it stood, and the newest readings behind it. */
export function evidenceOf(
  comparisons: readonly ComparisonState[],
  inputs: readonly InputState[],
  level: number,
  options: InstanceOptions,
): Evidence {
  return {
    items: comparisons.map((each) => itemOf(each, level, options)),
    readings: inputs.flatMap((input) =>
      input.readings().map(({ time, value, quality }) => ({
        station: stationId(input.key, options),
        property: input.key.property,
        time: formatIsoTime(time),
        value,
        quality,
      })),
    ),
  }
}

function itemOf(state: ComparisonState, level: number, options: InstanceOptions): EvidenceItem {
  const { comparison, measure } = state
  const threshold = state.thresholdAt(level)
  return {
    station: stationId(comparison.measure, options),
    thresholdStation: threshold.of === null ? null : stationId({ of: threshold.of }, options),
    property: comparison.measure.property,
    statistic: comparison.measure.statistic,
    windowSeconds: comparison.measure.windowSeconds,
    value: orNull(measure.value),
    operator: comparison.operator,
    threshold: orNull(threshold.low),
    thresholdHigh: orNull(threshold.high),
    limit: threshold.limit,
    unit: unitOf(comparison.measure, options.context.property(comparison.measure.property)),
    coverage: orNull(measure.coverage),
    count: measure.count,
    holds: state.judge(level),
  }
}

/** UCUM unit of a measure. */
export function unitOf({ statistic }: Measure, property: ObservedProperty | undefined): string {
  if (property === undefined || statistic === 'count') return '1'
  return statistic === 'rate' ? `${property.unit}/h` : property.unit
}

export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function stationId(of: Pick<InputKey, 'of'>, { station, other }: InstanceOptions): string {
  return of.of === 'station' ? station.id : (other?.id ?? '')
}
