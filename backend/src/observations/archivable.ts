import type { ObservationStore } from './store.ts'

/** What is kept of one datastream: enough to see that nothing is missing and no number has changed. */
export interface Tally {
  count: number
  /** Observations with a finite number that are not flagged missing. */
  numbers: number
  /** Of those numbers, and of their absolute values. */
  sum: number
  absolute: number
}

/** By datastream. */
export type Census = Map<number, Tally>

export interface ArchiveSteps {
  signal: AbortSignal
  /** Called after each finished day. */
  progress: (day: string) => void
}

export interface Archived {
  /** Series of others that share the server, which belong to no datastream here, and their observations. */
  leftOut: Map<string, number>
}

export interface Adopted {
  census: Census
  /** Observations the store would not take, and the first of its reasons. */
  refused: { count: number; reasons: string[] }
}

/**
 * A store whose whole content can be written to files and taken in from files that any other store wrote:
 * `<directory>/<YYYY-MM-DD>/<first>_<last>.parquet`, a day in UTC each, the datastreams `first` to `last` sorted
 * by (datastream, phenomenon time), every observation once; columns as in the table `hot` (duckdb-queries.ts).
 */
export interface ArchivableStore extends ObservationStore {
  /**
   * Writes everything stored when the call begins, and perhaps some of what comes meanwhile.
   * @throws StoreUnavailableError, or the signal's reason
   */
  archive(directory: string, steps: ArchiveSteps): Promise<Archived>
  /** Takes in what `archive` wrote and answers with what the store then says it holds. Only on an empty store. */
  adopt(directory: string, steps: ArchiveSteps): Promise<Adopted>
  isEmpty(): Promise<boolean>
}

export function addTally(census: Census, datastream: number, tally: Tally): void {
  const known = census.get(datastream)
  if (!known) {
    census.set(datastream, tally)
    return
  }
  known.count += tally.count
  known.numbers += tally.numbers
  known.sum += tally.sum
  known.absolute += tally.absolute
}

/** Of their order of addition sums depend in the last digits only. */
const TOLERANCE = 1e-9

/** Datastreams of which `found` holds something else than `expected`, each with what differs. */
export function differences(expected: Census, found: Census): string[] {
  const wrong: string[] = []
  for (const datastream of new Set([...expected.keys(), ...found.keys()])) {
    const wanted = expected.get(datastream) ?? NOTHING
    const have = found.get(datastream) ?? NOTHING
    const difference = differenceOf(wanted, have)
    if (difference) wrong.push(`datastream ${datastream}: ${difference}`)
  }
  return wrong
}

const NOTHING: Tally = { count: 0, numbers: 0, sum: 0, absolute: 0 }

function differenceOf(wanted: Tally, have: Tally): string | undefined {
  if (wanted.count !== have.count) return `${have.count} observations, expected ${wanted.count}`
  if (wanted.numbers !== have.numbers) return `${have.numbers} numbers, expected ${wanted.numbers}`
  // Written so that sums beyond the greatest double, which are infinite or NaN, pass.
  if (Math.abs(wanted.sum - have.sum) > TOLERANCE * wanted.absolute) {
    return `sum ${have.sum}, expected ${wanted.sum}`
  }
  return undefined
}
