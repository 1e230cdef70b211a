import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { append, observation, readAll, temporaryFolder } from './fixtures/helpers.ts'
import { Journal, JournalFullError } from './journal.ts'

let folder: string
let remove: () => void
let mounted = false

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined) // lmdb-js prints failed commits
  ;({ folder, remove } = temporaryFolder())
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' })
    mounted = true
  } catch {
    console.warn('skipped: mounting a small tmpfs needs root')
  }
})

afterEach(() => {
  if (mounted) execFileSync('umount', [folder])
  mounted = false
  remove()
})

/** Takes all free space of the file system, so that the next write of any kind fails with ENOSPC. */
function fillDisk(): string {
  const file = join(folder, 'filler')
  const descriptor = openSync(file, 'w')
  try {
    for (let size = 65536; size >= 1; ) {
      try {
        if (writeSync(descriptor, Buffer.alloc(size)) < size) size = size >> 1
      } catch {
        size = size >> 1
      }
    }
  } finally {
    closeSync(descriptor)
  }
  return file
}

/** Appends until the journal accepts, counting the refusals. */
async function appendUntilAccepted(journal: Journal, number: number): Promise<number> {
  for (let refusals = 0; ; refusals++) {
    try {
      await append(journal, observation(number))
      return refusals
    } catch (error) {
      expect(error).toBeInstanceOf(JournalFullError)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

test('a full disk: nothing is confirmed, nothing is torn, and it goes on by itself', async () => {
  if (!mounted) return
  const journal = Journal.open(folder, { maxBytes: 1 << 30 })
  for (let number = 1; number <= 20; number++) await append(journal, observation(number))
  const filler = fillDisk()
  const payload = Buffer.alloc(200_000)
  for (let i = 0; i < 5; i++)
    await expect(append(journal, observation(99, { payload }))).rejects.toThrow(JournalFullError)
  expect(journal.stats().refusal).toMatch(/disk/)
  rmSync(filler)
  expect(await appendUntilAccepted(journal, 21)).toBeGreaterThanOrEqual(0)
  await journal.close()
  const reopened = Journal.open(folder, { maxBytes: 1 << 30 })
  expect(reopened.salvage).toBeUndefined()
  const stored = readAll(reopened).flatMap(({ entries }) =>
    entries.map(({ receivedAt }) => receivedAt % 1000),
  )
  expect(stored).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
  expect(reopened.totals()).toEqual({ entries: 21, observations: 21 })
  expect(reopened.stats().damaged).toBe(0)
  await reopened.close()
})

test('a disk filled by the journal itself goes on once the reader has trimmed', async () => {
  if (!mounted) return
  const journal = Journal.open(folder, { maxBytes: 1 << 30 })
  const payload = Buffer.alloc(60_000)
  let stored = 0
  const fill = async () => {
    try {
      for (; ; stored++) await append(journal, observation(stored, { payload }))
    } catch (error) {
      expect(error).toBeInstanceOf(JournalFullError)
    }
  }
  await fill()
  const first = stored
  expect(first).toBeGreaterThan(50)
  journal.trim(journal.lastSequence())
  await appendUntilAccepted(journal, 0)
  expect(journal.stats().trimFailure).toBeUndefined()
  await fill()
  expect(stored).toBeGreaterThan(first + 20)
  await journal.close()
})
