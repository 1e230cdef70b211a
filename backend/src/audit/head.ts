import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import { type AuditHead, auditHead } from '@osprey/core/api/audit'
import { canonicalJson } from './canonical.ts'
import type { ChainHead } from './chain.ts'

/** A signed statement that the chain had this head at that time. `previousHead` is the digest of the head before. */
export function signHead(
  { sequence, hash }: ChainHead,
  { id, privateKey }: { id: string; privateKey: KeyObject },
  now: number,
  previousHead?: string | null,
): AuditHead {
  const statement = {
    sequence,
    hash,
    time: new Date(now).toISOString(),
    key: id,
    ...(previousHead !== undefined && { previousHead }),
  }
  const signature = sign(null, Buffer.from(canonicalJson(statement)), privateKey).toString('base64')
  return { ...statement, signature }
}

/** SHA-256 of the canonical JSON of the whole head, lower-case hexadecimal: by this the next head names it. */
export function headDigest(head: AuditHead): string {
  return createHash('sha256').update(canonicalJson(head)).digest('hex')
}

/** Does the signature fit the statement and the key? */
export function isSignedBy(head: AuditHead, publicKey: KeyObject): boolean {
  const { signature, ...statement } = head
  const bytes = Buffer.from(signature, 'base64')
  // Decoding is lenient; one signature has one writing.
  if (bytes.toString('base64') !== signature) return false
  return verify(null, Buffer.from(canonicalJson(statement)), publicKey, bytes)
}

/** The first 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex').slice(0, 16)
}

/** One line of a file of heads; undefined when it is none. */
export function parseHead(line: string): AuditHead | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  return auditHead.safeParse(value).data
}
