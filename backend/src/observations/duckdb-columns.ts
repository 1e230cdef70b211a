import type { DuckDBAppender, DuckDBMaterializedResult } from '@duckdb/node-api'
import {
  DOUBLE,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  TIMESTAMP_MS,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { LatestObservation, ObservationBatch, StoredObservation } from './store.ts'

/*
 * Typed arrays to DuckDB vectors and back by whole columns. The appender's call per value costs 2.9 µs of the
 * Node thread per observation, this 0.15 µs (docs/decisions/0002-observation-stores.md).
 */

const VECTOR_SIZE = duckdb.vector_size()
const COLUMN_TYPES: readonly DuckDBType[] = [INTEGER, TIMESTAMP_MS, TIMESTAMP_MS, DOUBLE, UTINYINT, VARCHAR]
/** Chunks handed to DuckDB between two turns of the event loop: about 10 ms of work. */
export const CHUNKS_PER_TURN = 32
const ALL_NULL = new Uint8Array(VECTOR_SIZE / 8)
const TWO_TO_32 = 4_294_967_296

export type Column = Float64Array<ArrayBufferLike>

/** Copies observations into the appender of the `hot` table, in its column order, and flushes it. */
export class ColumnAppender {
  readonly #appender: DuckDBAppender
  readonly #chunk = DuckDBDataChunk.create(COLUMN_TYPES)
  readonly #times = new ArrayBuffer(VECTOR_SIZE * 8)
  readonly #low = new Uint32Array(this.#times)
  readonly #high = new Int32Array(this.#times)

  constructor(appender: DuckDBAppender) {
    this.#appender = appender
  }

  /** Within the connection's open transaction. Yields to the event loop between slices of a large batch. */
  async append(batch: ObservationBatch): Promise<void> {
    const textRows = [...batch.text.keys()].sort((a, b) => a - b)
    let nextText = 0
    for (let start = 0, chunks = 0; start < batch.length; start += VECTOR_SIZE) {
      const rows = Math.min(VECTOR_SIZE, batch.length - start)
      const firstText = nextText
      while (nextText < textRows.length && (textRows[nextText] as number) < start + rows) nextText++
      this.#fill(batch, start, rows)
      this.#fillText(batch, start, textRows.slice(firstText, nextText))
      this.#appender.appendDataChunk(this.#chunk)
      if (++chunks % CHUNKS_PER_TURN === 0) {
        this.#appender.flushSync()
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    this.#appender.flushSync()
  }

  /** Forgets rows not yet flushed, so that closing the appender cannot store half a batch. */
  discard(): void {
    this.#appender.clear()
    this.#appender.closeSync()
  }

  #fill(batch: ObservationBatch, start: number, rows: number): void {
    duckdb.data_chunk_reset(this.#chunk.chunk)
    duckdb.data_chunk_set_size(this.#chunk.chunk, rows)
    this.#copy(0, batch.datastream, start, rows)
    this.#copyTimes(1, batch.phenomenonTime, start, rows)
    this.#copyTimes(2, batch.resultTime, start, rows)
    this.#copy(3, batch.value, start, rows)
    this.#copy(4, batch.quality, start, rows)
  }

  #copy(column: number, source: Int32Array | Float64Array | Uint8Array, start: number, rows: number): void {
    const width = source.BYTES_PER_ELEMENT
    const offset = source.byteOffset + start * width
    // The binding copies `rows * width` bytes blindly; a short array must not become a read beyond it.
    if (start + rows > source.length) {
      throw new RangeError(`column ${column} has ${source.length} rows, expected ${start + rows} or more`)
    }
    duckdb.copy_data_to_vector(this.#vector(column), 0, source.buffer as ArrayBuffer, offset, rows * width)
  }

  /** Milliseconds as doubles to 64-bit integers, written as two halves: no BigInt per value. */
  #copyTimes(column: number, source: Float64Array, start: number, rows: number): void {
    const low = this.#low
    const high = this.#high
    for (let row = 0; row < rows; row++) {
      const time = Math.floor(source[start + row] as number)
      const upper = Math.floor(time / TWO_TO_32)
      low[2 * row] = time - upper * TWO_TO_32
      high[2 * row + 1] = upper
    }
    duckdb.copy_data_to_vector(this.#vector(column), 0, this.#times, 0, rows * 8)
  }

  #fillText(batch: ObservationBatch, start: number, rows: readonly number[]): void {
    const vector = this.#vector(5)
    duckdb.vector_ensure_validity_writable(vector)
    let validity = ALL_NULL
    if (rows.length > 0) {
      validity = new Uint8Array(VECTOR_SIZE / 8)
      for (const row of rows) {
        const index = row - start
        validity[index >> 3] = (validity[index >> 3] as number) | (1 << (index & 7))
        duckdb.vector_assign_string_element(vector, index, batch.text.get(row) ?? '')
      }
    }
    duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer as ArrayBuffer, 0, VECTOR_SIZE / 8)
  }

  #vector(column: number): duckdb.Vector {
    return duckdb.data_chunk_get_vector(this.#chunk.chunk, column)
  }
}

/** A result of which the first `doubles` columns are DOUBLE and never NULL; calls `visit` once per chunk. */
export function readColumns(
  result: DuckDBMaterializedResult,
  doubles: number,
  visit: (columns: Column[], chunk: DuckDBDataChunk, rows: number) => void,
): void {
  for (let index = 0; index < result.chunkCount; index++) {
    const chunk = result.getChunk(index)
    visit(columnsOf(chunk, doubles), chunk, chunk.rowCount)
  }
}

/** The first `doubles` columns of a chunk, see readColumns. */
export function columnsOf(chunk: DuckDBDataChunk, doubles: number): Column[] {
  const columns: Column[] = []
  for (let column = 0; column < doubles; column++) {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, column)
    const data = duckdb.vector_get_data(vector, chunk.rowCount * 8)
    columns.push(new Float64Array(data.buffer, data.byteOffset, chunk.rowCount))
  }
  return columns
}

/** Rows of a query with the columns of seriesQuery. */
export function readPoints(result: DuckDBMaterializedResult): StoredObservation[] {
  const found: StoredObservation[] = []
  readColumns(result, 4, (columns, chunk, rows) => {
    for (let row = 0; row < rows; row++) found.push(pointOf(columns, 0, chunk, row))
  })
  return found
}

/** Rows of LATEST. */
export function readLatest(result: DuckDBMaterializedResult): LatestObservation[] {
  const found: LatestObservation[] = []
  readColumns(result, 5, (columns, chunk, rows) => {
    const datastream = columns[0] as Float64Array
    for (let row = 0; row < rows; row++) {
      found.push({ datastream: datastream[row] as number, ...pointOf(columns, 1, chunk, row) })
    }
  })
  return found
}

/** Columns time, result time, value, quality and text of one row, from column `first` on. */
function pointOf(
  columns: readonly Float64Array[],
  first: number,
  chunk: DuckDBDataChunk,
  row: number,
): StoredObservation {
  const number = (column: number) => columns[first + column]?.[row] as number
  const value = number(2)
  return {
    phenomenonTime: number(0),
    resultTime: number(1),
    value: Number.isFinite(value) ? value : (chunk.getColumnVector(first + 4).getItem(row) as string | null),
    quality: number(3),
  }
}
