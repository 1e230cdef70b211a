import { BatchBuilder, type BatchView, decodeBatch, type SeriesName } from './batch.ts'
import type { Ledger } from './ledger.ts'
import type { EncodedBatch, Outbox } from './outbox.ts'
import type { Resolver } from './resolver.ts'
import { nextTurn, untilDone } from './retry.ts'

/**
 * Readings whose datastream does not exist yet (the first of their kind, or PostgreSQL is down). Only they are
 * held: durable, within the outbox's bytes, apart from the batches for the store. They already count as
 * pending and are already the latest values. Before a later batch is committed, held readings whose
 * datastream has come are moved in front of it, so that of two readings for one phenomenon time the one
 * received later is still the one stored later.
 */

/** Rows released in one transaction, in a few milliseconds of one turn. */
const ROWS_AT_ONCE = 16_384

/** Gives rows their datastream where it has come meanwhile. */
export function fillDatastreams(builder: BatchBuilder, resolver: Resolver): void {
  if (builder.awaiting === 0) return
  for (let row = 0; row < builder.rows; row++) {
    const datastream = builder.datastream[row] as number
    if (datastream >= 0) continue
    const found = resolver.seriesDatastream[-1 - datastream] as number
    if (found === 0) continue
    builder.datastream[row] = found
    builder.awaiting--
  }
}

/**
 * Encodes a finished builder: rows with a datastream as one batch, rows without as another that names their
 * series. Either is undefined when it would be empty.
 */
export function encodeApart(
  builder: BatchBuilder,
  resolver: Resolver,
  receivedAt: number,
): { batch: EncodedBatch | undefined; held: EncodedBatch | undefined } {
  builder.finish()
  if (builder.awaiting === 0) return { batch: encoded(builder, receivedAt), held: undefined }
  const ready = new BatchBuilder()
  const waiting = new NamedBuilder()
  eachRow(builder, (device, time, received, row) => {
    const datastream = builder.datastream[row] as number
    if (datastream >= 0) copyRow(builder, row, ready, datastream, device, time, received)
    else {
      const series = -1 - datastream
      const name = [resolver.stationOfSeries(series).id, resolver.propertyOfSeries(series).id] as const
      copyRow(builder, row, waiting.builder, waiting.indexOf(name), device, time, received)
    }
  })
  return { batch: encoded(ready, receivedAt), held: waiting.encode(receivedAt) }
}

export interface HeldParts {
  outbox: Outbox
  resolver: Resolver
  ledger: Ledger
  /** Ends the retries of a failing outbox. */
  signal: AbortSignal
  failed: (error: Error) => void
}

/** Moves the held readings whose datastream has come to the batches for the store. Run it alone. */
export async function releaseHeld(parts: HeldParts): Promise<void> {
  const { outbox, ledger, signal, failed } = parts
  let index = 0
  while (index < outbox.heldBatches && !signal.aborted) {
    const count = groupSize(outbox, index)
    const { batch, rest, dropped } = sortOut(parts, index, count)
    if (batch === undefined && dropped.length === 0) {
      index += count
      await nextTurn()
      continue
    }
    for (const device of dropped) ledger.dropped(device, 'unknown_station', 1)
    const release = outbox.releasing(index, count, batch, rest, ledger.takeWrites('held'))
    await untilDone(() => outbox.commit(release), signal, failed)
    if (rest !== undefined) index++
  }
}

/** How many held batches from `index` on to take together. */
function groupSize(outbox: Outbox, index: number): number {
  let rows = 0
  let count = 0
  while (index + count < outbox.heldBatches) {
    rows += outbox.held(index + count)?.rows ?? 0
    if (count > 0 && rows > ROWS_AT_ONCE) break
    count++
  }
  return count
}

interface Sorted {
  batch: EncodedBatch | undefined
  rest: EncodedBatch | undefined
  /** Devices of the readings whose station is gone, one for each. */
  dropped: number[]
}

/** Divides the rows of held batches into those with a datastream, those still without, and the lost ones. */
function sortOut(parts: HeldParts, index: number, count: number): Sorted {
  const { outbox, resolver } = parts
  const ready = new BatchBuilder()
  const rest = new NamedBuilder()
  const dropped: number[] = []
  let receivedAt = 0
  for (let at = index; at < index + count; at++) {
    const held = outbox.held(at)
    if (held === undefined) continue
    const view = readHeld(parts, held.sequence)
    if (view === undefined) continue
    receivedAt = Math.max(receivedAt, held.receivedAt)
    const targets = view.names.map(([station, property]) => targetOf(resolver, station, property))
    eachRow(view, (device, time, received, row) => {
      const name = -1 - (view.datastream[row] as number)
      const target = targets[name] as number
      if (target > 0) copyRow(view, row, ready, target, device, time, received)
      else if (target === GONE) dropped.push(device)
      else
        copyRow(view, row, rest.builder, rest.indexOf(view.names[name] as SeriesName), device, time, received)
    })
  }
  return { batch: encoded(ready, receivedAt), rest: rest.encode(receivedAt), dropped }
}

const GONE = -1

/** The datastream of a held series, 0 while it is awaited, or that its station is gone. */
function targetOf(resolver: Resolver, station: string, property: string): number {
  const series = resolver.seriesOf(station, property)
  if (!resolver.stationOfSeries(series).present) return GONE
  return resolver.seriesDatastream[series] as number
}

/** A held batch found damaged has no readings left to release; the next start counts them as lost. */
function readHeld({ outbox, failed }: HeldParts, sequence: number): BatchView | undefined {
  const bytes = outbox.get('held', sequence)
  const view = bytes === undefined ? 'it is missing' : decodeBatch(bytes)
  if (typeof view !== 'string') return view
  failed(new Error(`held batch ${sequence}: ${view}`))
  return undefined
}

/** A builder of rows that carry the index of their series' name. */
class NamedBuilder {
  readonly builder = new BatchBuilder()
  readonly #names: SeriesName[] = []
  readonly #indices = new Map<string, number>()

  /** What a row of this series carries in place of a datastream. */
  indexOf(name: SeriesName): number {
    const key = `${name[0]} ${name[1]}`
    let index = this.#indices.get(key)
    if (index === undefined) {
      index = this.#names.push(name) - 1
      this.#indices.set(key, index)
    }
    return -1 - index
  }

  encode(receivedAt: number): EncodedBatch | undefined {
    return encoded(this.builder, receivedAt, this.#names)
  }
}

type Rows = Pick<
  BatchView,
  | 'rows'
  | 'runs'
  | 'runDevice'
  | 'runEnd'
  | 'runTime'
  | 'runReceived'
  | 'datastream'
  | 'value'
  | 'quality'
  | 'text'
>

function eachRow(
  rows: Rows,
  visit: (device: number, time: number, received: number, row: number) => void,
): void {
  let row = 0
  for (let run = 0; run < rows.runs; run++) {
    const device = rows.runDevice[run] as number
    const time = rows.runTime[run] as number
    const received = rows.runReceived[run] as number
    for (const end = rows.runEnd[run] as number; row < end; row++) visit(device, time, received, row)
  }
}

/** Copies one row; the run it belongs to is opened again for it. */
function copyRow(
  from: Rows,
  row: number,
  to: BatchBuilder,
  datastream: number,
  device: number,
  time: number,
  received: number,
): void {
  to.continueRun(device, time, received)
  const text = from.text.get(row)
  if (text === undefined) to.add(datastream, from.value[row] as number, from.quality[row] as number)
  else to.addText(datastream, text, from.quality[row] as number)
}

function encoded(
  builder: BatchBuilder,
  receivedAt: number,
  names: readonly SeriesName[] = [],
): EncodedBatch | undefined {
  builder.finish()
  return builder.rows === 0 ? undefined : { bytes: builder.encode(names), rows: builder.rows, receivedAt }
}
