import { DAY } from './days.ts'
import { LATEST_TOLERANCE, type Statistic } from './store.ts'

/*
 * The SQL of DuckDbStore. Numbers are written into the text after the callers' checks (they are finite), file
 * names through quote(): a list of files cannot be a bound parameter of a prepared statement that stays planned.
 */

export const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS hot (
    datastream INTEGER, phenomenon_time TIMESTAMP_MS, result_time TIMESTAMP_MS,
    value DOUBLE, quality UTINYINT, text VARCHAR);
  CREATE TABLE IF NOT EXISTS latest (
    datastream INTEGER, phenomenon_time TIMESTAMP_MS, result_time TIMESTAMP_MS,
    value DOUBLE, quality UTINYINT, text VARCHAR);
  CREATE TABLE IF NOT EXISTS applied (sequence BIGINT, checksum BIGINT);`

/** Where the observations of some datastreams in [from, to) lie. */
export interface Sources {
  /** Ascending. */
  datastreams: readonly number[]
  from: number
  to: number
  /** The part of [from, to) in which the hot table may hold rows. */
  hot: { from: number; to: number } | undefined
  /** Parquet files of days outside `hot`. */
  settled: readonly string[]
  /** Parquet files of days within `hot`: its rows replace theirs of the same time. */
  amended: readonly string[]
}

const RESULT = ['result_time', 'value', 'quality', 'text']
const ROW = `phenomenon_time, ${RESULT.join(', ')}`
const POINT = `epoch_ms(phenomenon_time)::DOUBLE, epoch_ms(result_time)::DOUBLE,
  coalesce(value, 'NaN'::DOUBLE), quality::DOUBLE, text`

/** Columns time, result time, value, quality (DOUBLE, NaN for no number) and text. */
export function seriesQuery(sources: Sources, limit: number): string {
  return `${observations(sources)} SELECT ${POINT} FROM observations ORDER BY phenomenon_time LIMIT ${limit}`
}

/**
 * Columns datastream, time, value, quality (DOUBLE, NaN for no number) and text. Rows come as they lie, mostly long
 * runs of one datastream in order: to sort all of them again would take as long as to read them.
 */
export function columnsQuery(sources: Sources): string {
  const [only] = sources.datastreams
  const datastream = sources.datastreams.length === 1 ? `${only}` : 'datastream'
  return `${observations(sources, true)} SELECT ${datastream}::DOUBLE, epoch_ms(phenomenon_time)::DOUBLE,
      coalesce(value, 'NaN'::DOUBLE), quality::DOUBLE, text
    FROM observations`
}

/** Columns datastream and number of rows; one written twice and not compacted yet counts twice. */
export function countsQuery(sources: Sources): string {
  const { hot, settled, amended } = sources
  const files = [...settled, ...amended]
  const branches = []
  if (hot)
    branches.push(`SELECT datastream FROM hot WHERE ${ofSome(sources)} AND ${between(hot.from, hot.to)}`)
  if (files.length > 0) {
    const { from, to } = sources
    branches.push(
      `SELECT datastream FROM ${parquet(files)} WHERE ${ofSome(sources)} AND ${between(from, to)}`,
    )
  }
  return `SELECT datastream::DOUBLE, count(*)::DOUBLE FROM (${branches.join(' UNION ALL ')}) GROUP BY datastream`
}

/** The newest usable observation, columns as seriesQuery. */
export function newestQuery(sources: Sources): string {
  return `${observations(sources)} SELECT ${POINT} FROM observations WHERE ${USABLE}
    ORDER BY phenomenon_time DESC LIMIT 1`
}

const STATISTIC_SQL: Record<Statistic, string> = {
  mean: 'avg(number)',
  min: 'min(number)',
  max: 'max(number)',
  // Compensated, so that the order in which rows lie hardly shows.
  sum: 'fsum(number)',
  count: 'count(*)',
  first: 'arg_min(number, phenomenon_time)',
  last: 'arg_max(number, phenomenon_time)',
  stddev: 'stddev_samp(number)',
}

/**
 * Columns window start, result (NaN for none) and count, all DOUBLE.
 * `scale` divides the numbers first: DuckDB's stddev_samp fails when squares overflow.
 */
export function aggregateQuery(
  sources: Sources,
  window: { every: number; offset: number },
  statistic: Statistic,
  scale = 1,
): string {
  const { every, offset } = window
  const sinceOffset = `(epoch_ms(phenomenon_time) - (${offset}))`
  // Windows before the offset start below it too: SQL's remainder keeps the sign.
  const start = `epoch_ms(phenomenon_time) - ((${sinceOffset} % ${every}) + ${every}) % ${every}`
  const number = scale === 1 ? 'value' : `value / ${scale}`
  return `${observations(sources)}
    SELECT start::DOUBLE, coalesce((${STATISTIC_SQL[statistic]})::DOUBLE, 'NaN'::DOUBLE), count(*)::DOUBLE
    FROM (SELECT ${start} AS start, phenomenon_time, ${number} AS number FROM observations
          WHERE quality NOT IN (4, 9) AND isfinite(value))
    GROUP BY start ORDER BY start`
}

/** WITH clause that names the observations of some datastreams, each stored once, `observations`. */
function observations(sources: Sources, sortsFresh = false): string {
  const { hot } = sources
  const keys = keysOf(sources)
  const fresh = hot
    ? `fresh AS (
      SELECT ${keys}, ${ofGreatest('rowid', RESULT)} FROM hot
      WHERE ${ofSome(sources)} AND ${between(hot.from, hot.to)} GROUP BY ${keys}),`
    : ''
  const branches = []
  if (hot) branches.push(sortsFresh ? `(SELECT * FROM fresh ORDER BY ${keys})` : 'SELECT * FROM fresh')
  if (sources.settled.length > 0) branches.push(fromFiles(sources, sources.settled))
  if (sources.amended.length > 0) {
    branches.push(`SELECT * FROM (${fromFiles(sources, sources.amended)}) AS stored
      ANTI JOIN fresh USING (${keys})`)
  }
  return `WITH ${fresh} observations AS (${branches.join(' UNION ALL ')})`
}

function fromFiles(sources: Sources, files: readonly string[]): string {
  return `SELECT ${keysOf(sources)}, ${RESULT.join(', ')}
    FROM ${parquet(files)} WHERE ${ofSome(sources)} AND ${between(sources.from, sources.to)}`
}

/** What tells observations apart; a lone datastream need not be told from others. */
function keysOf({ datastreams }: Sources): string {
  return datastreams.length === 1 ? 'phenomenon_time' : 'datastream, phenomenon_time'
}

/** The range beside the list lets DuckDB pass over row groups by their statistics. */
function ofSome({ datastreams }: Sources): string {
  const [first] = datastreams
  if (datastreams.length === 1) return `datastream = ${first}`
  return `datastream BETWEEN ${first} AND ${datastreams.at(-1)} AND datastream IN (${datastreams.join(', ')})`
}

/**
 * Columns of the row with the greatest `key` of each group. A window function would say the same, but DuckDB
 * turns row_number() = 1 into a join of the table with itself, six times slower here.
 */
function ofGreatest(key: string, columns: readonly string[], table = ''): string {
  const fields = columns.map((column) => `${column}: ${table && `${table}.`}${column}`)
  return `unnest(arg_max({${fields.join(', ')}}, ${key}))`
}

/** [from, to) on phenomenon_time. */
function between(from: number, to: number): string {
  return `phenomenon_time >= ${instant(from)} AND phenomenon_time < ${instant(to)}`
}

export function onDay(day: number): string {
  return between(day * DAY, (day + 1) * DAY)
}

function instant(time: number): string {
  return `make_timestamp_ms(${time})::TIMESTAMP_MS`
}

export function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map(quote).join(', ')}])`
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Columns day (since 1970-01-01) and number of rows of the hot table. */
export const HOT_DAYS = 'SELECT floor(epoch_ms(phenomenon_time) / 86400000), count(*) FROM hot GROUP BY 1'

/** What may be a datastream's latest observation, see ObservationStore.latest. */
const USABLE = `quality <> 9 AND epoch_ms(phenomenon_time) <= epoch_ms(result_time) + ${LATEST_TOLERANCE}`
/**
 * Brings the table `latest` up to date with a slice just written: one row per datastream, its newest usable
 * observation. Where the slice made the known one missing and holds no other, the row stays, flagged 9: the
 * newest usable one lies further back and is looked for when asked.
 */
export function refreshLatest({ day, first, last }: Slice, file: string): string {
  return `
    UPDATE latest SET quality = 9 WHERE ${onDay(day)} AND datastream BETWEEN ${first} AND ${last};
    INSERT INTO latest SELECT datastream, ${ofGreatest('phenomenon_time', ['phenomenon_time', ...RESULT])}
      FROM ${parquet([file])} WHERE ${USABLE} GROUP BY datastream;
    DELETE FROM latest WHERE EXISTS (
      SELECT 1 FROM latest AS other WHERE other.datastream = latest.datastream AND other.quality <> 9
        AND (latest.quality = 9 OR other.phenomenon_time > latest.phenomenon_time));`
}

/**
 * The newest observation of each datastream in the hot table and the table `latest`: columns datastream, then as
 * seriesQuery. The last write of that instant may have made it unusable; then an older one has to be looked for.
 * Deduplicating the whole hot table instead would need memory for all of it.
 */
export const LATEST = `
  WITH candidate AS (
      SELECT datastream, max(phenomenon_time) AS phenomenon_time FROM (
        SELECT datastream, phenomenon_time FROM hot WHERE ${USABLE}
        UNION ALL SELECT datastream, phenomenon_time FROM latest) GROUP BY datastream),
    written AS (
      SELECT hot.datastream, ${ofGreatest('hot.rowid', ['phenomenon_time', ...RESULT], 'hot')}
      FROM hot JOIN candidate
        ON hot.datastream = candidate.datastream AND hot.phenomenon_time = candidate.phenomenon_time
      GROUP BY hot.datastream)
  SELECT datastream::DOUBLE, ${POINT} FROM written
  UNION ALL
  SELECT datastream::DOUBLE, ${POINT} FROM latest SEMI JOIN candidate
      ON latest.datastream = candidate.datastream AND latest.phenomenon_time = candidate.phenomenon_time
    WHERE NOT EXISTS (SELECT 1 FROM written WHERE written.datastream = latest.datastream)
  ORDER BY 1`

/** Columns datastream and number of rows of a day in the hot table. */
export function hotDatastreams(day: number): string {
  return `SELECT datastream, count(*) FROM hot WHERE ${onDay(day)} GROUP BY 1 ORDER BY 1`
}

/** Columns datastream and number of rows of a Parquet file. */
export function fileDatastreams(file: string): string {
  return `SELECT datastream, count(*) FROM ${parquet([file])} GROUP BY 1 ORDER BY 1`
}

/** Rows in the given files, from their footers. */
export function fileRows(files: readonly string[]): string {
  return `SELECT file_name, num_rows FROM parquet_file_metadata([${files.map(quote).join(', ')}])`
}

/** Columns datastream, count, numbers, sum and sum of absolute values of Parquet files, see Tally. */
export function tallies(files: readonly string[]): string {
  const numeric = 'FILTER (WHERE quality <> 9 AND isfinite(value))'
  return `SELECT datastream::DOUBLE, count(*)::DOUBLE, (count(*) ${numeric})::DOUBLE,
      coalesce(fsum(value) ${numeric}, 0)::DOUBLE, coalesce(fsum(abs(value)) ${numeric}, 0)::DOUBLE
    FROM ${parquet(files)} GROUP BY datastream`
}

/** Every observation of a Parquet file in the order it is kept; columns datastream, then as seriesQuery. */
export function everyRow(file: string): string {
  return `SELECT datastream::DOUBLE, ${POINT} FROM ${parquet([file])}`
}

export interface Slice {
  day: number
  first: number
  last: number
  /** The file of the previous generation that holds these datastreams. */
  previous?: string | undefined
  target: string
}

/** Writes one slice of a day, sorted by (datastream, phenomenon time), each observation once: the latest write. */
export function writeSlice({ day, first, last, previous, target }: Slice): string {
  const stored = previous
    ? `UNION ALL SELECT datastream, ${ROW}, 0, 0 FROM ${parquet([previous])} WHERE datastream BETWEEN ${first} AND ${last}`
    : ''
  return `COPY (
      SELECT datastream, phenomenon_time, result_time, CASE WHEN isfinite(value) THEN value END AS value, quality, text
      FROM (
        SELECT datastream, ${ROW}, 1 AS source, rowid AS position FROM hot
        WHERE ${onDay(day)} AND datastream BETWEEN ${first} AND ${last} ${stored})
      QUALIFY row_number() OVER (
        PARTITION BY datastream, phenomenon_time ORDER BY source DESC, position DESC) = 1
      ORDER BY datastream, phenomenon_time)
    TO ${quote(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`
}
