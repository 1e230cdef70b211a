import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import type { AuditEntry } from '@osprey/core/api/audit'
import fc from 'fast-check'
import { canonicalJson, isCanonical } from './canonical.ts'
import { chained, GENESIS, hashOf, hashOfText } from './chain.ts'
import { isSignedBy, parseHead } from './head.ts'
import { entriesOf, headLine, newKey, START, textOf, verified } from './log.fixture.ts'

const ACTOR = { kind: 'user', name: 'mei', address: '203.0.113.7' } as const
const key = newKey()
const entries = entriesOf(12)
const text = textOf(entries)
const last = entries.at(-1) as AuditEntry
const heads = [entries[3], entries[8], last].map((entry) => headLine(entry as AuditEntry, key))
const reasons = (...given: Parameters<typeof verified>) =>
  verified(...given).findings.map(({ reason, sequence }) => [reason, sequence])
/** The same entries under another story, hashed and chained as they should be. */
const rewritten = (from: number) => [
  ...entries.slice(0, from - 1),
  ...entriesOf(12 - from + 1, entries[from - 2], 'Forged'),
]

test('an entry states the SHA-256 of the canonical JSON of its other members', () => {
  const [entry] = entriesOf(1)
  const { hash, ...hashed } = entry as AuditEntry
  expect(hash).toBe(createHash('sha256').update(canonicalJson(hashed)).digest('hex'))
  expect(hashed.previous).toBe('0'.repeat(64))
  expect(canonicalJson({ b: [1.0, -0, 1e21], a: 'ä\u2028"' })).toBe('{"a":"ä\u2028\\"","b":[1,0,1e+21]}')
})

test('hostile text is recorded, with what JSON or PostgreSQL refuses replaced', () => {
  const hostile = '\0<script>\ud83d"\\\n\u202e'
  const actor = { kind: 'anonymous', name: hostile, address: hostile } as const
  const { entry, text: line } = chained(
    {
      action: 'session.login_failed',
      object: { kind: 'account', id: hostile },
      after: { [hostile]: hostile },
    },
    actor,
    GENESIS,
    START,
  )
  expect(entry.actor.name).toBe('\uFFFD<script>\uFFFD"\\\n\u202e')
  expect(line).toBe(canonicalJson(entry))
  expect(reasons(textOf([entry]))).toEqual([])
})

test('an untouched log has no findings, with and without heads, from any entry on', () => {
  expect(verified(text, heads, [key])).toEqual({
    entries: 12,
    first: { sequence: 1, time: '2026-11-22T08:00:01.000Z' },
    last: { sequence: 12, time: '2026-11-22T08:00:12.000Z' },
    heads: { given: 3, matched: 3, outside: 0, signaturesChecked: true, anchoredTo: 12 },
    findings: [],
    found: 0,
  })
  expect(verified(text).found).toBe(0)
  for (let from = 1; from <= 12; from++) {
    expect(reasons(textOf(entries.slice(from - 1)), heads, [key], { from })).toEqual([])
  }
  const later = verified(textOf(entries.slice(4)), heads, [key], { from: 5 })
  expect(later.heads).toMatchObject({ matched: 3, outside: 0 })
  expect(verified(textOf(entries.slice(0, 10)), heads, [key], { to: 10 })).toMatchObject({
    found: 0,
    heads: { matched: 2, outside: 1, anchoredTo: 9 },
  })
})

test('edits are found', () => {
  expect(reasons(text.replace('Gate 6', 'Gate 9'))).toEqual([['edited', 5]])
  const forged = { ...(entries[4] as AuditEntry), address: '198.51.100.1' }
  const covered = entries.with(4, { ...forged, hash: hashOf(forged) })
  expect(reasons(textOf(covered))).toEqual([['broken_link', 6]])
  expect(reasons(text.replace('{"action"', '{ "action"'))).toEqual([['not_canonical', 1]])
  expect(reasons(`\uFEFF${text}`)).toEqual([
    ['not_an_entry', null],
    ['missing', 1],
  ])
  expect(reasons(text.replace('}\n{', '}\n\n{'))).toEqual([['not_an_entry', null]])
  expect(reasons(text.replace('"previous"', '"former"'))).toContainEqual(['not_an_entry', null])
})

test('deletions are found, at the beginning too', () => {
  expect(reasons(textOf(entries.toSpliced(5, 2)))).toEqual([['missing', 6]])
  expect(verified(textOf(entries.toSpliced(5, 2))).findings[0]?.detail).toBe(
    'entries 6 to 7 are not in the file',
  )
  expect(reasons(textOf(entries.slice(3)))).toEqual([['missing', 1]])
  expect(verified(textOf(entries.slice(3))).findings[0]?.detail).toContain('--from 4')
  expect(reasons('')).toEqual([['missing', null]])
})

test('an entry taken out with the rest renumbered and chained again is found by a head', () => {
  const rest = entriesOf(8, entries[2], 'Gate')
  expect(reasons(textOf([...entries.slice(0, 3), ...rest]), heads, [key])).toEqual([['truncated', 11]])
  expect(reasons(textOf(rewritten(7)), heads, [key])).toEqual([
    ['rewritten', 9],
    ['rewritten', 12],
  ])
})

test('reordering and copies are found', () => {
  const swapped = entries.with(4, entries[5] as AuditEntry).with(5, entries[4] as AuditEntry)
  expect(reasons(textOf(swapped))).toEqual([['reordered', 5]])
  const first = entries.with(0, entries[1] as AuditEntry).with(1, entries[0] as AuditEntry)
  expect(reasons(textOf(first))).toEqual([['reordered', 1]])
  expect(reasons(textOf([...entries, entries[2] as AuditEntry]))).toEqual([['duplicate', 3]])
  expect(reasons(textOf(entries.toSpliced(8, 0, entries[10] as AuditEntry)))).toEqual([
    ['reordered', 9],
    ['reordered', 10],
    ['duplicate', 11],
  ])
})

test('truncation and a full rewrite are found against a head, and only then', () => {
  const cut = textOf(entries.slice(0, 11))
  expect(reasons(cut)).toEqual([])
  expect(reasons(cut, heads, [key])).toEqual([['truncated', 11]])
  expect(reasons(cut, [], [], { to: 12 })).toEqual([['truncated', 11]])
  const forged = textOf(rewritten(1))
  expect(reasons(forged)).toEqual([])
  expect(reasons(forged, heads, [key])).toEqual([
    ['rewritten', 4],
    ['rewritten', 9],
    ['rewritten', 12],
  ])
  const before = textOf(rewritten(4).slice(4))
  expect(reasons(before, heads.slice(0, 1), [key], { from: 5 })).toEqual([['rewritten', 4]])
})

test('heads that were changed, forged or contradict each other are found', () => {
  const [head = ''] = heads
  const other = newKey()
  expect(reasons(text, [head.replace('"sequence":4', '"sequence":5')], [key])).toEqual([
    ['head_bad_signature', 5],
  ])
  const forger = { ...other, id: key.id }
  expect(reasons(text, [headLine(last, forger)], [key])).toEqual([['head_bad_signature', 12]])
  expect(reasons(text, [headLine(last, other)], [key])).toEqual([['head_unknown_key', 12]])
  expect(reasons(text, [headLine(last, other), head], [key, other])).toEqual([])
  expect(reasons(text, ['not a head'], [key])).toEqual([['head_unreadable', null]])
  const fork = rewritten(4)[8] as AuditEntry
  expect(reasons(text, [...heads, headLine(fork, key)], [key])).toEqual([['heads_contradict', 9]])
  expect(reasons(text, [headLine(fork, other)])).toEqual([['rewritten', 9]])
})

test('a signature has one writing', () => {
  const head = parseHead(heads[0] as string)
  if (!head) throw new Error('no head')
  expect(isSignedBy(head, key.publicKey)).toBe(true)
  expect(isSignedBy({ ...head, signature: head.signature.replace('==', '') }, key.publicKey)).toBe(false)
})

const bytes = Buffer.from(text)
const anyIndex = fc.nat(entries.length - 1)

test('property: any changed, inserted or deleted byte is found', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
      const changed = Buffer.from(bytes)
      changed[at] = ((bytes[at] as number) + difference) % 256
      expect(verified(changed, heads, [key]).found).toBeGreaterThan(0)
    }),
    { numRuns: 1500 },
  )
  // Without its last line break the log says the same.
  fc.assert(
    fc.property(fc.nat(bytes.length - 2), (at) => {
      const changed = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
      expect(verified(changed, heads, [key]).found).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(255), (at, byte) => {
      const changed = Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)])
      expect(verified(changed, heads, [key]).found).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})

test('property: any deletion, swap, move, truncation or rewrite of entries is found', () => {
  fc.assert(
    fc.property(anyIndex, fc.integer({ min: 1, max: 5 }), (at, count) => {
      expect(verified(textOf(entries.toSpliced(at, count)), heads, [key]).found).toBeGreaterThan(0)
    }),
  )
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: 1 }), (some) => {
      const same = some.length === entries.length && some.every((entry, index) => entry === entries[index])
      expect(verified(textOf(some), heads, [key]).found > 0).toBe(!same)
    }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), (from) => {
      expect(verified(textOf(rewritten(from)), heads, [key]).found).toBeGreaterThan(0)
    }),
  )
})

test('many manipulations are counted, and a bounded number listed', () => {
  const many = entriesOf(4000)
  const torn = textOf(many.filter(({ sequence }) => sequence % 2 === 0))
  const { found, findings } = verified(torn)
  expect([found, findings.length]).toEqual([2000, 1000])
})

test('property: the quick ways to a canonical form and a hash answer as the library does', () => {
  fc.assert(
    fc.property(fc.json(), fc.boolean(), (given, isWritten) => {
      const value: unknown = JSON.parse(given)
      const written = isWritten ? canonicalJson(value) : given
      expect(isCanonical(written, JSON.parse(written))).toBe(canonicalJson(value) === written)
    }),
  )
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      const made = chained({ action: 'site.changed', object: null, before, after }, ACTOR, GENESIS, START)
      expect(made.text).toBe(canonicalJson(made.entry))
      expect(made.entry.hash).toBe(hashOf(made.entry))
      expect(hashOfText(made.text, made.entry)).toBe(made.entry.hash)
      const wider = { ...made.entry, later: 1, z: 2 }
      expect(hashOfText(canonicalJson(wider), wider)).toBe(hashOf(wider))
    }),
  )
})
