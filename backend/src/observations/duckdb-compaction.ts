import { constants, copyFile, link, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import {
  fileDatastreams,
  fileRows,
  hotDatastreams,
  onDay,
  refreshLatest,
  type Slice,
  writeSlice,
} from './duckdb-queries.ts'
import { type Part, type Partition, type Partitions, partName } from './partitions.ts'
import { assignToParts, cutIntoSlices, type DatastreamRows, mergeRows, type PartChange } from './slices.ts'

/**
 * Rows sorted at once. Two million take about 120 MB, so a day of any size compacts within the memory limit
 * without spilling; a day of 3.3 million rows becomes two files.
 */
const SLICE_ROWS = 2_000_000

/**
 * Moves the hot rows of one day into its partition and returns their number.
 *
 * Everything happens in one transaction, whose snapshot fixes which rows are moved: rows appended meanwhile are
 * neither written nor deleted. Whatever instant a crash strikes, nothing is lost or doubled:
 * - before the rename, the unfinished directory is removed at the next start and the hot rows are still there;
 * - from the rename on, a superseded directory still there is removed at the next start;
 * - between rename and commit, the rows are in both places, where reads and the next compaction keep one of each.
 */
export async function compactDay(
  connection: DuckDBConnection,
  partitions: Partitions,
  day: number,
): Promise<number> {
  const previous = partitions.get(day)
  const unfinished = await partitions.begin(day)
  await connection.run('BEGIN')
  try {
    const slices = await writeGeneration(connection, previous, day, unfinished, link)
    const partition = await partitions.publish(day, unfinished)
    // A reader that still holds the old files must find them, and must not find the hot rows gone.
    await partitions.leasesReleased()
    if (previous) await rm(previous.directory, { recursive: true })
    const deleted = await connection.run(`DELETE FROM hot WHERE ${onDay(day)}`)
    const rows = deleted.rowsChanged
    for (const slice of slices) {
      const file = join(partition.directory, basename(slice.target))
      await connection.run(refreshLatest(slice, file))
    }
    await connection.run('COMMIT')
    return rows
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => {})
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
}

/**
 * Writes a day as it is now, partition and hot rows merged, to a directory elsewhere. No compaction may run
 * meanwhile.
 */
export async function archiveDay(
  connection: DuckDBConnection,
  partitions: Partitions,
  day: number,
  directory: string,
): Promise<void> {
  // One snapshot, so that every slice sees the rows it was cut for.
  await connection.run('BEGIN')
  try {
    const copy = (from: string, to: string) => copyFile(from, to, constants.COPYFILE_FICLONE)
    await writeGeneration(connection, partitions.get(day), day, directory, copy)
  } finally {
    await connection.run('ROLLBACK')
  }
}

/** Writes the day's next generation. Files without late rows are linked or copied, not written again. */
async function writeGeneration(
  connection: DuckDBConnection,
  previous: Partition | undefined,
  day: number,
  directory: string,
  keep: (from: string, to: string) => Promise<void>,
): Promise<Slice[]> {
  const fresh = await readDatastreamRows(connection, hotDatastreams(day))
  const slices: Slice[] = []
  for (const change of assignToParts(previous?.parts ?? [], fresh)) {
    if (change.part && change.fresh.length === 0) {
      await keep(change.part.path, join(directory, basename(change.part.path)))
      continue
    }
    for (const { first, last } of await sliceChange(connection, change)) {
      const target = join(directory, partName(first, last))
      slices.push({ day, first, last, previous: change.part?.path, target })
    }
  }
  for (const slice of slices) await connection.run(writeSlice(slice))
  return slices
}

async function sliceChange(
  connection: DuckDBConnection,
  { part, fresh }: PartChange,
): Promise<{ first: number; last: number }[]> {
  if (!part) return cutIntoSlices(fresh, SLICE_ROWS)
  const first = Math.min(part.first, fresh[0]?.datastream ?? part.first)
  const last = Math.max(part.last, fresh.at(-1)?.datastream ?? part.last)
  const total = (await countRows(connection, part)) + fresh.reduce((sum, each) => sum + each.rows, 0)
  if (total <= 1.5 * SLICE_ROWS) return [{ first, last }]
  const stored = await readDatastreamRows(connection, fileDatastreams(part.path))
  return cutIntoSlices(mergeRows(stored, fresh), SLICE_ROWS)
}

async function countRows(connection: DuckDBConnection, part: Part): Promise<number> {
  const reader = await connection.runAndReadAll(fileRows([part.path]))
  return Number(reader.getRows()[0]?.[1] ?? 0)
}

async function readDatastreamRows(connection: DuckDBConnection, sql: string): Promise<DatastreamRows[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader
    .getRows()
    .map(([datastream, rows]) => ({ datastream: Number(datastream), rows: Number(rows) }))
}
