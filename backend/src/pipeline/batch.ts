import { crc32 } from 'node:zlib'
import type { ObservationBatch } from '../observations/store.ts'

/**
 * A batch of accepted readings. Rows (one reading each) are grouped in runs: the readings of one report share
 * device, phenomenon time and result time, so those are kept once per run.
 *
 * Encoded (little-endian, the typed arrays are views into it):
 *
 *      0 u32 magic "OSB1"      8 u32 rows     16 u32 bytes of texts
 *      4 u32 CRC-32 of 8..    12 u32 runs     20 u32 bytes of names
 *     24 f64 phenomenon time[runs], f64 result time[runs], f64 value[rows],
 *        i32 device[runs], i32 end of run[runs], i32 datastream[rows], u8 quality[rows],
 *        texts as JSON [[row, text], …], names as JSON [[station, property], …]
 *
 * A row whose datastream does not exist yet carries -1 - n, where n is an index into the names.
 */
const MAGIC = 0x3142534f
const HEADER_BYTES = 24
const BYTES_PER_RUN = 24
const BYTES_PER_ROW = 13
const FIRST_ROWS = 4096
const FIRST_RUNS = 1024

export type SeriesName = readonly [station: string, property: string]

export class BatchBuilder {
  rows = 0
  runs = 0
  datastream = new Int32Array(FIRST_ROWS)
  value = new Float64Array(FIRST_ROWS)
  quality = new Uint8Array(FIRST_ROWS)
  runDevice = new Int32Array(FIRST_RUNS)
  runEnd = new Int32Array(FIRST_RUNS)
  runTime = new Float64Array(FIRST_RUNS)
  runReceived = new Float64Array(FIRST_RUNS)
  readonly text = new Map<number, string>()
  /** Rows whose datastream does not exist yet; they carry -1 - (series slot). */
  awaiting = 0
  #markedRows = 0
  #markedRuns = 0
  #markedAwaiting = 0

  /** Starts the readings of one report. A run without rows is left out. */
  beginRun(device: number, phenomenonTime: number, receivedAt: number): void {
    this.#closeRun()
    if (this.runs === this.runDevice.length) this.#growRuns()
    this.runDevice[this.runs] = device
    this.runTime[this.runs] = phenomenonTime
    this.runReceived[this.runs] = receivedAt
    this.runEnd[this.runs] = this.rows
    this.runs++
  }

  /** Goes on with the last run when it is the same, else begins one. */
  continueRun(device: number, phenomenonTime: number, receivedAt: number): void {
    const last = this.runs - 1
    const same =
      last >= 0 &&
      this.runDevice[last] === device &&
      this.runTime[last] === phenomenonTime &&
      this.runReceived[last] === receivedAt
    if (!same) this.beginRun(device, phenomenonTime, receivedAt)
  }

  add(datastream: number, value: number, quality: number): void {
    const row = this.rows
    if (row === this.datastream.length) this.#growRows()
    this.datastream[row] = datastream
    this.value[row] = value
    this.quality[row] = quality
    if (datastream < 0) this.awaiting++
    this.rows = row + 1
  }

  addText(datastream: number, text: string, quality: number): void {
    this.text.set(this.rows, text)
    this.add(datastream, Number.NaN, quality)
  }

  /** Remembers the present end for `rollback`. */
  mark(): void {
    this.#closeRun()
    this.#markedRows = this.rows
    this.#markedRuns = this.runs
    this.#markedAwaiting = this.awaiting
  }

  /** Takes off everything added since `mark`. */
  rollback(): void {
    for (let row = this.#markedRows; row < this.rows; row++) this.text.delete(row)
    this.rows = this.#markedRows
    this.runs = this.#markedRuns
    this.awaiting = this.#markedAwaiting
  }

  /** Ends the last run; call before reading the columns. */
  finish(): void {
    this.#closeRun()
  }

  clear(): void {
    this.rows = 0
    this.runs = 0
    this.awaiting = 0
    this.text.clear()
  }

  encode(names: readonly SeriesName[] = []): Buffer<ArrayBuffer> {
    this.finish()
    const { rows, runs } = this
    const texts = this.text.size === 0 ? '' : JSON.stringify([...this.text])
    const namesText = names.length === 0 ? '' : JSON.stringify(names)
    const textBytes = Buffer.byteLength(texts)
    const nameBytes = Buffer.byteLength(namesText)
    const columns = HEADER_BYTES + runs * BYTES_PER_RUN + rows * BYTES_PER_ROW
    const size = columns + textBytes + nameBytes
    const bytes = Buffer.allocUnsafeSlow(size)
    const views = columnViews(bytes, rows, runs)
    views.runTime.set(this.runTime.subarray(0, runs))
    views.runReceived.set(this.runReceived.subarray(0, runs))
    views.value.set(this.value.subarray(0, rows))
    views.runDevice.set(this.runDevice.subarray(0, runs))
    views.runEnd.set(this.runEnd.subarray(0, runs))
    views.datastream.set(this.datastream.subarray(0, rows))
    views.quality.set(this.quality.subarray(0, rows))
    bytes.write(texts, columns)
    bytes.write(namesText, columns + textBytes)
    bytes.writeUInt32LE(MAGIC, 0)
    bytes.writeUInt32LE(rows, 8)
    bytes.writeUInt32LE(runs, 12)
    bytes.writeUInt32LE(textBytes, 16)
    bytes.writeUInt32LE(nameBytes, 20)
    bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4)
    return bytes
  }

  #closeRun(): void {
    if (this.runs === 0) return
    const last = this.runs - 1
    const start = last === 0 ? 0 : (this.runEnd[last - 1] as number)
    if (this.rows === start) this.runs = last
    else this.runEnd[last] = this.rows
  }

  #growRows(): void {
    const capacity = this.datastream.length * 2
    this.datastream = copyInto(this.datastream, new Int32Array(capacity))
    this.value = copyInto(this.value, new Float64Array(capacity))
    this.quality = copyInto(this.quality, new Uint8Array(capacity))
  }

  #growRuns(): void {
    const capacity = this.runDevice.length * 2
    this.runDevice = copyInto(this.runDevice, new Int32Array(capacity))
    this.runEnd = copyInto(this.runEnd, new Int32Array(capacity))
    this.runTime = copyInto(this.runTime, new Float64Array(capacity))
    this.runReceived = copyInto(this.runReceived, new Float64Array(capacity))
  }
}

/** A decoded batch; the arrays are views into the encoded bytes. */
export interface BatchView {
  readonly rows: number
  readonly runs: number
  readonly runDevice: Int32Array
  /** Row after the last of the run. */
  readonly runEnd: Int32Array
  readonly runTime: Float64Array
  readonly runReceived: Float64Array
  readonly datastream: Int32Array
  readonly value: Float64Array
  readonly quality: Uint8Array
  readonly text: ReadonlyMap<number, string>
  readonly names: readonly SeriesName[]
}

/** Reads an encoded batch without copying its columns; a string says how it is damaged. */
export function decodeBatch(encoded: Uint8Array): BatchView | string {
  if (encoded.length < HEADER_BYTES) return `batch of ${encoded.length} bytes is shorter than its header`
  const bytes = aligned(encoded)
  if (bytes.readUInt32LE(0) !== MAGIC) return 'batch does not start with its mark'
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return 'checksum of the batch does not match'
  const rows = bytes.readUInt32LE(8)
  const runs = bytes.readUInt32LE(12)
  const textBytes = bytes.readUInt32LE(16)
  const nameBytes = bytes.readUInt32LE(20)
  const columns = HEADER_BYTES + runs * BYTES_PER_RUN + rows * BYTES_PER_ROW
  if (columns + textBytes + nameBytes !== bytes.length) return 'size of the batch does not match its header'
  const texts = bytes.toString('utf8', columns, columns + textBytes)
  const names = bytes.toString('utf8', columns + textBytes)
  return {
    rows,
    runs,
    ...columnViews(bytes, rows, runs),
    text: new Map(texts === '' ? [] : (JSON.parse(texts) as [number, string][])),
    names: names === '' ? [] : (JSON.parse(names) as SeriesName[]),
  }
}

/** Several outbox batches as one batch for the store, the run's times written out per row. Reusable. */
export class MergedBatch implements ObservationBatch {
  sequence = 0
  length = 0
  datastream = new Int32Array(FIRST_ROWS)
  phenomenonTime = new Float64Array(FIRST_ROWS)
  resultTime = new Float64Array(FIRST_ROWS)
  value = new Float64Array(FIRST_ROWS)
  quality = new Uint8Array(FIRST_ROWS)
  readonly text = new Map<number, string>()

  clear(): void {
    this.sequence = 0
    this.length = 0
    this.text.clear()
  }

  append(sequence: number, batch: BatchView): void {
    const start = this.length
    this.#reserve(start + batch.rows)
    this.datastream.set(batch.datastream, start)
    this.value.set(batch.value, start)
    this.quality.set(batch.quality, start)
    let row = 0
    for (let run = 0; run < batch.runs; run++) {
      const end = batch.runEnd[run] as number
      const time = batch.runTime[run] as number
      const received = batch.runReceived[run] as number
      for (; row < end; row++) {
        this.phenomenonTime[start + row] = time
        this.resultTime[start + row] = received
      }
    }
    for (const [at, text] of batch.text) this.text.set(start + at, text)
    this.length = start + batch.rows
    this.sequence = sequence
  }

  #reserve(rows: number): void {
    let capacity = this.datastream.length
    if (rows <= capacity) return
    while (capacity < rows) capacity *= 2
    this.datastream = copyInto(this.datastream, new Int32Array(capacity))
    this.phenomenonTime = copyInto(this.phenomenonTime, new Float64Array(capacity))
    this.resultTime = copyInto(this.resultTime, new Float64Array(capacity))
    this.value = copyInto(this.value, new Float64Array(capacity))
    this.quality = copyInto(this.quality, new Uint8Array(capacity))
  }
}

function columnViews(bytes: Buffer<ArrayBufferLike>, rows: number, runs: number) {
  const { buffer } = bytes
  let at = bytes.byteOffset + HEADER_BYTES
  const next = (size: number): number => {
    const start = at
    at += size
    return start
  }
  return {
    runTime: new Float64Array(buffer, next(runs * 8), runs),
    runReceived: new Float64Array(buffer, next(runs * 8), runs),
    value: new Float64Array(buffer, next(rows * 8), rows),
    runDevice: new Int32Array(buffer, next(runs * 4), runs),
    runEnd: new Int32Array(buffer, next(runs * 4), runs),
    datastream: new Int32Array(buffer, next(rows * 4), rows),
    quality: new Uint8Array(buffer, next(rows), rows),
  }
}

/** Views of doubles must start on a multiple of eight. */
function aligned(encoded: Uint8Array): Buffer<ArrayBufferLike> {
  if (encoded.byteOffset % 8 === 0) {
    return Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length)
  }
  const copy = Buffer.allocUnsafeSlow(encoded.length)
  copy.set(encoded)
  return copy
}

function copyInto<T extends { set(from: never): void }>(from: T, to: T): T {
  to.set(from as never)
  return to
}
