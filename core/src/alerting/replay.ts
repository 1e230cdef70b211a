import type { RuleInstance } from './rule-instance.ts'
import type { Emit } from './types.ts'

/** Stored observations through the very machine that judges live: for backtests and the preview of the editor. */

/** The observations of one series, ascending by time. */
export interface InputColumns {
  /** Index into the inputs of the instance. */
  readonly input: number
  readonly times: Float64Array
  readonly values: Float64Array
  readonly qualities: Uint8Array
}

export interface ReplayRange {
  /** What is earlier fills the windows and is not judged: an episode that is under way fires at the first look. */
  readonly from: number
  /** Excluded; aligned windows that end there are judged. */
  readonly to: number
}

export const REPLAY_STEP = 100_000

/**
 * Replays columns, merged by time, through a fresh instance. It yields the number of observations done after every
 * `every`, so that whoever runs it can tell the progress, let others run, or stop.
 */
export function* replaySteps(
  instance: RuleInstance,
  columns: readonly InputColumns[],
  { from, to }: ReplayRange,
  emit: Emit,
  every = REPLAY_STEP,
): Generator<number, number> {
  const merge = new Merge(columns)
  let done = 0
  let hasBegun = false
  for (let column = merge.next(); column !== null; column = merge.next()) {
    const time = column.times[merge.at] as number
    if (time >= to) break
    const value = column.values[merge.at] as number
    const quality = column.qualities[merge.at] as number
    if (time < from) instance.warmUp(column.input, time, value, quality)
    else {
      if (!hasBegun) instance.startAt(from)
      hasBegun = true
      instance.observe(column.input, time, value, quality, emit)
    }
    if (++done % every === 0) yield done
  }
  if (!hasBegun) instance.startAt(from)
  instance.advance(to, emit)
  return done
}

/** Replays all at once; how many observations it read. */
export function replayInstance(
  instance: RuleInstance,
  columns: readonly InputColumns[],
  range: ReplayRange,
  emit: Emit,
): number {
  const steps = replaySteps(instance, columns, range, emit, Number.POSITIVE_INFINITY)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Goes through several columns in the order of time; at the same time in the order given. */
class Merge {
  /** Position in the column last returned. */
  at = 0
  private readonly positions: Int32Array

  constructor(private readonly columns: readonly InputColumns[]) {
    this.positions = new Int32Array(columns.length)
  }

  next(): InputColumns | null {
    let earliest = Number.POSITIVE_INFINITY
    let found = -1
    for (let index = 0; index < this.columns.length; index++) {
      const { times } = this.columns[index] as InputColumns
      const position = this.positions[index] as number
      if (position < times.length && (times[position] as number) < earliest) {
        earliest = times[position] as number
        found = index
      }
    }
    if (found < 0) return null
    this.at = this.positions[found] as number
    this.positions[found] = this.at + 1
    return this.columns[found] as InputColumns
  }
}

/** A time of silence. `end` is null when nothing was heard again within the range. */
export interface Silence {
  /** The last that was heard. */
  since: number
  fired: number
  end: number | null
}

/** What was heard of one member of a group: a datastream. */
export type HeardColumns = Pick<InputColumns, 'times' | 'qualities'>

/**
 * The silences of a group within a range, by phenomenon time: as a rule without data would have judged had each
 * observation come at its time and the platform always listened. Observations before the range tell when each member
 * was last heard; without any, silence counts from the first one in the range.
 */
export function replayNoData(
  members: readonly HeardColumns[],
  range: ReplayRange,
  graceMs: number,
  qualityFlags: readonly number[],
): Silence[] {
  const silences: Silence[] = []
  const counting = new Set(qualityFlags)
  const merge = new Merge(
    members.map(({ times, qualities }, input) => ({ input, times, qualities, values: times })),
  )
  let heardAt = Number.NaN
  const notice = (until: number, end: number | null): void => {
    const fired = heardAt + graceMs
    // A comparison with NaN is false: nothing is missed before anything was heard.
    if (fired <= until && fired < range.to && (end ?? range.to) > range.from) {
      silences.push({ since: heardAt, fired: Math.max(fired, range.from), end })
    }
  }
  for (let column = merge.next(); column !== null; column = merge.next()) {
    const time = column.times[merge.at] as number
    if (time >= range.to) break
    if (!counting.has(column.qualities[merge.at] as number)) continue
    if (time - heardAt > graceMs) notice(time, time)
    heardAt = time
  }
  notice(range.to, null)
  return silences
}
