/**
 * The contract of an observation store and the types that cross it.
 *
 * Two stores implement it: DuckDbStore (embedded, the default) and InfluxStore (a server). Both must pass
 * store.contract.ts.
 */

/**
 * Observations to append, one row per index, in columns so that a store can copy whole arrays.
 * Only the first `length` entries of each array are read.
 */
export interface ObservationBatch {
  /**
   * Outbox sequence of the batch: a positive integer that increases from batch to batch. A store that has
   * already stored this sequence, or a later one, may skip the batch (a retry after a lost answer).
   */
  readonly sequence: number
  readonly length: number
  /** Datastream ids (positive 32-bit integers). */
  readonly datastream: Int32Array
  /** Phenomenon times, epoch milliseconds, whole numbers. */
  readonly phenomenonTime: Float64Array
  /** Result times, epoch milliseconds, whole numbers. */
  readonly resultTime: Float64Array
  /** Numeric results in the datastream's unit, booleans as 0 or 1. NaN and the infinities mean no number. */
  readonly value: Float64Array
  /**
   * QARTOD flags (1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing). A row without number and text is
   * stored as 9 whatever its flag says: nothing else tells a missing result from a written one in every store.
   */
  readonly quality: Uint8Array
  /**
   * Results of category properties by row; such a row's value is NaN. A datastream has either numbers or texts:
   * which of the two an instant keeps that was written as both is left open.
   */
  readonly text: ReadonlyMap<number, string>
}

/** One observation as read back. `value` is null when there is no result. */
export interface StoredObservation {
  phenomenonTime: number
  resultTime: number
  value: number | string | null
  quality: number
}

/** Observations of one datastream in columns, ascending by phenomenon time. */
export interface ObservationColumns {
  readonly phenomenonTime: Float64Array
  /** NaN where there is no number. */
  readonly value: Float64Array
  readonly quality: Uint8Array
  /** Results of a category property, by row. */
  readonly text?: ReadonlyMap<number, string>
}

export const EMPTY_COLUMNS: ObservationColumns = {
  phenomenonTime: new Float64Array(0),
  value: new Float64Array(0),
  quality: new Uint8Array(0),
}

export interface LatestObservation extends StoredObservation {
  datastream: number
}

export const STATISTICS = ['mean', 'min', 'max', 'sum', 'count', 'first', 'last', 'stddev'] as const
/** `stddev` is the sample standard deviation (n - 1), null for a single value. */
export type Statistic = (typeof STATISTICS)[number]

export interface SeriesQuery {
  datastream: number
  /** First instant, included; epoch milliseconds. */
  from: number
  /** Last instant, excluded; epoch milliseconds. */
  to: number
  /** Greatest number of observations to return. */
  limit: number
  /** Only observations strictly later than this phenomenon time: the last one of the previous page. */
  after?: number | undefined
}

export interface AggregateQuery {
  datastream: number
  from: number
  to: number
  /** Window width in milliseconds. */
  every: number
  statistic: Statistic
  /** Windows start at `offset + n * every` (epoch milliseconds, default 0): local days, shifts. */
  offset?: number | undefined
}

/**
 * One window that holds at least one usable observation. Observations of quality 4 (fail) or 9 (missing) and
 * observations without a number are left out; `count` is how many were used. `time` is the window's start,
 * which may lie before `from` for the first window.
 */
export interface AggregatePoint {
  time: number
  value: number | null
  count: number
}

export interface RefusedRow {
  /** Index in the batch. */
  row: number
  /** The store's own words. */
  reason: string
}

export interface AppendResult {
  stored: number
  refused: RefusedRow[]
}

export interface CompactionResult {
  /** Days (UTC, YYYY-MM-DD) written or rewritten. */
  days: string[]
  /** Observations moved out of the hot table. */
  rows: number
}

export interface StoreStats {
  kind: 'duckdb' | 'influxdb'
  /** Batches, rows and refusals since start. */
  appendedBatches: number
  appendedRows: number
  refusedRows: number
  /** Batches skipped because their sequence was stored before. */
  skippedBatches: number
  /** Calls that ended in StoreUnavailableError. */
  unavailable: number
  /** Rows not yet in a daily partition, daily partitions and bytes on disk; DuckDB only. */
  hotRows?: number
  partitions?: number
  bytes?: number
}

/** What a store needs to know of a datastream beside its id (InfluxDB writes it as tags). */
export interface DatastreamDescription {
  station: string
  property: string
  /** UCUM code. */
  unit: string
}

export type DescribeDatastream = (datastream: number) => DatastreamDescription | undefined

/** How far phenomenon time may run ahead of result time for `latest`, milliseconds. */
export const LATEST_TOLERANCE = 3_600_000

export interface ObservationStore {
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * Resolves only when every row is durable or refused. Idempotent: the same (datastream, phenomenon time)
   * appended twice is stored once and the later write wins, within a batch and across batches.
   * Call it for one batch at a time, in sequence order.
   * @throws StoreUnavailableError when nothing is known to be stored and the whole batch must be retried.
   */
  append(batch: ObservationBatch): Promise<AppendResult>
  /** Observations of one datastream, ascending by phenomenon time. */
  series(query: SeriesQuery): Promise<StoredObservation[]>
  aggregate(query: AggregateQuery): Promise<AggregatePoint[]>
  /** Every observation of a datastream in [from, to), without an object for each. */
  columns(datastream: number, from: number, to: number): Promise<ObservationColumns>
  /** The same of several, in one read, which is much faster; every one asked for has an entry. */
  columnsOf(
    datastreams: readonly number[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<number, ObservationColumns>>
  /**
   * How many observations `columnsOf` would answer, for planning: some too many where an instant was written twice.
   * Every datastream asked for has an entry.
   */
  counts(datastreams: readonly number[], from: number, to: number): Promise<ReadonlyMap<number, number>>
  /**
   * The newest observation of every datastream that may count as its latest, for start-up: not missing (9) and
   * not more than an hour ahead of its result time, as a wrong clock sends.
   */
  latest(): Promise<LatestObservation[]>
  /** Moves finished days to long-term form. `now` is epoch milliseconds. A store without need does nothing. */
  compact(now: number): Promise<CompactionResult>
  stats(): StoreStats
}

/** The store cannot answer now: keep the batch and try again, not before `retryAfter` milliseconds if given. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
  readonly retryAfter: number | undefined

  constructor(message: string, options: { retryAfter?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.retryAfter = options.retryAfter
  }
}

/** Whether an observation may be the latest of its datastream, see ObservationStore.latest. */
export function isUsable({ quality, phenomenonTime, resultTime }: StoredObservation): boolean {
  return quality !== 9 && phenomenonTime <= resultTime + LATEST_TOLERANCE
}

/** @throws RangeError naming the field, its value and what was expected. */
export function checkSeriesQuery({ datastream, from, to, limit, after }: SeriesQuery): void {
  checkWhole('datastream', datastream)
  checkWhole('from', from)
  checkWhole('to', to)
  if (after !== undefined) checkWhole('after', after)
  checkWhole('limit', limit)
  if (limit < 1) throw new RangeError(`limit is ${limit}, expected 1 or more`)
}

/** @throws RangeError naming the field, its value and what was expected. */
export function checkColumnsQuery(datastreams: readonly number[], from: number, to: number): void {
  for (const datastream of datastreams) checkWhole('datastream', datastream)
  checkWhole('from', from)
  checkWhole('to', to)
}

/** @throws RangeError naming the field, its value and what was expected. */
export function checkAggregateQuery({
  datastream,
  from,
  to,
  every,
  statistic,
  offset,
}: AggregateQuery): void {
  checkWhole('datastream', datastream)
  checkWhole('from', from)
  checkWhole('to', to)
  checkWhole('every', every)
  if (every < 1) throw new RangeError(`every is ${every} ms, expected 1 or more`)
  if (offset !== undefined) checkWhole('offset', offset)
  if (!STATISTICS.includes(statistic)) {
    throw new RangeError(`statistic is ${statistic}, expected one of ${STATISTICS.join(', ')}`)
  }
}

function checkWhole(field: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${field} is ${value}, expected a whole number`)
}
