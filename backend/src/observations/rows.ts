import { crc32 } from 'node:zlib'
import { QUALITY } from '@osprey/core/quality'
import type { ObservationBatch, RefusedRow } from './store.ts'

/** Phenomenon and result times a store can hold, both included; epoch milliseconds. */
export interface TimeRange {
  min: number
  max: number
  /** Who sets the limit, for the reason given with a refused row. */
  limitOf: string
}

/** Rows whose times the store cannot hold, with the reason. Usually none. */
export function rowsOutsideTime(batch: ObservationBatch, range: TimeRange): RefusedRow[] {
  const refused: RefusedRow[] = []
  const { length, phenomenonTime, resultTime } = batch
  const { min, max } = range
  for (let row = 0; row < length; row++) {
    const phenomenon = phenomenonTime[row] as number
    const result = resultTime[row] as number
    // Written so that NaN fails too.
    if (phenomenon >= min && phenomenon <= max && result >= min && result <= max) continue
    const [field, value] =
      phenomenon >= min && phenomenon <= max ? ['result time', result] : ['phenomenon time', phenomenon]
    refused.push({
      row,
      reason: `${field} ${value} is outside ${range.limitOf} (${iso(min)} to ${iso(max)})`,
    })
  }
  return refused
}

/** The batch without some rows, and for each row left its index in the original. */
export function withoutRows(
  batch: ObservationBatch,
  refused: readonly RefusedRow[],
): { batch: ObservationBatch; original: Int32Array } {
  const skip = new Set(refused.map((each) => each.row))
  const original = new Int32Array(batch.length - skip.size)
  for (let row = 0, kept = 0; row < batch.length; row++) if (!skip.has(row)) original[kept++] = row
  const text = new Map<number, string>()
  original.forEach((row, kept) => {
    const category = batch.text.get(row)
    if (category !== undefined) text.set(kept, category)
  })
  return {
    batch: {
      sequence: batch.sequence,
      length: original.length,
      datastream: Int32Array.from(original, (row) => batch.datastream[row] as number),
      phenomenonTime: Float64Array.from(original, (row) => batch.phenomenonTime[row] as number),
      resultTime: Float64Array.from(original, (row) => batch.resultTime[row] as number),
      value: Float64Array.from(original, (row) => batch.value[row] as number),
      quality: Uint8Array.from(original, (row) => batch.quality[row] as number),
      text,
    },
    original,
  }
}

/** The batch with every row that has no result flagged as missing; the same object when there is none. */
export function flagMissing(batch: ObservationBatch): ObservationBatch {
  const { length, value, text } = batch
  let quality: Uint8Array | undefined
  for (let row = 0; row < length; row++) {
    const number = value[row] as number
    // True for a finite number only: NaN and the infinities give NaN here.
    if (number - number === 0) continue
    if (batch.quality[row] === QUALITY.missing || text.has(row)) continue
    quality ??= batch.quality.slice(0, length)
    quality[row] = QUALITY.missing
  }
  return quality ? { ...columnsOf(batch), quality } : batch
}

/** CRC-32 over every column: with the sequence it tells a repeated batch from another one. */
export function checksum(batch: ObservationBatch): number {
  let sum = crc32(bytes(batch.datastream, batch.length))
  sum = crc32(bytes(batch.phenomenonTime, batch.length), sum)
  sum = crc32(bytes(batch.resultTime, batch.length), sum)
  sum = crc32(bytes(batch.value, batch.length), sum)
  sum = crc32(bytes(batch.quality, batch.length), sum)
  for (const [row, text] of batch.text) sum = crc32(`${row}:${text};`, sum)
  return sum
}

/** A plain object of the columns, whatever class holds them. */
function columnsOf(batch: ObservationBatch): ObservationBatch {
  const { sequence, length, datastream, phenomenonTime, resultTime, value, quality, text } = batch
  return { sequence, length, datastream, phenomenonTime, resultTime, value, quality, text }
}

function bytes(column: Int32Array | Float64Array | Uint8Array, length: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT)
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
