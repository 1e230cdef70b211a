import type { AuditHead } from '@osprey/core/api/audit'
import type { ChainState } from './audit-log.ts'
import { type ChainHead, GENESIS } from './chain.ts'
import type { Mismatch } from './head-files.ts'
import { ColumnCheck, readEntry } from './stored-entry.ts'

/** Entries read from the database at a time. */
const ENTRIES_PER_BATCH = 500

/** Why the audit log cannot be what was signed. */
export type Contradiction = Omit<Mismatch, 'time'>

/** Does the database contradict one of these heads? All hashes are computed again. Newest first. */
export async function contradictionOfHeads(
  chain: Pick<ChainState, 'storedAt'>,
  heads: readonly AuditHead[],
  isSigned: (head: AuditHead) => Promise<boolean>,
): Promise<Contradiction | undefined> {
  const columns = new ColumnCheck()
  for (let at = 0; at < heads.length; at += ENTRIES_PER_BATCH) {
    const batch = heads.slice(at, at + ENTRIES_PER_BATCH)
    const rows = await chain.storedAt([...new Set(batch.map(({ sequence }) => sequence))])
    const held = new Map<number, string>([[GENESIS.sequence, GENESIS.hash]])
    for (const row of rows) {
      const read = readEntry(row)
      held.set(row.sequence, read?.entry.hash ?? '')
      columns.add(row.sequence, read?.differing ?? [])
    }
    for (const head of batch) {
      const found = judgeHead(head, await isSigned(head), held.get(head.sequence))
      if (found) return found
    }
  }
  return columns.contradiction()
}

/** Do the entries lead from a head that the database holds to the end it states? All hashes are computed again. */
export async function contradictionSince(
  chain: Pick<ChainState, 'stored'>,
  since: ChainHead,
  end: ChainHead,
): Promise<Contradiction | undefined> {
  const columns = new ColumnCheck()
  let tip = since
  while (tip.sequence < end.sequence) {
    const rows = await chain.stored(tip.sequence, end.sequence, ENTRIES_PER_BATCH)
    if (rows.length === 0) return missing(tip.sequence + 1)
    for (const row of rows) {
      if (row.sequence !== tip.sequence + 1) return missing(tip.sequence + 1)
      const read = readEntry(row)
      if (!read) return changed(`entry ${row.sequence} does not have the hash it states: it was changed`)
      const { sequence, previous, hash } = read.entry
      if (previous !== tip.hash)
        return changed(`entry ${sequence} does not follow from the one before: the log was rewritten`)
      columns.add(sequence, read.differing)
      tip = { sequence, hash }
    }
  }
  if (tip.sequence !== end.sequence || tip.hash !== end.hash) {
    return changed(
      `the audit log states that it ends at entry ${end.sequence} with ${end.hash}, its entries end at ` +
        `${tip.sequence} with ${tip.hash}: it was rewritten`,
    )
  }
  return columns.contradiction()
}

const changed = (detail: string) => ({ reason: 'entries_changed', detail, head: null })
const missing = (sequence: number) => ({
  reason: 'entries_missing',
  detail: `entry ${sequence} is not in the audit log: it was removed`,
  head: null,
})

/** Does the database, which holds the hash `held` at the head's entry, contradict the head? */
export function judgeHead(
  { sequence, hash, time }: AuditHead,
  isSigned: boolean,
  held: string | undefined,
): Contradiction | undefined {
  const named = `the signed head of entry ${sequence} of ${time}`
  const head = { sequence, hash, time }
  if (!isSigned) {
    return { reason: 'bad_signature', detail: `${named} has a wrong signature: it was changed`, head }
  }
  if (held === undefined) {
    return {
      reason: 'entries_missing',
      detail: `${named} is not in the audit log: entries were removed`,
      head,
    }
  }
  if (held !== hash) {
    return {
      reason: 'entries_changed',
      detail: `${named} differs from the audit log: it was rewritten`,
      head,
    }
  }
  return undefined
}
