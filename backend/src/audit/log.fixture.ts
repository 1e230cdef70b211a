import { generateKeyPairSync } from 'node:crypto'
import { AUDIT_ACTIONS, type AuditEntry } from '@osprey/core/api/audit'
import { canonicalJson } from './canonical.ts'
import { type ChainHead, chained, GENESIS } from './chain.ts'
import { keyId, signHead } from './head.ts'
import { HeadBook } from './head-book.ts'
import type { StoredEntry } from './stored-entry.ts'
import { type Expected, type Verification, Verifier } from './verify.ts'

/** A log made without a database, for tests of the verifier. */

export const START = Date.UTC(2026, 10, 22, 8)

export function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { id: keyId(publicKey), privateKey, publicKey, publicPem }
}

/** Entries after `head`, of which `name` makes another story. */
export function entriesOf(count: number, head: ChainHead = GENESIS, name = 'Gate'): AuditEntry[] {
  const entries: AuditEntry[] = []
  let end = head
  for (let index = 0; index < count; index++) {
    const number = end.sequence + 1
    const { entry } = chained(
      {
        action: AUDIT_ACTIONS[number % AUDIT_ACTIONS.length] as AuditEntry['action'],
        object: number % 5 === 0 ? null : { kind: 'station', id: `s-${number}` },
        before: number % 3 === 0 ? undefined : { name: `${name} ${number}`, height: number / 7 },
        after: { name: `${name} ${number + 1}, 上海 \u{1F30A}`, nested: [{ b: 1, a: null }] },
      },
      { kind: 'user', name: 'mei', address: '203.0.113.7' },
      end,
      START + number * 1000,
    )
    entries.push(entry)
    end = entry
  }
  return entries
}

export const textOf = (entries: readonly AuditEntry[]) =>
  entries.map((entry) => `${canonicalJson(entry)}\n`).join('')

export function verified(
  text: string | Uint8Array,
  heads: readonly string[] = [],
  keys: Parameters<typeof signHead>[1][] = [],
  expected: Expected = {},
): Verification {
  const book = new HeadBook(keys.map((key) => (key as ReturnType<typeof newKey>).publicKey))
  for (const [index, head] of heads.entries()) book.add(head, `heads line ${index + 1}`)
  const verifier = new Verifier(book, expected)
  const bytes = Buffer.from(text)
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    verifier.take(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) verifier.take(bytes.subarray(start))
  return verifier.end()
}

/** The line of a file of heads. */
export function headLine(entry: ChainHead, key: Parameters<typeof signHead>[1], time = START): string {
  return canonicalJson(signHead(entry, key, time))
}

/** As the database holds the entry. */
export function storedOf(entry: AuditEntry): StoredEntry {
  const { sequence, time, actor, action, object, hash } = entry
  return {
    sequence,
    time: new Date(time),
    actor: actor.name,
    action,
    objectKind: object?.kind ?? null,
    objectId: object?.id ?? null,
    hash,
    entry: canonicalJson(entry),
  }
}
