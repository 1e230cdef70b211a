import { statSync } from 'node:fs'
import { constants, copyFile, mkdir, rm, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Adopted, ArchivableStore, Archived, ArchiveSteps, Census } from './archivable.ts'
import { ArchiveReader, archivedDays } from './archive-files.ts'
import { DayCounts, dayName, dayOf, rowsByDay } from './days.ts'
import { readColumns, readLatest, readPoints } from './duckdb-columns.ts'
import { archiveDay, compactDay } from './duckdb-compaction.ts'
import { DuckDbEngine } from './duckdb-engine.ts'
import {
  aggregateQuery,
  columnsQuery,
  countsQuery,
  HOT_DAYS,
  LATEST,
  newestQuery,
  refreshLatest,
  type Sources,
  seriesQuery,
} from './duckdb-queries.ts'
import { readSeries } from './duckdb-series.ts'
import { daysWithin, sourcesOf } from './duckdb-sources.ts'
import { type PartitionLease, Partitions } from './partitions.ts'
import { checksum, flagMissing, rowsOutsideTime, type TimeRange, withoutRows } from './rows.ts'
import {
  type AggregatePoint,
  type AggregateQuery,
  type AppendResult,
  type CompactionResult,
  checkAggregateQuery,
  checkColumnsQuery,
  checkSeriesQuery,
  EMPTY_COLUMNS,
  isUsable,
  type LatestObservation,
  type ObservationBatch,
  type ObservationColumns,
  type SeriesQuery,
  type StoredObservation,
  type StoreStats,
  StoreUnavailableError,
} from './store.ts'
import { Turnstile } from './turnstile.ts'

export interface DuckDbStoreOptions {
  /** Where the store keeps its files, mostly `<dataDir>/observations`. */
  directory: string
  /** DuckDB size text, default `256MB`. */
  memoryLimit?: string
  /** Threads a statement may use, default 2. */
  threads?: number
  /** Queries that run at once, default 2. */
  readers?: number
  /** Bytes of the disk left free, default 16 MiB: appending below that is refused as unavailable. */
  freeBytesKept?: number
}

/** What DuckDB's TIMESTAMP, ISO 8601 and the partition names hold alike: the years 0001 to 9999. */
const TIME_RANGE: TimeRange = {
  min: Date.parse('0001-01-01T00:00:00Z'),
  max: Date.parse('9999-12-31T23:59:59.999Z'),
  limitOf: 'the times the store can hold',
}
/** Room for a checkpoint beside the batch. A disk that fills within DuckDB costs a restart of the database. */
const FREE_BYTES_KEPT = 16 * 1024 * 1024
const BYTES_PER_ROW = 64
const RETRY_AFTER = 2000
/** Divides numbers whose squares overflow; a power of two loses no digit. */
const OVERFLOW_SCALE = 2 ** 540

/**
 * Observations in an embedded DuckDB: new ones in the table `hot`, finished days as Parquet files sorted by
 * (datastream, phenomenon time). No index keeps rows unique, that would make appending many times slower:
 * reads and compaction keep the latest write of each (datastream, phenomenon time), which is the one in `hot`
 * with the highest row id, or else the one in the Parquet file.
 */
export class DuckDbStore implements ArchivableStore {
  readonly #options: Required<DuckDbStoreOptions>
  readonly #writing = new Turnstile('appending observations', [undefined], 64)
  readonly #compacting = new Turnstile('compacting observations', [undefined], 1)
  readonly #hot = new DayCounts()
  readonly #counters = {
    appendedBatches: 0,
    appendedRows: 0,
    refusedRows: 0,
    skippedBatches: 0,
    unavailable: 0,
  }
  #partitions: Partitions | undefined
  #engine: DuckDbEngine | undefined
  #opening: Promise<DuckDbEngine> | undefined
  #running = false

  constructor(options: DuckDbStoreOptions) {
    this.#options = {
      memoryLimit: '256MB',
      threads: 2,
      readers: 2,
      freeBytesKept: FREE_BYTES_KEPT,
      ...options,
    }
  }

  async start(): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true })
    this.#running = true
    this.#partitions = await Partitions.open(join(this.#options.directory, 'days'))
    await this.#ready()
  }

  /** Ends reads and a running compaction early, waits for a running append and closes the file. */
  async stop(): Promise<void> {
    this.#running = false
    await this.#opening?.catch(() => {})
    this.#engine?.interrupt()
    await this.#close()
  }

  async append(batch: ObservationBatch): Promise<AppendResult> {
    const refused = rowsOutsideTime(batch, TIME_RANGE)
    const sound = flagMissing(refused.length === 0 ? batch : withoutRows(batch, refused).batch)
    const result = { stored: sound.length, refused }
    if (sound.length === 0) return result
    return this.#guard(() =>
      this.#writing.use(async () => {
        const engine = await this.#ready()
        const sum = checksum(sound)
        if (engine.isApplied(sound, sum)) {
          this.#counters.skippedBatches++
          return result
        }
        await this.#checkSpace(sound.length)
        await this.#write(engine, sound, sum)
        this.#counters.appendedBatches++
        this.#counters.appendedRows += sound.length
        this.#counters.refusedRows += refused.length
        return result
      }),
    )
  }

  async series(query: SeriesQuery): Promise<StoredObservation[]> {
    checkSeriesQuery(query)
    const from = Math.max(
      query.after === undefined ? query.from : query.after + 1,
      query.from,
      TIME_RANGE.min,
    )
    const to = Math.min(query.to, TIME_RANGE.max + 1)
    const found: StoredObservation[] = []
    // A page of a long range mostly lies in its first days: read few of them first, then ever more.
    await this.#read(async (engine, lease) => {
      const days = daysWithin(this.#hot, lease.partitions, from, to)
      for (let next = 0, count = 2; next < days.length && found.length < query.limit; count *= 2) {
        const some = days.slice(next, next + count)
        next += some.length
        const sources = sourcesOf(this.#hot, lease.partitions, [query.datastream], some, from, to)
        if (!sources) continue
        const result = await engine.read(seriesQuery(sources, query.limit - found.length))
        found.push(...readPoints(result))
      }
    })
    return found
  }

  async aggregate(query: AggregateQuery): Promise<AggregatePoint[]> {
    checkAggregateQuery(query)
    const from = Math.max(query.from, TIME_RANGE.min)
    const to = Math.min(query.to, TIME_RANGE.max + 1)
    const window = { every: query.every, offset: query.offset ?? 0 }
    const points: AggregatePoint[] = []
    await this.#read(async (engine, lease) => {
      const sources = sourcesOf(
        this.#hot,
        lease.partitions,
        [query.datastream],
        daysWithin(this.#hot, lease.partitions, from, to),
        from,
        to,
      )
      if (!sources) return
      const run = async (scale: number) => {
        const result = await engine.read(aggregateQuery(sources, window, query.statistic, scale))
        readColumns(result, 3, ([time, value, count], _chunk, rows) => {
          for (let row = 0; row < rows; row++) {
            const number = (value?.[row] as number) * scale
            points.push({
              time: time?.[row] as number,
              value: Number.isFinite(number) ? number : null,
              count: count?.[row] as number,
            })
          }
        })
      }
      await run(1).catch((error) => {
        if (query.statistic !== 'stddev' || !/out of range/i.test(String(error))) throw error
        return run(OVERFLOW_SCALE)
      })
    })
    return points
  }

  async columns(datastream: number, from: number, to: number): Promise<ObservationColumns> {
    const found = await this.columnsOf([datastream], from, to)
    return found.get(datastream) ?? EMPTY_COLUMNS
  }

  async columnsOf(
    datastreams: readonly number[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<number, ObservationColumns>> {
    checkColumnsQuery(datastreams, from, to)
    const found = new Map(datastreams.map((id) => [id, EMPTY_COLUMNS]))
    await this.#readSources(datastreams, from, to, async (engine, sources) => {
      for (const [id, columns] of await readSeries(await engine.read(columnsQuery(sources)))) {
        found.set(id, columns)
      }
    })
    return found
  }

  async counts(
    datastreams: readonly number[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<number, number>> {
    checkColumnsQuery(datastreams, from, to)
    const found = new Map(datastreams.map((id) => [id, 0]))
    await this.#readSources(datastreams, from, to, async (engine, sources) => {
      readColumns(await engine.read(countsQuery(sources)), 2, ([id, count], _chunk, rows) => {
        for (let row = 0; row < rows; row++) found.set(id?.[row] as number, count?.[row] as number)
      })
    })
    return found
  }

  async latest(): Promise<LatestObservation[]> {
    const found: LatestObservation[] = []
    await this.#read(async (engine, lease) => {
      for (const newest of readLatest(await engine.read(LATEST))) {
        const { datastream, phenomenonTime } = newest
        const latest = isUsable(newest)
          ? newest
          : await this.#newestUsable(engine, lease, datastream, phenomenonTime)
        if (latest) found.push({ ...latest, datastream })
      }
    })
    return found
  }

  /** Writes every day that ended before `now` and has hot rows into its partition. */
  async compact(now: number): Promise<CompactionResult> {
    const done: CompactionResult = { days: [], rows: 0 }
    return this.#guard(() =>
      this.#compacting.use(async () => {
        const today = dayOf(now)
        for (const day of this.#hot.days()) {
          if (day >= today) break
          const engine = await this.#ready()
          await engine.compact(async (connection) => {
            const rows = await compactDay(connection, this.#openPartitions(), day)
            this.#hot.add(day, -rows)
            done.days.push(dayName(day))
            done.rows += rows
          })
        }
        return done
      }),
    )
  }

  /** Compaction waits meanwhile; appending and reading go on. */
  async archive(directory: string, { signal, progress }: ArchiveSteps): Promise<Archived> {
    await this.#compacting.use(async () => {
      const days = new Set([...this.#hot.days(), ...this.#openPartitions().days()])
      for (const day of [...days].sort((a, b) => a - b)) {
        signal.throwIfAborted()
        const target = join(directory, dayName(day))
        await mkdir(target, { recursive: true })
        const engine = await this.#ready()
        await engine.compact((connection) => archiveDay(connection, this.#openPartitions(), day, target))
        progress(dayName(day))
      }
    })
    return { leftOut: new Map() }
  }

  /** The files become the daily partitions as they are. */
  async adopt(directory: string, { signal, progress }: ArchiveSteps): Promise<Adopted> {
    const partitions = this.#openPartitions()
    const census: Census = new Map()
    const reader = await ArchiveReader.open()
    try {
      for (const { name, day, parts } of await archivedDays(directory)) {
        signal.throwIfAborted()
        const unfinished = await partitions.begin(day)
        for (const { path } of parts) {
          await copyFile(path, join(unfinished, basename(path)), constants.COPYFILE_FICLONE)
        }
        const adopted = await partitions.publish(day, unfinished)
        const engine = await this.#ready()
        for (const { path, first, last } of adopted.parts) {
          await engine.compact((connection) =>
            connection.run(refreshLatest({ day, first, last, target: path }, path)),
          )
        }
        const files = adopted.parts.map(({ path }) => path)
        await reader.count(files, census)
        progress(name)
      }
    } finally {
      reader.close()
    }
    return { census, refused: { count: 0, reasons: [] } }
  }

  async isEmpty(): Promise<boolean> {
    return this.#hot.total === 0 && this.#openPartitions().size === 0
  }

  stats(): StoreStats {
    return {
      kind: 'duckdb',
      ...this.#counters,
      hotRows: this.#hot.total,
      partitions: this.#partitions?.size ?? 0,
      bytes: (this.#partitions?.bytes() ?? 0) + sizeOf(this.#file) + sizeOf(`${this.#file}.wal`),
    }
  }

  get #file(): string {
    return join(this.#options.directory, 'hot.duckdb')
  }

  /** The open engine; opens the file when it is not, or anew after a fatal error. One opening at a time. */
  async #ready(): Promise<DuckDbEngine> {
    if (!this.#running) throw new StoreUnavailableError('the observation store is stopped')
    if (this.#engine && !this.#engine.broken) return this.#engine
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<DuckDbEngine> {
    await this.#close()
    const { directory, memoryLimit, threads, readers } = this.#options
    const temporaryDirectory = join(directory, 'temporary')
    await rm(temporaryDirectory, { recursive: true, force: true })
    const file = this.#file
    const engine = await DuckDbEngine.open({
      file,
      temporaryDirectory,
      memoryLimit,
      threads,
      readers,
      maxWaitingReads: 1000,
    })
    this.#hot.clear()
    const days = await engine.read(HOT_DAYS)
    for (const [day, rows] of await days.getRows()) this.#hot.add(Number(day), Number(rows))
    this.#engine = engine
    return engine
  }

  async #close(): Promise<void> {
    const engine = this.#engine
    this.#engine = undefined
    await engine?.close()
  }

  async #write(engine: DuckDbEngine, batch: ObservationBatch, sum: number): Promise<void> {
    const days = rowsByDay(batch)
    // Counted before the commit: a read must not miss that a compacted day has late rows from now on.
    this.#hot.addAll(days, 1)
    try {
      await engine.write(batch, sum)
    } catch (error) {
      // A broken engine is opened anew and the days counted from the file.
      if (!engine.broken) this.#hot.addAll(days, -1)
      throw error
    }
  }

  async #checkSpace(rows: number): Promise<void> {
    const { directory, freeBytesKept } = this.#options
    const { bavail, bsize } = await statfs(directory)
    const needed = freeBytesKept + rows * BYTES_PER_ROW
    if (bavail * bsize >= needed) return
    throw new StoreUnavailableError(`disk full: ${bavail * bsize} bytes are free, ${needed} are needed`, {
      retryAfter: RETRY_AFTER,
    })
  }

  async #read(task: (engine: DuckDbEngine, lease: PartitionLease) => Promise<void>): Promise<void> {
    await this.#guard(async () => {
      const engine = await this.#ready()
      const lease = this.#openPartitions().lease()
      try {
        await task(engine, lease)
      } finally {
        lease.release()
      }
    })
  }

  /** Runs a task on where the observations of datastreams lie, unless there are none. */
  async #readSources(
    datastreams: readonly number[],
    from: number,
    to: number,
    task: (engine: DuckDbEngine, sources: Sources) => Promise<void>,
  ): Promise<void> {
    const ids = [...new Set(datastreams)].sort((a, b) => a - b)
    const first = Math.max(from, TIME_RANGE.min)
    const end = Math.min(to, TIME_RANGE.max + 1)
    if (ids.length === 0 || first >= end) return
    await this.#read(async (engine, lease) => {
      const days = daysWithin(this.#hot, lease.partitions, first, end)
      const sources = sourcesOf(this.#hot, lease.partitions, ids, days, first, end)
      if (sources) await task(engine, sources)
    })
  }

  /** The newest usable observation before an instant, looked for day by day, ever more days at once. */
  async #newestUsable(
    engine: DuckDbEngine,
    lease: PartitionLease,
    datastream: number,
    before: number,
  ): Promise<StoredObservation | undefined> {
    const days = daysWithin(this.#hot, lease.partitions, TIME_RANGE.min, before)
    for (let end = days.length, count = 1; end > 0; end -= count, count *= 2) {
      const some = days.slice(Math.max(0, end - count), end)
      const sources = sourcesOf(this.#hot, lease.partitions, [datastream], some, TIME_RANGE.min, before)
      const [newest] = sources ? readPoints(await engine.read(newestQuery(sources))) : []
      if (newest) return newest
    }
    return undefined
  }

  #openPartitions(): Partitions {
    if (!this.#partitions) throw new StoreUnavailableError('the observation store is not started')
    return this.#partitions
  }

  /** Whatever goes wrong inside, the caller's part is the same: keep the batch, or ask again. */
  async #guard<R>(task: () => Promise<R>): Promise<R> {
    try {
      return await task()
    } catch (error) {
      this.#counters.unavailable++
      if (error instanceof StoreUnavailableError) throw error
      throw new StoreUnavailableError(`DuckDB: ${error instanceof Error ? error.message : String(error)}`, {
        retryAfter: RETRY_AFTER,
        cause: error,
      })
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
