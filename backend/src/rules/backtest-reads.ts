import type { ReplayRange } from '@osprey/core/alerting/replay'
import type { ObservationStore } from '../observations/store.ts'
import type { ColumnsByDatastream } from './backtest-judges.ts'
import type { Unit } from './backtest-plan.ts'

/** A part of a range, read for some units. What the columns hold from before `range` is the past of the windows. */
export interface Read {
  units: readonly Unit[]
  range: ReplayRange
  columns: ColumnsByDatastream
  isFirst: boolean
  isLast: boolean
}

export type BacktestStore = Pick<ObservationStore, 'columnsOf' | 'counts'>

/** Observations read at once: 17 bytes each, twice, because the next read runs ahead. */
const ROWS_PER_READ = 400_000
const SHORTEST_SLICE = 60_000

interface Group {
  units: Unit[]
  rows: number
}

/** Packs units that follow each other into reads; `rowsOf` says how many observations a unit has. */
export function groupUnits(
  units: readonly Unit[],
  rowsOf: (unit: Unit) => number,
  rowsPerRead = ROWS_PER_READ,
): Group[] {
  const groups: Group[] = []
  for (const unit of units) {
    const rows = rowsOf(unit)
    const open = groups.at(-1)
    if (open && open.rows + rows <= rowsPerRead) {
      open.units.push(unit)
      open.rows += rows
    } else groups.push({ units: [unit], rows })
  }
  return groups
}

/** Reads groups one after the other, in slices of time where one is too large, and one read ahead. */
export async function* readGroups(
  store: BacktestStore,
  groups: readonly Group[],
  range: ReplayRange,
  rowsPerRead = ROWS_PER_READ,
): AsyncGenerator<Read, void> {
  const reads = readsOf(store, groups, range, rowsPerRead)
  let next = reads.next()
  // Whoever stops early does not wait for the read ahead; its failure then is nobody's.
  next.catch(() => {})
  for (;;) {
    const { done, value } = await next
    if (done) return
    next = reads.next()
    next.catch(() => {})
    yield value
  }
}

async function* readsOf(
  store: BacktestStore,
  groups: readonly Group[],
  { from, to }: ReplayRange,
  rowsPerRead: number,
): AsyncGenerator<Read, void> {
  for (const { units, rows } of groups) {
    const datastreams = [...new Set(units.flatMap((unit) => [...unit.datastreams]))]
    const history = Math.max(...units.map(({ historyMs }) => historyMs))
    const start = Math.floor(from - history)
    for (const slice of await slicesOf(store, datastreams, { from: start, to }, rows, rowsPerRead)) {
      const isFirst = slice.from === start
      // A slice from before the range only fills the windows.
      const range = { from: Math.min(Math.max(slice.from, from), slice.to), to: slice.to }
      const columns = await store.columnsOf(datastreams, slice.from, slice.to)
      yield { units, range, columns, isFirst, isLast: slice.to === to }
    }
  }
}

/** Halves a range until every part is small enough. */
async function slicesOf(
  store: BacktestStore,
  datastreams: readonly number[],
  range: ReplayRange,
  rows: number,
  rowsPerRead: number,
): Promise<ReplayRange[]> {
  const { from, to } = range
  if (rows <= rowsPerRead || to - from <= SHORTEST_SLICE) return [range]
  const middle = Math.floor((from + to) / 2)
  const halves = [
    { from, to: middle },
    { from: middle, to },
  ]
  const found: ReplayRange[] = []
  for (const half of halves) {
    const counts = await store.counts(datastreams, half.from, half.to)
    const inside = [...counts.values()].reduce((sum, count) => sum + count, 0)
    found.push(...(await slicesOf(store, datastreams, half, inside, rowsPerRead)))
  }
  return found
}
