import type { Part } from './partitions.ts'

/** Rows of one datastream. */
export interface DatastreamRows {
  datastream: number
  rows: number
}

/** A file of the day as it was, and what it has to take up. */
export interface PartChange {
  /** Absent for a day's first generation. */
  part: Part | undefined
  fresh: DatastreamRows[]
}

/**
 * Gives each datastream with fresh rows to the file that will hold it: the one whose range it falls into or
 * follows. `parts` and `fresh` ascend by datastream.
 */
export function assignToParts(parts: readonly Part[], fresh: readonly DatastreamRows[]): PartChange[] {
  if (parts.length === 0) return [{ part: undefined, fresh: [...fresh] }]
  const changes: PartChange[] = parts.map((part) => ({ part, fresh: [] }))
  let index = 0
  for (const each of fresh) {
    while (index + 1 < parts.length && (parts[index + 1] as Part).first <= each.datastream) index++
    changes[index]?.fresh.push(each)
  }
  return changes
}

/** Sums two ascending lists into one. */
export function mergeRows(a: readonly DatastreamRows[], b: readonly DatastreamRows[]): DatastreamRows[] {
  const rows = new Map<number, number>()
  for (const each of [...a, ...b]) rows.set(each.datastream, (rows.get(each.datastream) ?? 0) + each.rows)
  return [...rows].map(([datastream, count]) => ({ datastream, rows: count })).sort(byDatastream)
}

/** Cuts an ascending list into ranges of datastreams of about `target` rows, so that each sorts in memory. */
export function cutIntoSlices(
  datastreams: readonly DatastreamRows[],
  target: number,
): { first: number; last: number }[] {
  const slices: { first: number; last: number }[] = []
  let rows = 0
  for (const each of datastreams) {
    const open = slices.at(-1)
    if (open && rows + each.rows <= target) {
      open.last = each.datastream
      rows += each.rows
    } else {
      slices.push({ first: each.datastream, last: each.datastream })
      rows = each.rows
    }
  }
  return slices
}

function byDatastream(a: DatastreamRows, b: DatastreamRows): number {
  return a.datastream - b.datastream
}
