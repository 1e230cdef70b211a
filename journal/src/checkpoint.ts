import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Counters } from './record.ts'

/*
 * The counters are in every record; this copy outside LMDB, about a second old, only serves to know after damage
 * how much was lost and which sequences a reader may already have seen.
 */
const FILE = 'counters.json'

export interface Checkpoint extends Counters {
  /** The journal's id, see Journal.id. */
  id?: string
}

export function writeCheckpoint(path: string, counters: Checkpoint): void {
  const file = join(path, FILE)
  try {
    writeFileSync(`${file}.new`, JSON.stringify(counters))
    renameSync(`${file}.new`, file)
  } catch {
    // advisory only: on a full disk the former copy stays
  }
}

export function readCheckpoint(path: string): Checkpoint {
  try {
    const { sequence, entries, observations, bytes, id } = JSON.parse(
      readFileSync(join(path, FILE), 'utf8'),
    ) as Checkpoint
    if ([sequence, entries, observations, bytes].every(Number.isSafeInteger))
      return { sequence, entries, observations, bytes, ...(typeof id === 'string' && { id }) }
  } catch {
    // none was written yet, or it is unreadable: nothing is known
  }
  return { sequence: 0, entries: 0, observations: 0, bytes: 0 }
}
