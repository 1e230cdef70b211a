import type { AuditEntry, AuditView } from '@osprey/core/api/audit'

/** The entries shown, newest first, and where to read on. */
export interface Shown {
  entries: readonly AuditEntry[]
  next: number | null
}

/**
 * Puts a fresh first page before what is shown already. When so much happened that the page does not reach what is
 * shown, only the page is kept: a gap in the list would look like a gap in the log.
 */
export function withNewest(shown: Shown | null, page: Pick<AuditView, 'entries' | 'next'>): Shown {
  const known = shown?.entries[0]?.sequence
  const oldest = page.entries.at(-1)?.sequence
  if (shown === null || known === undefined || oldest === undefined) return page
  if (page.next === null) return page
  const newer = page.entries.filter(({ sequence }) => sequence > known)
  if (newer.length === page.entries.length) return page
  return { entries: [...newer, ...shown.entries], next: shown.next }
}

/** Appends an older page. */
export function withOlder(shown: Shown, page: Pick<AuditView, 'entries' | 'next'>): Shown {
  const last = shown.entries.at(-1)?.sequence ?? Number.POSITIVE_INFINITY
  const older = page.entries.filter(({ sequence }) => sequence < last)
  return { entries: [...shown.entries, ...older], next: page.next }
}
