import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { append, killHard, observation, readAll, startProcess, temporaryFolder } from './fixtures/helpers.ts'
import { Journal, JournalFencedError, JournalTimeoutError } from './journal.ts'

let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

/** Lets the appending process run until it has confirmed `count` entries, then kills it. */
async function appendAndKill(count: number, burst: number): Promise<number> {
  let confirmed = 0
  let reached: () => void = () => undefined
  const enough = new Promise<void>((resolve) => {
    reached = resolve
  })
  const child = startProcess('append-process.ts', [folder, String(burst)], (line) => {
    confirmed = Number(line)
    if (confirmed >= count) reached()
  })
  await enough
  await killHard(child)
  return confirmed
}

test('what was confirmed survives kill -9 at any moment, without holes and without duplicates', async () => {
  let total = 0
  for (let round = 1; round <= 8; round++) {
    const confirmed = await appendAndKill(total + 137 * round, round * 7)
    const journal = Journal.open(folder, { maxBytes: 1 << 30 })
    const numbers = readAll(journal).flatMap(({ entries }) => entries.map(({ receivedAt }) => receivedAt))
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1))
    expect(numbers.length).toBeGreaterThanOrEqual(confirmed)
    expect(journal.totals()).toEqual({ entries: numbers.length, observations: numbers.length })
    total = numbers.length
    await journal.close()
  }
})

test('a second process reads and trims while the first appends', async () => {
  const journal = Journal.open(folder, { maxBytes: 1 << 30 })
  let confirmed = 0
  const child = startProcess('append-process.ts', [folder, '25'], (line) => {
    confirmed = Number(line)
  })
  const seen: number[] = []
  let cursor = 0
  while (seen.length < 5000) {
    for (const { entries, last } of journal.read(cursor, 500)) {
      for (const { receivedAt } of entries) seen.push(receivedAt)
      cursor = last
    }
    journal.trim(cursor)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await killHard(child)
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1))
  expect(confirmed).toBeGreaterThan(0)
  await journal.close()
})

test('an earlier appender is fenced off once another one appends', async () => {
  const journal = Journal.open(folder, { maxBytes: 1 << 30 })
  await append(journal, observation(1))
  const lines: string[] = []
  const child = startProcess('append-process.ts', [folder, '1'], (line) => lines.push(line))
  if (child.stdout) await once(child.stdout, 'data')
  await expect(append(journal, observation(2))).rejects.toThrow(JournalFencedError)
  await expect(append(journal, observation(3))).rejects.toThrow(JournalFencedError)
  await killHard(child)
  await journal.close()
})

test('an append that the disk does not confirm in time fails, and later ones work again', async () => {
  const journal = Journal.open(folder, { maxBytes: 1 << 30, appendTimeout: 300 })
  await append(journal, observation(1))
  const child = startProcess('hold-process.ts', [folder], () => undefined)
  if (child.stdout) await once(child.stdout, 'data')
  await expect(append(journal, observation(2))).rejects.toThrow(JournalTimeoutError)
  await expect(append(journal, observation(3))).rejects.toThrow(JournalTimeoutError)
  await killHard(child)
  for (let number = 4; ; number++) {
    try {
      await append(journal, observation(number))
      break
    } catch (error) {
      expect(error).toBeInstanceOf(JournalTimeoutError)
    }
  }
  const stored = readAll(journal).flatMap(({ entries }) => entries.map(({ receivedAt }) => receivedAt % 1000))
  expect(stored.slice(0, 2)).toEqual([1, 2])
  await journal.close()
})
