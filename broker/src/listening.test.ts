import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Journal } from '@osprey/journal/journal'
import { Listening, LONGEST_BREAK } from './listening.ts'

let directory: string
let journal: Journal
let now = 1_000_000

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-listening-'))
  journal = Journal.open(directory, { maxBytes: 1e6 })
})

afterEach(async () => {
  await journal.close()
  rmSync(directory, { recursive: true, force: true })
})

const process = () => new Listening({ journal, now: () => now })
const told = () =>
  journal
    .read(0, 100)
    .flatMap(({ entries }) =>
      entries.map(({ kind, receivedAt, payload }) => [
        kind,
        receivedAt,
        JSON.parse(Buffer.from(payload).toString()).until,
      ]),
    )

test('a journal that is new does not tell what was before it', async () => {
  await process().look()
  expect(told()).toEqual([['listening', now, null]])
  expect(journal.listenedUntil()).toBe(now)
})

test('a restart is a break however short; marks in time are none', async () => {
  await process().look()
  const second = process()
  now += 1000
  await second.look()
  now += LONGEST_BREAK
  await second.look()
  expect(told()).toEqual([
    ['listening', now - LONGEST_BREAK - 1000, null],
    ['listening', now - LONGEST_BREAK, now - LONGEST_BREAK - 1000],
  ])
  expect(journal.listenedUntil()).toBe(now)
})

test.each([LONGEST_BREAK + 1, -LONGEST_BREAK - 1])(
  'a clock that moved by %d ms is a break',
  async (moved) => {
    const listening = process()
    await listening.look()
    now += moved
    await listening.look()
    expect(told()).toEqual([
      ['listening', now - moved, null],
      ['listening', now, now - moved],
    ])
  },
)

test('while the journal takes nothing there is no mark, and the break is told when it does again', async () => {
  let refusal: string | undefined
  const stats = () => ({ ...journal.stats(), refusal })
  const listening = new Listening({
    journal: {
      append: journal.append.bind(journal),
      noteListening: journal.noteListening.bind(journal),
      listenedUntil: journal.listenedUntil.bind(journal),
      stats,
    },
    now: () => now,
  })
  await listening.look()
  refusal = 'the disk is full'
  now += 2 * LONGEST_BREAK
  await listening.look()
  expect(journal.listenedUntil()).toBe(now - 2 * LONGEST_BREAK)
  refusal = undefined
  await listening.look()
  expect(told().slice(1)).toEqual([['listening', now, now - 2 * LONGEST_BREAK]])
})
