import { DuckDbStore } from './duckdb-store.ts'
import { batchOf, T0 } from './store.fixture.ts'

/*
 * Run as its own process, to be killed: appends numbered batches for ever and writes each number on stdout when
 * the store has resolved. Compacts all the while.
 * Arguments: directory of the store, first sequence.
 */

export const DATASTREAMS = 5
export const ROWS = 500
/** Milliseconds between two rows of a datastream: 40 batches make a day. */
export const INTERVAL = 21_600

/** Batch `sequence`: its own stretch of time for every datastream, with the sequence as value. */
export function numberedBatch(sequence: number) {
  const rowsEach = ROWS / DATASTREAMS
  const rows = Array.from({ length: ROWS }, (_, row) => ({
    datastream: 1 + (row % DATASTREAMS),
    time: T0 + (sequence * rowsEach + Math.floor(row / DATASTREAMS)) * INTERVAL,
    value: sequence,
  }))
  return batchOf(sequence, rows)
}

async function appendForever(directory: string, first: number): Promise<void> {
  const store = new DuckDbStore({ directory })
  await store.start()
  const compactForever = async (): Promise<void> => {
    await store.compact(T0 + 365 * 86_400_000)
    setImmediate(compactForever)
  }
  await compactForever()
  for (let sequence = first; ; sequence++) {
    await store.append(numberedBatch(sequence))
    process.stdout.write(`${sequence}\n`)
  }
}

const [, , directory, first] = process.argv
if (import.meta.main && directory !== undefined) await appendForever(directory, Number(first))
