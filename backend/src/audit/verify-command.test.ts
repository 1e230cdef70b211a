import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AuditEntry } from '@osprey/core/api/audit'
import { entriesOf, headLine, newKey, textOf } from './log.fixture.ts'
import { verifyCommand } from './verify-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'osprey-verify-'))
const path = (name: string) => join(folder, name)
const key = newKey()
const entries = entriesOf(6000)
const at = (sequence: number) => entries[sequence - 1] as AuditEntry

beforeAll(() => {
  mkdirSync(path('heads'))
  mkdirSync(path('empty'))
  writeFileSync(path('log.ndjson'), textOf(entries))
  writeFileSync(path('part.ndjson'), textOf(entries.slice(4000)))
  writeFileSync(
    path('heads/heads-2026-11-22.jsonl'),
    `${headLine(at(100), key)}\n${headLine(at(5000), key)}\n`,
  )
  writeFileSync(path('heads/heads-2026-11-23.jsonl'), `${headLine(at(6000), key)}\n`)
  writeFileSync(path('heads/public-key.pem'), key.publicPem)
  writeFileSync(path('other.pem'), newKey().publicPem)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(...given: string[]) {
  const texts = { out: '', error: '' }
  const code = await verifyCommand(given, {
    say: (text) => {
      texts.out += text
    },
    complain: (text) => {
      texts.error += text
    },
  })
  return { code, ...texts }
}

test('a true log passes and tells what was checked', async () => {
  const { code, out } = await run(path('log.ndjson'), '--heads', path('heads'))
  expect(code).toBe(0)
  expect(out).toContain('6000 read, entries 1 to 6000, 2026-11-22T08:00:01.000Z to')
  expect(out).toContain('3 signed heads: 3 entries match theirs, 0 are of entries outside the file')
  expect(out).toContain('Anchored up to entry 6000.')
  expect(out).toContain(`Signatures checked with key ${key.id}`)
  expect(out).toContain('No manipulation found.')
})

test('without heads it says what cannot be found', async () => {
  const { code, out } = await run(path('log.ndjson'))
  expect(code).toBe(0)
  expect(out).toContain('No signed heads were given')
  expect(out).toContain('cannot be told from a true one')
})

test('heads that nobody checks are refused unless asked for, and anchor nothing', async () => {
  writeFileSync(path('forged.jsonl'), `${headLine(at(6000), newKey())}\n`)
  const refused = await run(path('log.ndjson'), '--heads', path('forged.jsonl'))
  expect(refused).toMatchObject({ code: 2, out: '' })
  expect(refused.error).toContain('--heads without a public key')
  const compared = await run(path('log.ndjson'), '--heads', path('forged.jsonl'), '--unsigned')
  expect(compared.code).toBe(0)
  expect(compared.out).toContain('signatures were NOT checked (--unsigned)')
  expect(compared.out).not.toMatch(/anchored/i)
})

test('heads of a wrong key are no use', async () => {
  const wrong = await run(path('log.ndjson'), '--heads', path('heads'), '--key', path('other.pem'))
  expect(wrong.code).toBe(1)
  expect(wrong.out).toContain('heads-2026-11-22.jsonl line 1: entry 100: head_unknown_key')
})

test('a part of the log is verified when it is said to be one', async () => {
  const whole = await run(path('part.ndjson'), '--heads', path('heads'))
  expect(whole.code).toBe(1)
  expect(whole.out).toContain('entries 1 to 4000 are not in the file')
  const part = await run(path('part.ndjson'), '--heads', path('heads'), '--from', '4001')
  expect(part.out).toContain('2 entries match theirs, 1 are of entries outside')
  expect(part.code).toBe(0)
})

test('a manipulated log is told by line and entry', async () => {
  writeFileSync(path('edited.ndjson'), textOf(entries).replace('Gate 18,', 'Gate 81,'))
  const { code, out } = await run(path('edited.ndjson'), '--heads', path('heads'))
  expect(code).toBe(1)
  expect(out).toContain('line 17: entry 17: edited: the entry does not have the hash it states')
  expect(out).toContain('1 finding.')
  writeFileSync(path('cut.ndjson'), textOf(entries.slice(0, 5990)))
  expect((await run(path('cut.ndjson'), '--heads', path('heads'))).out).toContain('truncated')
  const declared = await run(path('cut.ndjson'), '--heads', path('heads'), '--to', '5990')
  expect(declared.code).toBe(0)
})

test('help is no failure', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--heads'), error: '' })
})

test('what cannot be verified ends with 2 and the reason', async () => {
  const cases: [string[], string][] = [
    [[], 'npm run audit:verify -- <export.ndjson>'],
    [[path('log.ndjson'), path('part.ndjson')], 'npm run audit:verify -- <export.ndjson>'],
    [[path('log.ndjson'), '--nonsense'], "Unknown option '--nonsense'"],
    [[path('absent.ndjson')], 'no such file'],
    [[path('log.ndjson'), '--heads', path('empty')], 'no heads-….jsonl'],
    [[path('log.ndjson'), '--from', '0'], '--from: 0, expected a sequence number'],
    [[path('log.ndjson'), '--key', path('log.ndjson')], 'expected an Ed25519 public key as PEM'],
  ]
  for (const [given, message] of cases) {
    const { code, out, error } = await run(...given)
    expect([given, code, out]).toEqual([given, 2, ''])
    expect(error).toContain(message)
  }
})
