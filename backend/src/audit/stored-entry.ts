import type { AuditEntry } from '@osprey/core/api/audit'
import { isCanonical } from './canonical.ts'
import { hashOfText } from './chain.ts'

/** One row of the audit log: the entry, and the columns beside it that exist to be searched. */
export interface StoredEntry {
  sequence: number
  time: Date
  actor: string
  action: string
  objectKind: string | null
  objectId: string | null
  hash: string
  /** Canonical JSON. */
  entry: string
}

export interface ReadEntry {
  entry: AuditEntry
  /** Columns that say something else than the entry. No hash covers them. */
  differing: string[]
}

/** The entry by its text alone, hash computed again; undefined when the text is none or has not the hash it states. */
export function readEntry(row: StoredEntry): ReadEntry | undefined {
  const entry = parsed(row.entry)
  if (!entry) return undefined
  const columns: [string, unknown, unknown][] = [
    ['time', row.time.getTime(), Date.parse(entry.time)],
    ['actor', row.actor, entry.actor.name],
    ['action', row.action, entry.action],
    ['object_kind', row.objectKind, entry.object?.kind ?? null],
    ['object_id', row.objectId, entry.object?.id ?? null],
    ['hash', row.hash, entry.hash],
  ]
  // A time that is no date (infinity) is NaN and differs from everything.
  const differing = columns.filter(([, column, member]) => column !== member).map(([name]) => name)
  return row.sequence === entry.sequence ? { entry, differing } : undefined
}

function parsed(text: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(text) as AuditEntry
    const isIntact = isCanonical(text, entry) && hashOfText(text, entry) === entry.hash
    return isIntact && typeof entry.actor === 'object' ? entry : undefined
  } catch {
    return undefined
  }
}

const MAX_NAMED = 10

/** Collects the entries whose columns differ from them: a search would not find those as they are. */
export class ColumnCheck {
  private count = 0
  private readonly named: string[] = []

  add(sequence: number, differing: readonly string[]): void {
    if (differing.length === 0) return
    this.count++
    if (this.named.length < MAX_NAMED) this.named.push(`${sequence} (${differing.join(', ')})`)
  }

  contradiction() {
    if (this.count === 0) return undefined
    const more = this.count > this.named.length ? ` and ${this.count - this.named.length} more` : ''
    const detail = `columns differ from the entry they belong to, so that a search misses it: entry ${this.named.join(', ')}${more}`
    return { reason: 'columns_changed', detail, head: null }
  }
}
