import type { AuditEntry } from '@osprey/core/api/audit'
import { isCanonical } from './canonical.ts'
import { type ChainHead, GENESIS, hashOf, hashOfText } from './chain.ts'
import { type Finding, Findings } from './findings.ts'
import type { HeadBook } from './head-book.ts'

/** Which entries an export is to hold. */
export interface Expected {
  /** 1 unless given. */
  from?: number | undefined
  /** Without it every entry that a head attests must be there. */
  to?: number | undefined
}

export interface Verification {
  /** Lines that are intact entries or at least look like one. */
  entries: number
  first: Place | undefined
  last: Place | undefined
  heads: {
    given: number
    /** Heads, one per entry, whose entry is in the file with the hash they attest. */
    matched: number
    /** Heads for entries the export is not to hold. */
    outside: number
    signaturesChecked: boolean
    /** The newest entry that a head attests; what follows is not anchored yet. */
    anchoredTo: number | undefined
  }
  findings: readonly Finding[]
  /** All findings, the listed ones included. */
  found: number
}

interface Place {
  sequence: number
  time: string
}

/** Gaps held open for entries that come late; a file with more is beyond such detail. */
const MAX_GAPS = 10_000
const HASH = /^[0-9a-f]{64}$/
/** A byte order mark is a change like any other. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Verifies an exported audit log line by line, in bounded memory, against signed heads when there are any. Pure:
 * reads no file and asks no server.
 */
export class Verifier {
  private readonly findings = new Findings()
  private readonly gaps: { from: number; to: number; at: string }[] = []
  private readonly from: number
  private line = 0
  private entries = 0
  private matched = 0
  private anchoredTo: number | undefined
  private first: (Place & { previous: string }) | undefined
  /** The entry with the highest number so far: the one the next must follow. */
  private tip: (Place & ChainHead) | undefined

  constructor(
    private readonly heads: HeadBook,
    private readonly expected: Expected = {},
  ) {
    this.from = expected.from ?? 1
  }

  /** Takes the next line of the export, without its line break. */
  take(bytes: Uint8Array): void {
    this.line++
    const entry = this.read(bytes)
    if (!entry) return
    this.entries++
    if (this.tip && entry.sequence <= this.tip.sequence) this.late(entry)
    else this.follow(entry)
  }

  /** What was found, once all lines are taken. */
  end(): Verification {
    for (const { from, to, at } of this.gaps) this.missing(from, to, at)
    if (!this.tip) this.add('missing', null, 'the file holds no entry')
    else this.checkEnd(this.tip)
    const { heads } = this
    heads.end(this.from > 1)
    return {
      entries: this.entries,
      first: this.first && { sequence: this.first.sequence, time: this.first.time },
      last: this.tip && { sequence: this.tip.sequence, time: this.tip.time },
      heads: {
        given: heads.given,
        matched: this.matched,
        outside: this.outside(),
        signaturesChecked: heads.checksSignatures,
        anchoredTo: this.anchoredTo,
      },
      findings: [...heads.findings.listed, ...this.findings.listed],
      found: heads.findings.total + this.findings.total,
    }
  }

  /** The entry on the line, with findings about the line itself; undefined when it is none. */
  private read(bytes: Uint8Array): AuditEntry | undefined {
    let text: string
    let value: unknown
    let canonical: boolean
    try {
      text = utf8.decode(bytes)
      value = JSON.parse(text)
      canonical = isCanonical(text, value)
    } catch (error) {
      this.add('not_an_entry', null, `expected the JSON of an entry: ${(error as Error).message}`)
      return undefined
    }
    if (!isEntry(value)) {
      this.add('not_an_entry', null, 'expected an entry with sequence, time, previous and hash')
      return undefined
    }
    const { sequence, hash } = value
    if (!canonical) this.add('not_canonical', sequence, 'expected RFC 8785 canonical JSON')
    const computed = canonical ? hashOfText(text, value) : hashOf(value)
    if (computed !== hash) {
      this.add('edited', sequence, `its content has the hash ${computed}, it states ${hash}`)
    }
    return value
  }

  /** An entry that stands behind all those before it. */
  private follow(entry: AuditEntry): void {
    const { sequence, previous, hash, time } = entry
    const { tip } = this
    const next = tip ? tip.sequence + 1 : Math.min(this.from, sequence)
    if (sequence > next) this.gap(next, sequence - 1)
    const before = sequence === 1 ? GENESIS : tip?.sequence === sequence - 1 ? tip : undefined
    if (before && previous !== before.hash) {
      const of = sequence === 1 ? 'the beginning' : `entry ${before.sequence}`
      this.add('broken_link', sequence, `it follows ${previous}, but ${of} has the hash ${before.hash}`)
    }
    if (!tip) {
      this.first = { sequence, time, previous }
      this.hold({ sequence: sequence - 1, hash: previous })
    }
    this.hold(entry)
    this.tip = { sequence, hash, time }
  }

  /** An entry with a number that is not higher than all before it. */
  private late({ sequence }: AuditEntry): void {
    const index = this.gaps.findIndex(({ from, to }) => from <= sequence && sequence <= to)
    const gap = this.gaps[index]
    if (!gap && this.first && sequence >= this.first.sequence) {
      this.add('duplicate', sequence, `entry ${sequence} is in the file more than once`)
      return
    }
    this.add('reordered', sequence, `it stands behind entry ${this.tip?.sequence}`)
    if (!gap) return
    const { from, to, at } = gap
    const rest = [
      { from, to: sequence - 1, at },
      { from: sequence + 1, to, at },
    ]
    this.gaps.splice(index, 1, ...rest.filter((part) => part.from <= part.to))
  }

  /** Compares with the head of that entry, if there is one. */
  private hold({ sequence, hash }: ChainHead): void {
    const head = this.heads.at(sequence)
    if (!head) return
    if (head.hash === hash) {
      this.matched++
      this.anchoredTo = sequence
      return
    }
    this.add('rewritten', sequence, `its hash is ${hash}, the head of ${head.time} attests ${head.hash}`)
  }

  private checkEnd({ sequence, time }: Place): void {
    const { to } = this.expected
    if (to !== undefined && sequence < to) {
      this.add('truncated', sequence, `it is the last entry of the file, expected entries up to ${to}`)
    }
    const { highest } = this.heads
    if (to === undefined && highest && highest.sequence > sequence) {
      this.add(
        'truncated',
        sequence,
        `it is the last entry of the file (${time}), but the head of ${highest.time} attests ` +
          `${highest.sequence} entries; if the export was made before that, say so with --to ${sequence}`,
      )
    }
  }

  private gap(from: number, to: number): void {
    const at = `line ${this.line}`
    if (this.gaps.length < MAX_GAPS) this.gaps.push({ from, to, at })
    else this.missing(from, to, at)
  }

  private missing(from: number, to: number, at: string): void {
    const which = from === to ? `entry ${from} is` : `entries ${from} to ${to} are`
    const hint =
      this.first && to < this.first.sequence
        ? `; if the export was made from there, say so with --from ${this.first.sequence}`
        : ''
    this.findings.add({ reason: 'missing', at, sequence: from, detail: `${which} not in the file${hint}` })
  }

  private outside(): number {
    const low = (this.first?.sequence ?? this.from) - 1
    const high = this.tip?.sequence ?? 0
    let count = 0
    for (const sequence of this.heads.sequences()) if (sequence < low || sequence > high) count++
    return count
  }

  private add(reason: Finding['reason'], sequence: number | null, detail: string): void {
    this.findings.add({ reason, at: this.line === 0 ? null : `line ${this.line}`, sequence, detail })
  }
}

function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null) return false
  const { sequence, time, previous, hash } = value as Partial<AuditEntry>
  return (
    Number.isSafeInteger(sequence) &&
    (sequence as number) >= 1 &&
    typeof time === 'string' &&
    typeof previous === 'string' &&
    HASH.test(previous) &&
    typeof hash === 'string' &&
    HASH.test(hash)
  )
}
