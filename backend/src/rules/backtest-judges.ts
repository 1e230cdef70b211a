import { type InputColumns, type ReplayRange, replayNoData, replaySteps } from '@osprey/core/alerting/replay'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { InstanceOptions, Transition } from '@osprey/core/alerting/types'
import type { NoDataTrigger, RuleDefinition } from '@osprey/core/api/rules'
import type { ObservedProperty } from '@osprey/core/properties'
import { EMPTY_COLUMNS, type ObservationColumns } from '../observations/store.ts'
import type { BacktestTally, Firing } from './backtest-tally.ts'

export type ColumnsByDatastream = ReadonlyMap<number, ObservationColumns>

/** Judges the observations of one station or group, slice after slice in the order of time. */
export interface Judge {
  /**
   * Takes what was read of the slice `range`; before the first slice the columns also hold the past its windows
   * need. Yields now and then, so that others get their turn.
   */
  feed(columns: ColumnsByDatastream, range: ReplayRange): Generator<unknown, void>
  finish(): void
}

/** Observations between two yields: a millisecond or two. */
const OBSERVATIONS_PER_STEP = 2000

export interface Input {
  /** Undefined when it was never reported. */
  datastream: number | undefined
  property: ObservedProperty | undefined
}

/** A condition at one station, judged by the machine that judges live. */
export class ConditionJudge implements Judge {
  private readonly instance: RuleInstance
  private open: Omit<Firing, 'end' | 'peak' | 'peakAt' | 'observations' | 'flagged'> | undefined

  constructor(
    private readonly options: InstanceOptions,
    private readonly inputs: readonly Input[],
    private readonly tally: BacktestTally,
  ) {
    this.instance = new RuleInstance(options)
  }

  *feed(columns: ColumnsByDatastream, range: ReplayRange): Generator<unknown, void> {
    const series = this.inputs.flatMap(({ datastream, property }, input): InputColumns[] => {
      const found = datastream === undefined ? undefined : columns.get(datastream)
      if (!found) return []
      const { phenomenonTime: times, quality: qualities } = found
      this.tally.observations += within(times, range)
      return [{ input, times, values: numbersOf(found, property), qualities }]
    })
    yield* replaySteps(this.instance, series, range, this.take, OBSERVATIONS_PER_STEP)
  }

  finish(): void {
    if (this.open) this.tally.add({ ...this.open, end: null, ...this.instance.episode() })
    this.open = undefined
  }

  private readonly take = (transition: Transition): void => {
    if (transition.kind === 'fired') {
      const { severity, since, at } = transition
      const place = { station: this.options.station.id, site: null, property: null }
      this.open = { ...place, severity, start: since, fired: at }
    } else if (transition.kind === 'raised') {
      if (this.open) this.open.severity = transition.severity
    } else if (this.open) {
      const { at: end, peak, peakAt, observations, flagged } = transition
      this.tally.add({ ...this.open, end, peak, peakAt, observations, flagged })
      this.open = undefined
    }
  }
}

/**
 * Silence of a datastream, a station or a site. Only gaps longer than the grace time matter, so until the end only as
 * many of the observations are kept as it takes to tell that there were no others.
 */
export class SilenceJudge implements Judge {
  private readonly kept: number[] = []
  private readonly flags: number
  private last = Number.NaN

  constructor(
    private readonly definition: RuleDefinition & { trigger: NoDataTrigger },
    private readonly place: Pick<Firing, 'station' | 'site' | 'property'>,
    private readonly datastreams: readonly number[],
    private readonly whole: ReplayRange,
    private readonly tally: BacktestTally,
  ) {
    this.flags = definition.qualityFlags.reduce((mask, flag) => mask | (1 << flag), 0)
  }

  *feed(columns: ColumnsByDatastream, range: ReplayRange): Generator<unknown, void> {
    const graceMs = this.definition.trigger.graceSeconds * 1000
    const heard = this.heardIn(columns, range)
    for (let at = 0; at < heard.length; at++) {
      const time = heard[at] as number
      if (this.isBeyond(time, graceMs)) {
        this.keepLast()
        if (this.isBeyond(time, graceMs)) this.kept.push(time)
      }
      this.last = time
      if (at % OBSERVATIONS_PER_STEP === 0) yield
    }
  }

  finish(): void {
    const { severity, qualityFlags, trigger } = this.definition
    this.keepLast()
    const times = Float64Array.from(this.kept)
    const qualities = new Uint8Array(times.length).fill(qualityFlags[0] as number)
    const member = { times, qualities }
    for (const silence of replayNoData([member], this.whole, trigger.graceSeconds * 1000, qualityFlags)) {
      const { since: start, fired, end } = silence
      const measured = { peak: null, peakAt: null, observations: 0, flagged: 0 }
      this.tally.add({ ...this.place, severity, start, fired, end, ...measured })
    }
  }

  private isBeyond(time: number, graceMs: number): boolean {
    const kept = this.kept.at(-1)
    return kept === undefined || time - kept > graceMs
  }

  private keepLast(): void {
    if (this.last > (this.kept.at(-1) ?? Number.POSITIVE_INFINITY)) this.kept.push(this.last)
  }

  /** Times of the observations of all members that count, ascending. */
  private heardIn(columns: ColumnsByDatastream, range: ReplayRange): Float64Array {
    const members = this.datastreams.map((id) => columns.get(id) ?? EMPTY_COLUMNS)
    const heard = new Float64Array(members.reduce((sum, { quality }) => sum + quality.length, 0))
    let count = 0
    for (const { phenomenonTime, quality } of members) {
      this.tally.observations += within(phenomenonTime, range)
      for (let row = 0; row < quality.length; row++) {
        if ((this.flags >> (quality[row] as number)) & 1) heard[count++] = phenomenonTime[row] as number
      }
    }
    const found = heard.subarray(0, count)
    return members.length > 1 ? found.sort() : found
  }
}

/** Results as machines take them: those of a category as its index. */
function numbersOf(
  { value, text }: ObservationColumns,
  property: ObservedProperty | undefined,
): Float64Array {
  if (property?.kind !== 'category') return value
  const indices = new Float64Array(value.length).fill(-1)
  const categories = property.categories ?? []
  for (const [row, category] of text ?? []) indices[row] = categories.indexOf(category)
  return indices
}

/** How many of ascending times lie in [from, to). */
function within(times: Float64Array, { from, to }: ReplayRange): number {
  return firstFrom(times, to) - firstFrom(times, from)
}

function firstFrom(times: Float64Array, from: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) < from) low = middle + 1
    else high = middle
  }
  return low
}
