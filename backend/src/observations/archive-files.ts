import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { addTally, type Census } from './archivable.ts'
import { DAY } from './days.ts'
import { readColumns } from './duckdb-columns.ts'
import { everyRow, tallies } from './duckdb-queries.ts'
import { type Part, readParts } from './partitions.ts'
import type { ObservationBatch, StoredObservation } from './store.ts'

/** The files of one day in an archive. */
export interface ArchivedDay {
  name: string
  /** Since 1970-01-01. */
  day: number
  parts: Part[]
}

const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/

/** The days of an archive directory (see ArchivableStore), ascending. */
export async function archivedDays(directory: string): Promise<ArchivedDay[]> {
  const names = (await readdir(directory)).filter((name) => DAY_NAME.test(name)).sort()
  const days: ArchivedDay[] = []
  for (const name of names) {
    const day = Date.parse(`${name}T00:00:00Z`) / DAY
    days.push({ name, day, parts: await readParts(join(directory, name)) })
  }
  return days
}

/** Reads the Parquet files of an archive with a DuckDB of its own that keeps nothing. */
export class ArchiveReader {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  static async open(memoryLimit = '128MB'): Promise<ArchiveReader> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: memoryLimit,
      threads: '2',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    })
    return new ArchiveReader(instance, await instance.connect())
  }

  close(): void {
    this.#connection.disconnectSync()
    this.#instance.closeSync()
  }

  /** Adds what the files hold to a census and answers how many observations that is. */
  async count(files: readonly string[], census: Census): Promise<number> {
    if (files.length === 0) return 0
    let rows = 0
    readColumns(await this.#connection.run(tallies(files)), 5, (columns, _chunk, groups) => {
      const [datastream, count, numbers, sum, absolute] = columns as Float64Array[]
      for (let row = 0; row < groups; row++) {
        const at = (column: Float64Array | undefined) => column?.[row] as number
        const tally = { count: at(count), numbers: at(numbers), sum: at(sum), absolute: at(absolute) }
        addTally(census, at(datastream), tally)
        rows += at(count)
      }
    })
    return rows
  }

  /** The observations of a file as batches of about `rows`, numbered from `sequence`. */
  async *batches(file: string, rows: number, sequence: () => number): AsyncGenerator<ObservationBatch> {
    const result = await this.#connection.stream(everyRow(file))
    let batch = new GrowingBatch(rows)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) break
      if (batch.length + chunk.rowCount > rows) {
        yield batch.numbered(sequence())
        batch = new GrowingBatch(rows)
      }
      const columns = [0, 1, 2, 3, 4].map((column) => {
        const data = duckdb.vector_get_data(
          duckdb.data_chunk_get_vector(chunk.chunk, column),
          chunk.rowCount * 8,
        )
        return new Float64Array(data.buffer, data.byteOffset, chunk.rowCount)
      })
      const texts = chunk.getColumnVector(5)
      batch.take(columns, chunk.rowCount, (row) => texts.getItem(row) as string | null)
    }
    if (batch.length > 0) yield batch.numbered(sequence())
  }
}

/** A batch filled from columns of doubles, or row by row. */
export class GrowingBatch implements ObservationBatch {
  sequence = 0
  length = 0
  readonly datastream: Int32Array
  readonly phenomenonTime: Float64Array
  readonly resultTime: Float64Array
  readonly value: Float64Array
  readonly quality: Uint8Array
  readonly text = new Map<number, string>()

  constructor(capacity: number) {
    this.datastream = new Int32Array(capacity)
    this.phenomenonTime = new Float64Array(capacity)
    this.resultTime = new Float64Array(capacity)
    this.value = new Float64Array(capacity)
    this.quality = new Uint8Array(capacity)
  }

  numbered(sequence: number): this {
    this.sequence = sequence
    return this
  }

  add(datastream: number, { phenomenonTime, resultTime, value, quality }: StoredObservation): void {
    const row = this.length++
    this.datastream[row] = datastream
    this.phenomenonTime[row] = phenomenonTime
    this.resultTime[row] = resultTime
    this.value[row] = typeof value === 'number' ? value : Number.NaN
    this.quality[row] = quality
    if (typeof value === 'string') this.text.set(row, value)
  }

  /** Columns datastream, phenomenon time, result time, value (NaN for none) and quality. */
  take(columns: readonly Float64Array[], rows: number, textOf: (row: number) => string | null): void {
    const [datastream, phenomenonTime, resultTime, value, quality] = columns as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const start = this.length
    this.datastream.set(datastream, start)
    this.phenomenonTime.set(phenomenonTime, start)
    this.resultTime.set(resultTime, start)
    this.value.set(value, start)
    this.quality.set(quality, start)
    for (let row = 0; row < rows; row++) {
      if (Number.isFinite(value[row])) continue
      // Only what has no number can have a text; asking costs more than the rest together.
      const text = textOf(row)
      if (text !== null) this.text.set(start + row, text)
    }
    this.length = start + rows
  }
}
