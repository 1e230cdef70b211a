import { createHash } from 'node:crypto'
import { type AuditAction, type AuditEntry, auditEntry } from '@osprey/core/api/audit'
import type { Actor } from './actor.ts'
import { canonicalJson, plainJson } from './canonical.ts'

/** Where a chain stands: its last entry, or `GENESIS`. */
export interface ChainHead {
  sequence: number
  hash: string
}

/** Before the first entry. */
export const GENESIS: ChainHead = { sequence: 0, hash: '0'.repeat(64) }

/** What happened. `before` and `after` hold no secret and no hash of one. */
export interface AuditEvent {
  action: AuditAction
  object: { kind: string; id: string } | null
  before?: unknown
  after?: unknown
  /** Whoever acts now unless given, as at a log-in that has no principal yet. */
  actor?: Actor
}

/** The entry of `event` that follows `head`, and its canonical JSON. */
export function chained(
  event: AuditEvent,
  actor: Actor,
  head: ChainHead,
  now: number,
): { entry: AuditEntry; text: string } {
  const entry = plainJson({
    sequence: head.sequence + 1,
    time: new Date(now).toISOString(),
    actor: { kind: actor.kind, name: actor.name },
    address: actor.address,
    action: event.action,
    object: event.object,
    before: event.before ?? null,
    after: event.after ?? null,
    previous: head.hash,
  }) as Omit<AuditEntry, 'hash'>
  const hashed = canonicalJson(entry)
  const hash = sha256(hashed)
  const end = endOf(entry)
  return { entry: { ...entry, hash }, text: `${hashed.slice(0, -end.length)}${hashMember(hash)}${end}` }
}

/** SHA-256 of the entry's RFC 8785 canonical JSON without `hash`, lower-case hexadecimal. */
export function hashOf(entry: Omit<AuditEntry, 'hash'> & { hash?: string }): string {
  const { hash: _hash, ...hashed } = entry
  return sha256(canonicalJson(hashed))
}

/** As `hashOf`, when the canonical JSON of the whole entry is at hand. */
export function hashOfText(text: string, entry: AuditEntry): string {
  const end = endOf(entry)
  const rest = hashMember(entry.hash) + end
  const isCut = text.endsWith(rest) && Object.keys(entry).every((name) => MEMBERS.has(name))
  return isCut ? sha256(text.slice(0, -rest.length) + end) : hashOf(entry)
}

const MEMBERS: ReadonlySet<string> = new Set(Object.keys(auditEntry.shape))

/** What comes after `hash` in the order of names. */
function endOf({ object, previous, sequence, time }: Omit<AuditEntry, 'hash'>): string {
  return canonicalJson({ object, previous, sequence, time }).slice(1)
}

function hashMember(hash: string): string {
  return `"hash":"${hash}",`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
