import type { Adopted, ArchivableStore, Archived, ArchiveSteps } from './archivable.ts'
import { adoptInflux, archiveInflux } from './influx-archive.ts'
import { InfluxClient, type InfluxSeries, type WriteOutcome } from './influx-client.ts'
import { readInfluxColumns } from './influx-columns.ts'
import { encodeLine, INFLUX_TIME, nameFromTag, seriesPrefix } from './influx-lines.ts'
import {
  ANY_POINT,
  aggregateQuery,
  countsQuery,
  createDatabase,
  LATEST,
  newestBefore,
  seriesQuery,
} from './influx-queries.ts'
import { flagMissing, rowsOutsideTime, type TimeRange } from './rows.ts'
import {
  type AggregatePoint,
  type AggregateQuery,
  type AppendResult,
  type CompactionResult,
  checkAggregateQuery,
  checkColumnsQuery,
  checkSeriesQuery,
  type DescribeDatastream,
  EMPTY_COLUMNS,
  isUsable,
  type LatestObservation,
  type ObservationBatch,
  type ObservationColumns,
  type RefusedRow,
  type SeriesQuery,
  type StoredObservation,
  type StoreStats,
  StoreUnavailableError,
} from './store.ts'

export interface InfluxStoreOptions {
  /** Base URL; a user name and password in it are sent as Basic authorization. */
  url: string
  /** Database (1.x, 3.x) or bucket (2.x). */
  database: string
  /** Set for 2.x. */
  organization?: string | undefined
  /** API token, or `user:password` for 1.x. */
  token?: string | undefined
  describe: DescribeDatastream
  /** The id of a datastream; undefined when it is not registered any more. */
  datastreamOf(station: string, property: string): number | undefined
  /** Milliseconds a request may take, default 30 s. */
  timeout?: number
}

/** Lines per request, as InfluxData recommends. */
const LINES_PER_REQUEST = 10_000
/** Prefixes kept by datastream id; cleared when more are in use. */
const MAX_PREFIXES = 200_000
/** Lines refused one after the other, with none stored, that make the request suspect and not the lines. */
const SUSPICIOUS_REFUSALS = 16
const NEWEST_PAGE = 100
/** Series named in one statement. */
const SERIES_PER_COUNT = 50
/** Longest window InfluxQL can state in nanoseconds. */
const LONGEST_WINDOW = INFLUX_TIME.max
const TIME_RANGE: TimeRange = {
  min: INFLUX_TIME.min,
  max: INFLUX_TIME.max - 1,
  limitOf: 'the times InfluxDB can hold',
}

/**
 * Observations in InfluxDB 1.x, 2.x or 3.x: measurement `observation`, tags station and property, fields value,
 * text, quality and result_time. The outbox is the queue and this store never retries: append ends when the
 * server has answered for every line. Writing a point again overwrites it, so a repeated batch does no harm.
 */
export class InfluxStore implements ArchivableStore {
  readonly #options: InfluxStoreOptions
  readonly #client: InfluxClient
  readonly #prefixes = new Map<number, string>()
  readonly #counters = {
    appendedBatches: 0,
    appendedRows: 0,
    refusedRows: 0,
    skippedBatches: 0,
    unavailable: 0,
  }
  #databaseReady = false

  constructor(options: InfluxStoreOptions) {
    this.#options = options
    this.#client = new InfluxClient(options, options.timeout)
  }

  /** Creates the database if it can. A server that is down is no obstacle to starting: append tries again. */
  async start(): Promise<void> {
    this.#client.start()
    await this.#prepareDatabase().catch(() => {})
  }

  async stop(): Promise<void> {
    this.#client.stop()
  }

  async append(batch: ObservationBatch): Promise<AppendResult> {
    return this.#counting(async () => {
      await this.#prepareDatabase()
      const flagged = flagMissing(batch)
      const refused = rowsOutsideTime(batch, TIME_RANGE)
      const lines = this.#encode(flagged, refused)
      for (let start = 0; start < lines.length; start += LINES_PER_REQUEST) {
        await this.#write(lines.slice(start, start + LINES_PER_REQUEST), refused)
      }
      refused.sort((a, b) => a.row - b.row)
      const stored = batch.length - refused.length
      this.#counters.appendedBatches++
      this.#counters.appendedRows += stored
      this.#counters.refusedRows += refused.length
      return { stored, refused }
    })
  }

  async series(query: SeriesQuery): Promise<StoredObservation[]> {
    checkSeriesQuery(query)
    const description = this.#options.describe(query.datastream)
    if (!description || query.from >= query.to) return []
    const [series] = await this.#counting(() => this.#client.query(seriesQuery(description, query)))
    return series ? readPoints(series) : []
  }

  async aggregate(query: AggregateQuery): Promise<AggregatePoint[]> {
    checkAggregateQuery(query)
    if (query.every > LONGEST_WINDOW) {
      throw new RangeError(`every is ${query.every} ms, expected at most ${LONGEST_WINDOW}`)
    }
    const description = this.#options.describe(query.datastream)
    if (!description || query.from >= query.to) return []
    const [series] = await this.#counting(() => this.#client.query(aggregateQuery(description, query)))
    return (series?.values ?? []).map(([time, value, count]) => ({
      time: time as number,
      value: typeof value === 'number' ? value : null,
      count: count as number,
    }))
  }

  async columns(datastream: number, from: number, to: number): Promise<ObservationColumns> {
    checkColumnsQuery([datastream], from, to)
    const description = this.#options.describe(datastream)
    if (!description) return EMPTY_COLUMNS
    const query = (statement: string) => this.#client.query(statement)
    return this.#counting(() => readInfluxColumns(query, description, from, to))
  }

  /** One after the other: an answer in JSON is large. */
  async columnsOf(
    datastreams: readonly number[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<number, ObservationColumns>> {
    const found = new Map<number, ObservationColumns>()
    for (const datastream of datastreams) found.set(datastream, await this.columns(datastream, from, to))
    return found
  }

  async counts(
    datastreams: readonly number[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<number, number>> {
    checkColumnsQuery(datastreams, from, to)
    const found = new Map(datastreams.map((id) => [id, 0]))
    const described = [...found.keys()].flatMap((id) => this.#options.describe(id) ?? [])
    if (from >= to) return found
    for (let at = 0; at < described.length; at += SERIES_PER_COUNT) {
      const statement = countsQuery(described.slice(at, at + SERIES_PER_COUNT), from, to)
      for (const series of await this.#counting(() => this.#client.query(statement))) {
        const id = this.#datastreamOf(series)
        const count = series.values[0]?.[1]
        if (id !== undefined && found.has(id) && typeof count === 'number') found.set(id, count)
      }
    }
    return found
  }

  async latest(): Promise<LatestObservation[]> {
    return this.#counting(async () => {
      const found: LatestObservation[] = []
      for (const series of await this.#client.query(LATEST)) {
        const datastream = this.#datastreamOf(series)
        const [newest] = readPoints(series)
        if (datastream === undefined || newest === undefined) continue
        const latest = isUsable(newest) ? newest : await this.#newestUsable(datastream, newest)
        if (latest) found.push({ datastream, ...latest })
      }
      return found.sort((a, b) => a.datastream - b.datastream)
    })
  }

  /** InfluxDB compacts by itself. */
  async compact(): Promise<CompactionResult> {
    return { days: [], rows: 0 }
  }

  async archive(directory: string, steps: ArchiveSteps): Promise<Archived> {
    return this.#counting(() => archiveInflux(this.#archiveParts(), directory, steps))
  }

  async adopt(directory: string, steps: ArchiveSteps): Promise<Adopted> {
    return this.#counting(() => adoptInflux(this.#archiveParts(), directory, steps))
  }

  async isEmpty(): Promise<boolean> {
    const found = await this.#counting(() => this.#client.query(ANY_POINT))
    return found.length === 0
  }

  #archiveParts() {
    return {
      query: (statement: string) => this.#client.query(statement),
      series: (query: SeriesQuery) => this.series(query),
      append: (batch: ObservationBatch) => this.append(batch),
      datastreamOf: (series: InfluxSeries) => this.#datastreamOf(series),
    }
  }

  #datastreamOf({ tags }: InfluxSeries): number | undefined {
    return this.#options.datastreamOf(
      nameFromTag(tags?.['station'] ?? ''),
      nameFromTag(tags?.['property'] ?? ''),
    )
  }

  stats(): StoreStats {
    return { kind: 'influxdb', ...this.#counters }
  }

  /** Where the newest point is missing or from a wrong clock: the newest before it that is neither. */
  async #newestUsable(datastream: number, newest: StoredObservation): Promise<StoredObservation | undefined> {
    const description = this.#options.describe(datastream)
    if (!description) return undefined
    let before = newest.phenomenonTime
    for (;;) {
      const [series] = await this.#client.query(newestBefore(description, before, NEWEST_PAGE))
      const points = series ? readPoints(series) : []
      const usable = points.find(isUsable)
      if (usable || points.length < NEWEST_PAGE) return usable
      before = (points.at(-1) as StoredObservation).phenomenonTime
    }
  }

  /** 1.x does not create a database by itself; 2.x buckets are made by their owner, 3.x creates on writing. */
  async #prepareDatabase(): Promise<void> {
    if (this.#databaseReady || this.#options.organization !== undefined) return
    try {
      await this.#client.query(createDatabase(this.#options.database))
    } catch (error) {
      // A server that answers but may not or cannot create one says so again when written to.
      if (!(error instanceof StoreUnavailableError) || error.cause !== undefined) throw error
      return
    }
    this.#databaseReady = true
  }

  #encode(batch: ObservationBatch, refused: RefusedRow[]): Line[] {
    const skip = new Set(refused.map((each) => each.row))
    const lines: Line[] = []
    for (let row = 0; row < batch.length; row++) {
      if (skip.has(row)) continue
      const datastream = batch.datastream[row] as number
      const prefix = this.#prefix(datastream)
      if (prefix === undefined) refused.push({ row, reason: `datastream ${datastream} is not registered` })
      else lines.push({ row, text: encodeLine(batch, row, prefix) })
    }
    return lines
  }

  #prefix(datastream: number): string | undefined {
    const known = this.#prefixes.get(datastream)
    if (known !== undefined) return known
    const description = this.#options.describe(datastream)
    if (!description) return undefined
    const prefix = seriesPrefix(description)
    if (this.#prefixes.size >= MAX_PREFIXES) this.#prefixes.clear()
    this.#prefixes.set(datastream, prefix)
    return prefix
  }

  /** Writes lines; where the server objects, halves them until the lines at fault stand alone. */
  async #write(lines: readonly Line[], refused: RefusedRow[]): Promise<void> {
    const outcome = await this.#send(lines)
    if (outcome.stored) return
    const search = new FaultSearch((part) => this.#send(part), refused)
    await search.split(lines, outcome)
  }

  async #send(lines: readonly Line[]): Promise<WriteOutcome> {
    try {
      return await this.#client.write(lines.map((line) => line.text).join('\n'))
    } catch (error) {
      this.#databaseReady = false
      throw error
    }
  }

  async #counting<R>(task: () => Promise<R>): Promise<R> {
    try {
      return await task()
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.#counters.unavailable++
      throw error
    }
  }
}

interface Line {
  row: number
  text: string
}

/** The search for the lines a server objects to. Lines are sent again meanwhile, in order, which is harmless. */
class FaultSearch {
  readonly #send: (lines: readonly Line[]) => Promise<WriteOutcome>
  readonly #refused: RefusedRow[]
  readonly #suspects: RefusedRow[] = []
  #anyStored = false

  constructor(send: (lines: readonly Line[]) => Promise<WriteOutcome>, refused: RefusedRow[]) {
    this.#send = send
    this.#refused = refused
  }

  /** @throws StoreUnavailableError when every line is objected to for a reason that is not of lines. */
  async split(lines: readonly Line[], outcome: WriteOutcome & { stored: false }): Promise<void> {
    await this.#search(lines, outcome)
    if (!this.#anyStored) this.#giveUp()
    this.#refused.push(...this.#suspects)
  }

  async #search(lines: readonly Line[], outcome: WriteOutcome & { stored: false }): Promise<void> {
    // InfluxDB 1.x counts the lines it dropped and has stored the others: all dropped needs no search.
    if (lines.length === 1 || (outcome.ofLines && outcome.dropped === lines.length)) {
      for (const { row } of lines) this.#refuse({ row, reason: outcome.reason }, outcome.ofLines)
      return
    }
    const middle = lines.length >> 1
    for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
      const result = await this.#send(half)
      if (result.stored) this.#anyStored = true
      else await this.#search(half, result)
    }
  }

  #refuse(row: RefusedRow, ofLines: boolean): void {
    if (ofLines) this.#refused.push(row)
    else this.#suspects.push(row)
    if (!this.#anyStored && this.#suspects.length >= SUSPICIOUS_REFUSALS) this.#giveUp()
  }

  /** A server that refuses everything for an unknown reason is set up wrongly: readings must not pay for it. */
  #giveUp(): void {
    const [suspect] = this.#suspects
    if (suspect) throw new StoreUnavailableError(`InfluxDB refuses every line: ${suspect.reason}`)
  }
}

function readPoints({ columns, values }: InfluxSeries): StoredObservation[] {
  const time = columns.indexOf('time')
  const value = columns.indexOf('value')
  const text = columns.indexOf('text')
  const quality = columns.indexOf('quality')
  const resultTime = columns.indexOf('result_time')
  return values.map((point) => ({
    phenomenonTime: point[time] as number,
    resultTime: point[resultTime] as number,
    value: resultOf(point[quality], point[value], point[text]),
    quality: point[quality] as number,
  }))
}

/** Fields of an earlier write stay when a later one lacks them: a missing result hides them. */
function resultOf(quality: unknown, value: unknown, text: unknown): number | string | null {
  if (quality === 9) return null
  if (typeof value === 'number') return value
  return typeof text === 'string' ? text : null
}
