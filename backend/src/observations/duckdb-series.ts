import type { DuckDBDataChunk, DuckDBMaterializedResult } from '@duckdb/node-api'
import { QUALITY } from '@osprey/core/quality'
import { CHUNKS_PER_TURN, type Column, columnsOf } from './duckdb-columns.ts'
import type { ObservationColumns } from './store.ts'

/** Rows of a result that follow each other, of one datastream and ascending by time. */
interface Run {
  first: number
  /** Excluded. */
  end: number
}

/** Rows of columnsQuery, by datastream. Yields to the event loop between slices of a large result. */
export async function readSeries(result: DuckDBMaterializedResult): Promise<Map<number, ObservationColumns>> {
  const rows = new Rows(result.rowCount)
  for (let index = 0; index < result.chunkCount; index++) {
    rows.take(result.getChunk(index))
    if ((index + 1) % CHUNKS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return rows.byDatastream()
}

/** A result as it lies, with the runs of each datastream. */
class Rows {
  readonly #time: Float64Array
  readonly #value: Float64Array
  readonly #quality: Uint8Array
  readonly #texts = new Map<number, string>()
  readonly #runs = new Map<number, Run[]>()
  #length = 0
  #last: { datastream: number; run: Run } | undefined

  constructor(length: number) {
    this.#time = new Float64Array(length)
    this.#value = new Float64Array(length)
    this.#quality = new Uint8Array(length)
  }

  take(chunk: DuckDBDataChunk): void {
    const [ids, times, values, flags] = columnsOf(chunk, 4) as [Column, Column, Column, Column]
    const start = this.#length
    this.#time.set(times, start)
    this.#value.set(values, start)
    this.#quality.set(flags, start)
    this.#length += chunk.rowCount
    this.#addRuns(ids, start)
    for (let row = 0; row < chunk.rowCount; row++) {
      if (!Number.isNaN(values[row] as number) || flags[row] === QUALITY.missing) continue
      const text = chunk.getColumnVector(4).getItem(row)
      if (text !== null) this.#texts.set(start + row, text as string)
    }
  }

  byDatastream(): Map<number, ObservationColumns> {
    const found = new Map<number, ObservationColumns>()
    for (const [datastream, runs] of this.#runs) found.set(datastream, this.#joined(runs))
    return found
  }

  #addRuns(ids: Column, start: number): void {
    const time = this.#time
    for (let row = 0; row < ids.length; row++) {
      const at = start + row
      const last = this.#last
      if (last && last.datastream === ids[row] && (time[at] as number) > (time[at - 1] as number)) {
        last.run.end = at + 1
        continue
      }
      const datastream = ids[row] as number
      const run = { first: at, end: at + 1 }
      const runs = this.#runs.get(datastream)
      if (runs) runs.push(run)
      else this.#runs.set(datastream, [run])
      this.#last = { datastream, run }
    }
  }

  #joined(runs: Run[]): ObservationColumns {
    const [only] = runs
    if (only && runs.length === 1 && this.#texts.size === 0) {
      const { first, end } = only
      return {
        phenomenonTime: this.#time.subarray(first, end),
        value: this.#value.subarray(first, end),
        quality: this.#quality.subarray(first, end),
      }
    }
    return this.#inOrder(this.#order(runs))
  }

  /** The rows of runs in the order of time. */
  #order(runs: Run[]): Run[] {
    const time = this.#time
    const ordered = runs.toSorted((one, other) => (time[one.first] as number) - (time[other.first] as number))
    const overlaps = ordered.some(({ first }, index) => {
      const before = ordered[index - 1]
      return before !== undefined && (time[before.end - 1] as number) >= (time[first] as number)
    })
    if (!overlaps) return ordered
    // Late observations between those of a finished day.
    const rows = ordered.flatMap(({ first, end }) =>
      Array.from({ length: end - first }, (_, at) => first + at),
    )
    rows.sort((one, other) => (time[one] as number) - (time[other] as number))
    return rows.map((row) => ({ first: row, end: row + 1 }))
  }

  #inOrder(runs: readonly Run[]): ObservationColumns {
    const length = runs.reduce((sum, { first, end }) => sum + end - first, 0)
    const phenomenonTime = new Float64Array(length)
    const value = new Float64Array(length)
    const quality = new Uint8Array(length)
    const text = new Map<number, string>()
    let at = 0
    for (const { first, end } of runs) {
      phenomenonTime.set(this.#time.subarray(first, end), at)
      value.set(this.#value.subarray(first, end), at)
      quality.set(this.#quality.subarray(first, end), at)
      if (this.#texts.size > 0) {
        for (let row = first; row < end; row++) {
          const category = this.#texts.get(row)
          if (category !== undefined) text.set(at + row - first, category)
        }
      }
      at += end - first
    }
    return { phenomenonTime, value, quality, ...(text.size > 0 && { text }) }
  }
}
