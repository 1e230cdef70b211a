/** What the verifier can find, and what that means. */
export const FINDING_REASONS = {
  not_an_entry: 'the line is no entry of an audit log: it was changed or replaced',
  not_canonical: 'the line is not written in the canonical form (RFC 8785): it was changed',
  edited: 'the entry does not have the hash it states: it was changed',
  broken_link: 'the entry does not follow from the one before it: one of them was replaced',
  missing: 'entries are missing: they were deleted',
  duplicate: 'the sequence number was there before: the entry was inserted or copied',
  reordered: 'the entry stands in the wrong place',
  truncated: 'the log ends before an entry that a signed head attests: its end was cut off',
  rewritten: 'the entry differs from what a signed head attests: the log was rewritten',
  head_unreadable: 'the line is no signed head: it was changed',
  head_bad_signature: 'the signature does not fit the head: it was changed or forged',
  head_unknown_key: 'the head is signed by a key that was not given',
  head_missing: 'a signed head is missing: it was removed, or not all heads were given',
  heads_fork: 'two heads follow the same head: heads were removed and others put in their place',
  heads_contradict: 'two heads attest different hashes for one entry',
} as const

export type FindingReason = keyof typeof FINDING_REASONS

export interface Finding {
  reason: FindingReason
  /** Where: the line of the export counted from 1, or the place of a head. */
  at: string | null
  sequence: number | null
  detail: string
}

/** More are only counted. */
const MAX_LISTED = 1000

export class Findings {
  readonly listed: Finding[] = []
  total = 0

  add(finding: Finding): void {
    this.total++
    if (this.listed.length < MAX_LISTED) this.listed.push(finding)
  }
}
