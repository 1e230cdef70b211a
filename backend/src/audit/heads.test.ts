import { createPublicKey, verify } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { AuditEntry } from '@osprey/core/api/audit'
import pino from 'pino'
import { StartError } from '../config.ts'
import type { AuditEvent } from './audit.ts'
import { type ChainHead, chained, GENESIS } from './chain.ts'
import { HeadFiles } from './head-files.ts'
import { Heads } from './heads.ts'
import { LastHead } from './last-head.ts'
import { entriesOf, START, storedOf, textOf, verified } from './log.fixture.ts'
import { openSigningKey } from './signing-key.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-heads-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const SYSTEM = { kind: 'system', name: 'osprey', address: '' } as const

/** A chain that only grows here; the database's own is tested in audit.test.ts. */
class Chain {
  entries: AuditEntry[] = []
  noted: AuditEvent[] = []
  /** A log that may have no head yet. */
  static restored(count: number): Chain {
    const chain = new Chain()
    chain.grow(count - 1)
    chain.restore()
    return chain
  }
  restore() {
    const event = { action: 'platform.restored' as const, object: null }
    this.entries.push(chained(event, SYSTEM, this.entries.at(-1) ?? GENESIS, START).entry)
  }
  grow(count: number, name?: string) {
    this.entries = [...this.entries, ...entriesOf(count, this.entries.at(-1) ?? GENESIS, name)]
  }
  head = async (): Promise<ChainHead> => this.entries.at(-1) ?? GENESIS
  last = this.head
  ends = async () => ({ stated: await this.head(), last: await this.last() })
  stored = async (after: number, to: number, limit: number) =>
    this.entries
      .filter(({ sequence }) => sequence > after && sequence <= to)
      .slice(0, limit)
      .map(storedOf)
  storedAt = async (sequences: readonly number[]) =>
    this.entries.filter(({ sequence }) => sequences.includes(sequence)).map(storedOf)
  note = async (...events: AuditEvent[]) => {
    this.noted.push(...events)
    this.grow(events.length)
  }
}

let now = START
function headsOf(chain: Chain, path = join(directory, 'heads')): Heads {
  return new Heads({
    audit: chain,
    chain,
    files: new HeadFiles(path),
    last: new LastHead(join(directory, 'audit-last-head.json')),
    key: openSigningKey(join(directory, 'audit-key.pem')),
    webhook: undefined,
    now: () => now,
    log: pino({ level: 'silent' }),
  })
}
const linesOf = (name: string) =>
  readFileSync(join(directory, 'heads', name), 'utf8')
    .split('\n')
    .slice(0, -1)
const TODAY = 'heads-2026-11-22.jsonl'

beforeEach(() => {
  now = START
})

test('a head is an Ed25519 signature over the canonical JSON of its statement', async () => {
  const chain = Chain.restored(3)
  await headsOf(chain).start()
  const [line] = linesOf(TODAY)
  const { signature, ...statement } = JSON.parse(line as string)
  expect(statement).toEqual({
    sequence: 3,
    hash: chain.entries[2]?.hash,
    time: '2026-11-22T08:00:00.000Z',
    key: expect.stringMatching(/^[0-9a-f]{16}$/),
    previousHead: null,
  })
  const pem = readFileSync(join(directory, 'heads', 'public-key.pem'), 'utf8')
  const { hash, key, sequence, time } = statement
  const signed = `{"hash":"${hash}","key":"${key}","previousHead":null,"sequence":${sequence},"time":"${time}"}`
  const bytes = Buffer.from(signature, 'base64')
  expect(verify(null, Buffer.from(signed), createPublicKey(pem), bytes)).toBe(true)
  expect(verify(null, Buffer.from(signed.replace('3', '4')), createPublicKey(pem), bytes)).toBe(false)
})

test('the private key is made once, for its owner only, and not replaced when it is unreadable', () => {
  const path = join(directory, 'audit-key.pem')
  const first = openSigningKey(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  chmodSync(path, 0o644)
  expect(openSigningKey(path).id).toBe(first.id)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  writeFileSync(path, 'torn')
  expect(() => openSigningKey(path)).toThrow(StartError)
  expect(readFileSync(path, 'utf8')).toBe('torn')
})

test('a head is written when the chain moved on, at least once an hour, and at the stop', async () => {
  const chain = Chain.restored(1)
  const heads = headsOf(chain)
  await heads.start()
  await heads.sign()
  expect(linesOf(TODAY)).toHaveLength(1)
  chain.grow(2)
  await heads.sign()
  expect(linesOf(TODAY)).toHaveLength(2)
  now += 3_599_999
  await heads.sign()
  expect(linesOf(TODAY)).toHaveLength(2)
  expect(heads.stats()).toMatchObject({ entries: 3, headAgeSeconds: 3599.999, failures: 0, mismatch: false })
  now += 1
  await heads.sign()
  expect(linesOf(TODAY)).toHaveLength(3)
  now = START + 16 * 3_600_000
  chain.grow(1)
  await heads.stop()
  expect(linesOf('heads-2026-11-23.jsonl')).toHaveLength(1)
  expect(heads.signed()).toMatchObject({ sequence: 4, hash: chain.entries[3]?.hash })
  const all: string[] = []
  for await (const piece of heads.contents()) all.push(String(piece))
  const sequences = all.join('').match(/"sequence":\d+/g)
  expect(sequences).toEqual(['"sequence":1', '"sequence":3', '"sequence":3', '"sequence":4'])
  expect(heads.trouble()).toBeNull()
})

test('a log that still holds its last signed head starts without an entry', async () => {
  const chain = Chain.restored(2)
  await headsOf(chain).start()
  chain.grow(1)
  const heads = headsOf(chain)
  await heads.start()
  expect([chain.noted, heads.trouble()]).toEqual([[], null])
  expect(linesOf(TODAY)).toHaveLength(2)
})

test.each<[string, string, (chain: Chain) => void]>([
  ['cut off', 'entries_missing', (chain) => chain.entries.splice(2)],
  [
    'rewritten',
    'entries_changed',
    (chain) => {
      chain.entries = []
      chain.grow(5, 'Forged')
    },
  ],
  ['emptied', 'entries_missing', (chain) => chain.entries.splice(0)],
  [
    'cut off behind its chain row',
    'end_missing',
    (chain) => {
      chain.last = async () => chain.entries[1] as AuditEntry
    },
  ],
])(
  'a log that was %s is recorded, and stays visible until a person removes the note',
  async (_, reason, change) => {
    const chain = Chain.restored(5)
    const head = (await chain.head()).hash
    await headsOf(chain).start()
    change(chain)
    const heads = headsOf(chain)
    await heads.start()
    expect(chain.noted).toMatchObject([
      { action: 'audit.head_mismatch', before: { sequence: 5, hash: head }, after: { reason } },
    ])
    expect(heads.trouble()).toContain('entr')
    expect(heads.stats().mismatch).toBe(true)
    chain.last = chain.head
    const again = headsOf(chain)
    await again.start()
    chain.grow(1)
    await again.sign()
    expect(chain.noted).toHaveLength(1)
    expect(again.trouble()).toBe(heads.trouble())
    expect(linesOf(TODAY)).toHaveLength(1)
    now += 60_000
    rmSync(join(directory, 'heads', 'mismatch.json'))
    await again.sign()
    expect(again.trouble()).toBeNull()
    expect(linesOf(TODAY)).toHaveLength(2)
    const later = headsOf(chain)
    await later.start()
    expect([chain.noted.length, later.trouble()]).toEqual([1, null])
  },
)

test('a head that was changed is found at the next start', async () => {
  const chain = Chain.restored(5)
  await headsOf(chain).start()
  const path = join(directory, 'heads', TODAY)
  const [line = ''] = linesOf(TODAY)
  writeFileSync(path, `${line.replace('"sequence":5', '"sequence":4')}\n`)
  await headsOf(chain).start()
  expect(chain.noted).toMatchObject([{ after: { reason: 'bad_signature' } }])
  rmSync(join(directory, 'heads', 'mismatch.json'))
  appendFileSync(path, 'nothing\n')
  await headsOf(chain).start()
  expect(chain.noted).toMatchObject([{}, { after: { reason: 'head_unreadable' } }])
})

test('part of a line that a power cut left is cut off, not taken for a change', async () => {
  const chain = Chain.restored(5)
  await headsOf(chain).start()
  const whole = linesOf(TODAY)
  appendFileSync(join(directory, 'heads', TODAY), '{"hash":"12')
  chain.grow(1)
  await headsOf(chain).start()
  expect(chain.noted).toEqual([])
  expect(linesOf(TODAY)).toHaveLength(2)
  expect(linesOf(TODAY)[0]).toBe(whole[0])
})

test('after a lost key the heads of the old one still count, with its public key beside them', async () => {
  const chain = Chain.restored(2)
  await headsOf(chain).start()
  rmSync(join(directory, 'audit-key.pem'))
  chain.grow(1)
  await headsOf(chain).start()
  expect(chain.noted).toEqual([])
  const names = readdirSync(join(directory, 'heads'))
  expect(names.filter((name) => name.startsWith('public-key-'))).toHaveLength(2)
  const keys = names
    .filter((name) => name.startsWith('public-key-'))
    .map((name) => ({ publicKey: createPublicKey(readFileSync(join(directory, 'heads', name))) }))
  expect(verified('', linesOf(TODAY), keys as never).findings.map(({ reason }) => reason)).toEqual([
    'missing',
  ])
})

test('a directory that cannot be written is shown, does not keep from starting, and is checked when it is back', async () => {
  const chain = Chain.restored(4)
  await headsOf(chain).start()
  const away = join(directory, 'away')
  const mounted = join(directory, 'heads')
  renameSync(mounted, away)
  writeFileSync(mounted, 'a file where the directory should be')
  chain.entries.splice(3)
  const heads = headsOf(chain)
  await heads.start()
  expect(heads.trouble()).toContain('signed heads cannot be written')
  expect(heads.stats().failures).toBe(1)
  rmSync(mounted)
  renameSync(away, mounted)
  await heads.sign()
  expect(chain.noted).toMatchObject([{ after: { reason: 'entries_missing' } }])
  expect(heads.trouble()).not.toContain('cannot be written')
  expect(heads.signed()?.sequence).toBe(4)
})

test('at the start the log is held against every head of the last days, not only the newest', async () => {
  const chain = Chain.restored(2)
  const heads = headsOf(chain)
  await heads.start()
  chain.grow(2)
  await heads.sign()
  chain.entries[1] = { ...(chain.entries[1] as AuditEntry), address: '198.51.100.1' }
  await heads.sign()
  expect(chain.noted).toEqual([])
  await headsOf(chain).start()
  expect(chain.noted).toMatchObject([{ before: { sequence: 2 }, after: { reason: 'entries_changed' } }])
})

test('removed heads are noticed while it runs, at the start, and by whoever verifies', async () => {
  const chain = new Chain()
  const heads = headsOf(chain)
  const key = openSigningKey(join(directory, 'audit-key.pem'))
  await heads.start()
  for (const _ of [1, 2, 3]) {
    now += 1000
    chain.grow(1)
    await heads.sign()
  }
  expect(statSync(join(directory, 'audit-last-head.json')).mode & 0o777).toBe(0o600)
  const all = linesOf(TODAY)
  const reasons = (lines: string[], from?: number) =>
    verified(textOf(chain.entries), lines, [key], from === undefined ? {} : { from }).findings.map(
      ({ reason }) => reason,
    )
  expect(reasons(all)).toEqual([])
  expect(reasons(all.filter((_, index) => index !== 2))).toEqual(['head_missing'])
  expect(reasons(all.slice(2))).toEqual(['head_missing'])
  const part = verified(textOf(chain.entries.slice(1)), all.slice(2), [key], { from: 2 })
  expect(part.found).toBe(0)
  rmSync(join(directory, 'heads'), { recursive: true })
  chain.grow(1)
  await heads.sign()
  await headsOf(chain).start()
  expect(chain.noted).toMatchObject([{ before: { sequence: 3 }, after: { reason: 'heads_missing' } }])
  expect(readdirSync(join(directory, 'heads')).filter((name) => name.endsWith('.jsonl'))).toEqual([])
  rmSync(join(directory, 'heads', 'mismatch.json'))
  now += 1000
  await heads.sign()
  expect(heads.trouble()).toBeNull()
  expect(reasons(linesOf(TODAY))).toEqual(['head_missing'])
  expect(reasons([...all, ...linesOf(TODAY)])).toEqual([])
})

test('a head put in the place of removed ones is told from them', async () => {
  const chain = new Chain()
  const heads = headsOf(chain)
  const key = openSigningKey(join(directory, 'audit-key.pem'))
  await heads.start()
  chain.grow(1)
  await heads.sign()
  const [first = '', removed = ''] = linesOf(TODAY)
  writeFileSync(join(directory, 'heads', TODAY), `${first}\n`)
  rmSync(join(directory, 'audit-last-head.json'))
  chain.grow(1)
  await headsOf(chain).start()
  const lines = [...linesOf(TODAY), removed]
  expect(verified(textOf(chain.entries), lines, [key]).findings).toMatchObject([{ reason: 'heads_fork' }])
})

test('a log with entries and no head at all is a mismatch, unless it was just restored', async () => {
  const chain = new Chain()
  chain.grow(1)
  chain.restore()
  await headsOf(chain).start()
  expect(chain.noted).toEqual([])
  expect(linesOf(TODAY)).toHaveLength(1)
  rmSync(join(directory, 'heads'), { recursive: true })
  rmSync(join(directory, 'audit-last-head.json'))
  chain.grow(1)
  await headsOf(chain).start()
  expect(chain.noted).toMatchObject([{ before: null, after: { reason: 'heads_missing' } }])
})

test('a record of the last head that is not readable is a mismatch', async () => {
  const chain = new Chain()
  await headsOf(chain).start()
  writeFileSync(join(directory, 'audit-last-head.json'), 'torn')
  const heads = headsOf(chain)
  await heads.start()
  expect(chain.noted).toMatchObject([{ after: { reason: 'head_unreadable' } }])
  rmSync(join(directory, 'heads', 'mismatch.json'))
  await heads.sign()
  expect([chain.noted.length, heads.trouble()]).toEqual([1, null])
})
