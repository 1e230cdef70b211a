import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { append, appendEach, observation, readAll, temporaryFolder } from './fixtures/helpers.ts'
import { Journal, JournalFullError, JournalWriteError } from './journal.ts'

let folder: string
let remove: () => void
let journal: Journal

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  journal = Journal.open(folder, { maxBytes: 1 << 30 })
})

afterEach(async () => {
  await journal.close()
  remove()
})

async function reopen(maxBytes = 1 << 30): Promise<void> {
  await journal.close()
  journal = Journal.open(folder, { maxBytes })
}

test('returns every kind of entry as it was appended', async () => {
  const entries = [
    observation(1),
    observation(2, { kind: 'connected', topic: '', qos: 0, payload: Buffer.alloc(0) }),
    observation(3, { kind: 'disconnected', payload: Buffer.from([0, 255, 128]) }),
    observation(4, { kind: 'refused', deviceId: '设备\u0001é', topic: 'v1/devices/é', qos: 2 }),
  ]
  await Promise.all(entries.map((entry) => append(journal, entry)))
  await reopen()
  const [record] = journal.read(0, 100)
  expect(record?.entries.map((entry) => ({ ...entry, payload: Buffer.from(entry.payload) }))).toEqual(entries)
})

test('packs the entries of one turn into one record and confirms them in arrival order', async () => {
  const confirmed: number[] = []
  const appended = Array.from({ length: 50 }, (_, i) =>
    append(journal, observation(i)).then(() => confirmed.push(i)),
  )
  await Promise.all(appended)
  expect(confirmed).toEqual(Array.from({ length: 50 }, (_, i) => i))
  const records = journal.read(0, 1000)
  expect(records.map(({ first, last }) => [first, last])).toEqual([[1, 50]])
})

test('splits what does not fit into one record and keeps the order', async () => {
  const payload = Buffer.alloc(100_000, 7)
  await Promise.all(Array.from({ length: 20 }, (_, i) => append(journal, observation(i, { payload }))))
  const records = readAll(journal)
  expect(records.length).toBeGreaterThan(5)
  expect(records.flatMap(({ entries }) => entries.map(({ receivedAt }) => receivedAt % 1000))).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  )
})

test('reads whole records after a cursor, also one in the middle of a record', async () => {
  await Promise.all([1, 2, 3].map((number) => append(journal, observation(number))))
  await Promise.all([4, 5].map((number) => append(journal, observation(number))))
  expect(journal.read(0, 1).map(({ last }) => last)).toEqual([3])
  expect(journal.read(3, 10).map(({ first, last }) => [first, last])).toEqual([[4, 5]])
  const [rest] = journal.read(1, 1)
  expect([rest?.first, rest?.entries.length]).toEqual([2, 2])
  expect(journal.read(5, 10)).toEqual([])
})

test('counts observations apart from everything else', async () => {
  await appendEach(journal, [
    observation(1),
    observation(2, { topic: 'v1/devices/d1/senml' }),
    observation(3, { topic: 'v1/devices/d1/status' }),
    observation(4, { kind: 'connected' }),
  ])
  expect(journal.totals()).toEqual({ entries: 4, observations: 2 })
  expect(readAll(journal).map(({ observations }) => observations)).toEqual([1, 2, 2, 2])
})

test('keeps sequence and totals over trimming everything and a restart', async () => {
  await appendEach(
    journal,
    [1, 2, 3].map((number) => observation(number)),
  )
  journal.trim(3)
  await reopen()
  expect(journal.stats().records).toBe(1)
  expect([journal.lastSequence(), journal.totals()]).toEqual([3, { entries: 3, observations: 3 }])
  await append(journal, observation(4))
  expect(journal.read(3, 10).map(({ first, observations }) => [first, observations])).toEqual([[4, 4]])
})

test('every journal has an id of its own, which stays', async () => {
  const other = temporaryFolder()
  const stranger = Journal.open(other.folder, { maxBytes: 1 << 20 })
  const id = journal.id()
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(stranger.id()).not.toBe(id)
  await stranger.close()
  other.remove()
  await journal.close()
  journal = Journal.open(folder, { maxBytes: 1 << 20 })
  expect(journal.id()).toBe(id)
})

test('an empty journal has nothing to read', () => {
  expect([journal.lastSequence(), journal.read(0, 10), journal.totals()]).toEqual([
    0,
    [],
    { entries: 0, observations: 0 },
  ])
})

test('refuses to grow beyond its limit and goes on after trimming', async () => {
  await reopen(100_000)
  const payload = Buffer.alloc(10_000)
  await appendEach(
    journal,
    Array.from({ length: 8 }, (_, i) => observation(i, { payload })),
  )
  await expect(append(journal, observation(9, { payload }))).rejects.toThrow(JournalFullError)
  const { bytes, refusal } = journal.stats()
  expect(refusal).toBe('the journal holds its limit of 100000 bytes')
  journal.trim(4)
  await reopen(100_000)
  expect(journal.stats().bytes).toBeLessThan(bytes)
  await append(journal, observation(9, { payload }))
  expect(journal.stats().refusal).toBeUndefined()
  expect(journal.lastSequence()).toBe(9)
})

test('gives back the pages of trimmed records, so the file stays small', async () => {
  const payload = Buffer.alloc(20_000)
  for (let round = 0; round < 40; round++) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(journal, observation(i, { payload }))))
    journal.trim(journal.lastSequence())
  }
  const { bytes, records } = journal.stats()
  expect(bytes).toBeLessThan(4_000_000)
  expect(records).toBeLessThan(20)
})

test('closing confirms what is pending and refuses what comes later', async () => {
  const pending = append(journal, observation(1))
  await journal.close()
  await pending
  await expect(append(journal, observation(2))).rejects.toThrow(JournalWriteError)
  journal = Journal.open(folder, { maxBytes: 1 << 30 })
  expect(journal.lastSequence()).toBe(1)
})
