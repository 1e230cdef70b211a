import type { KeyObject } from 'node:crypto'
import type { AuditHead } from '@osprey/core/api/audit'
import { Findings } from './findings.ts'
import { headDigest, isSignedBy, keyId, parseHead } from './head.ts'

interface Follower {
  at: string
  sequence: number
  time: string
}

/** Signed heads brought to a verification, with those left out that are not what they claim to be. */
export class HeadBook {
  readonly findings = new Findings()
  private readonly bySequence = new Map<number, Pick<AuditHead, 'hash' | 'time'>>()
  private readonly keys: ReadonlyMap<string, KeyObject>
  private readonly digests = new Set<string>()
  /** By the digest of the head that each says was before it. */
  private readonly followers = new Map<string, Follower>()
  private oldest: AuditHead | undefined
  private count = 0
  private newest: AuditHead | undefined

  /** Without keys no signature is checked. */
  constructor(keys: readonly KeyObject[]) {
    this.keys = new Map(keys.map((key) => [keyId(key), key]))
  }

  /** Takes one line of a file of heads; `at` names its place. */
  add(line: string, at: string): void {
    this.count++
    const head = parseHead(line)
    if (!head) {
      const detail = `expected a signed head, found ${JSON.stringify(line.slice(0, 60))}`
      this.findings.add({ reason: 'head_unreadable', at, sequence: null, detail })
      return
    }
    if (!this.isTrusted(head, at)) return
    this.link(head, at)
    const { sequence, hash, time } = head
    const known = this.bySequence.get(sequence)
    if (known && known.hash !== hash) {
      const detail = `heads of ${known.time} and ${time} attest ${known.hash} and ${hash}`
      this.findings.add({ reason: 'heads_contradict', at, sequence, detail })
      return
    }
    this.bySequence.set(sequence, { hash, time })
    if (!this.newest || sequence > this.newest.sequence) this.newest = head
  }

  /**
   * Tells of heads that others name as the one before them and that were not given, once all are taken. In a part of
   * the log the oldest may follow one that was not.
   */
  end(isPart: boolean): void {
    for (const [digest, { at, sequence, time }] of this.followers) {
      if (this.digests.has(digest) || (isPart && time === this.oldest?.time)) continue
      const detail = `the head of ${time} for entry ${sequence} follows a head with the digest ${digest}`
      this.findings.add({ reason: 'head_missing', at, sequence, detail })
    }
    this.followers.clear()
  }

  /** Lines taken. */
  get given(): number {
    return this.count
  }

  get checksSignatures(): boolean {
    return this.keys.size > 0
  }

  /** The head with the highest sequence number. */
  get highest(): AuditHead | undefined {
    return this.newest
  }

  at(sequence: number): Pick<AuditHead, 'hash' | 'time'> | undefined {
    return this.bySequence.get(sequence)
  }

  /** Sequence numbers attested. */
  sequences(): Iterable<number> {
    return this.bySequence.keys()
  }

  private link(head: AuditHead, at: string): void {
    const { sequence, time, previousHead } = head
    const digest = headDigest(head)
    // The same line may be in two files.
    if (this.digests.has(digest)) return
    this.digests.add(digest)
    if (!this.oldest || time < this.oldest.time) this.oldest = head
    if (typeof previousHead !== 'string') return
    const other = this.followers.get(previousHead)
    if (other) {
      const detail = `the heads of ${other.time} and ${time} both follow the head with the digest ${previousHead}`
      this.findings.add({ reason: 'heads_fork', at, sequence, detail })
    } else this.followers.set(previousHead, { at, sequence, time })
  }

  private isTrusted(head: AuditHead, at: string): boolean {
    if (!this.checksSignatures) return true
    const { sequence } = head
    const key = this.keys.get(head.key)
    if (!key) {
      const detail = `signed by key ${head.key}, expected ${[...this.keys.keys()].join(' or ')}`
      this.findings.add({ reason: 'head_unknown_key', at, sequence, detail })
      return false
    }
    if (isSignedBy(head, key)) return true
    const detail = `head of ${head.time} for entry ${sequence}: the signature is not that of key ${head.key}`
    this.findings.add({ reason: 'head_bad_signature', at, sequence, detail })
    return false
  }
}
