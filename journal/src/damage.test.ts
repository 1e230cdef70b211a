import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DeviceDirectory } from './directory.ts'
import { append, appendEach, observation, readAll, temporaryFolder } from './fixtures/helpers.ts'
import { Journal, JournalReplacedError } from './journal.ts'
import { readMetas, walkTree } from './pages.ts'
import { findProblems } from './salvage.ts'

let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

const open = () => Journal.open(folder, { maxBytes: 1 << 30 })

/** A closed journal with `count` records of `bytes` each. */
async function filledJournal(count: number, bytes: number): Promise<void> {
  const journal = open()
  await appendEach(
    journal,
    Array.from({ length: count }, (_, i) => observation(i + 1, { payload: Buffer.alloc(bytes, i) })),
  )
  await journal.close()
}

/** Inverts the byte at the offset, counted from the end when negative. */
function flip(offset: number): void {
  const file = openSync(join(folder, 'data.mdb'), 'r+')
  const position = offset < 0 ? fstatSync(file).size + offset : offset
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, position)
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, position)
  closeSync(file)
}

const payloadOffset = (fill: number) => readFileSync(join(folder, 'data.mdb')).indexOf(Buffer.alloc(64, fill))

const numbers = (journal: Journal) =>
  readAll(journal).flatMap(({ entries }) => entries.map(({ receivedAt }) => receivedAt % 1000))

test('a flipped byte in a record costs that record alone and is reported once', async () => {
  await filledJournal(9, 5000)
  flip(payloadOffset(4) + 30)
  const journal = open()
  expect(journal.salvage).toBeUndefined()
  const damaged = readAll(journal).filter(({ damage }) => damage)
  expect(damaged).toEqual([
    { first: 5, last: 5, entries: [], observations: 4, damage: 'checksum of the record does not match' },
  ])
  expect(numbers(journal)).toEqual([1, 2, 3, 4, 6, 7, 8, 9])
  expect(journal.damage).toEqual([{ sequence: 5, detail: 'checksum of the record does not match' }])
  expect(journal.stats().damaged).toBe(1)
  await append(journal, observation(10))
  expect(journal.totals()).toEqual({ entries: 10, observations: 10 })
  await journal.close()
})

test('a cut-off tail loses the tail alone; sequence and totals go on beyond what was seen', async () => {
  await filledJournal(60, 9000)
  const { size } = fstatSync(openSync(join(folder, 'data.mdb'), 'r'))
  truncateSync(join(folder, 'data.mdb'), Math.round(size * 0.6))
  const journal = open()
  const recovered = numbers(journal)
  expect(recovered.length).toBeGreaterThan(20)
  expect(recovered).toEqual(Array.from({ length: recovered.length }, (_, i) => i + 1))
  expect(journal.salvage).toMatchObject({
    recoveredUpTo: recovered.length,
    lostEntries: 60 - recovered.length,
  })
  expect(journal.damage[0]?.sequence).toBe(recovered.length)
  expect(readdirSync(folder)).toContain(journal.salvage?.keptAs)
  expect(readAll(journal).at(-1)?.damage).toContain(`${60 - recovered.length} entries`)
  expect(journal.totals()).toEqual({ entries: 60, observations: 60 })
  await append(journal, observation(61))
  expect(journal.lastSequence()).toBeGreaterThan(60)
  expect(journal.totals()).toEqual({ entries: 61, observations: 61 })
  await journal.close()
  const again = open()
  expect(again.salvage).toBeUndefined()
  await again.close()
})

test('a flipped byte in the head of any page is found before LMDB maps the file, and repaired', async () => {
  await filledJournal(30, 3000)
  const file = openSync(join(folder, 'data.mdb'), 'r')
  const [meta] = readMetas(file)
  closeSync(file)
  if (meta?.mainRoot === undefined) throw new Error('the journal has no main tree')
  flip(meta.mainRoot * meta.pageSize)
  expect(findProblems(folder)).toEqual([`page ${meta.mainRoot} carries another number`])
  const journal = open()
  expect(numbers(journal)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
  await journal.close()
})

test('both head pages gone: every record is found again', async () => {
  await filledJournal(12, 700)
  flip(24)
  flip(4096 + 24)
  const journal = open()
  expect(journal.salvage?.problems).toEqual(['both head pages are unreadable'])
  expect(numbers(journal)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
  await journal.close()
})

test.each([
  { name: 'a cut-off tail', damage: () => truncateSync(join(folder, 'data.mdb'), 200_000) },
  {
    name: 'lost head pages',
    damage: () => {
      flip(24)
      flip(4096 + 24)
    },
  },
])('$name: the journal keeps its id', async ({ damage }) => {
  const fresh = open()
  const id = fresh.id()
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  await fresh.close()
  await filledJournal(40, 9000)
  damage()
  const repaired = open()
  expect(repaired.salvage).toBeDefined()
  expect(repaired.id()).toBe(id)
  await repaired.close()
})

test('the device directory beside the records is carried over', async () => {
  const directory = DeviceDirectory.open(folder)
  await directory.put({ id: 'd1', secretHash: 'ab', disabled: false, rotatedAt: 5, authentication: 'secret' })
  await directory.close()
  await filledJournal(40, 9000)
  truncateSync(join(folder, 'data.mdb'), 200_000)
  const repaired = DeviceDirectory.open(folder)
  expect(repaired.get('d1')).toEqual({
    id: 'd1',
    secretHash: 'ab',
    disabled: false,
    rotatedAt: 5,
    authentication: 'secret',
  })
  await repaired.close()
})

test('a process that still uses the replaced file is told so', async () => {
  const journal = open()
  await append(journal, observation(1))
  copyFileSync(join(folder, 'data.mdb'), join(folder, 'copy.mdb'))
  renameSync(join(folder, 'copy.mdb'), join(folder, 'data.mdb'))
  expect(() => journal.lastSequence()).toThrow(JournalReplacedError)
  const failure = await refusedAppend(journal)
  expect(failure).toBeInstanceOf(JournalReplacedError)
  await journal.close()
})

/** Appends until an append fails. */
async function refusedAppend(journal: Journal): Promise<unknown> {
  for (;;) {
    try {
      await append(journal, observation(2))
    } catch (error) {
      return error
    }
  }
}

test('walks a file with many records without finding anything wrong', async () => {
  await filledJournal(300, 2500)
  expect(findProblems(folder)).toEqual([])
  const file = openSync(join(folder, 'data.mdb'), 'r')
  const [meta] = readMetas(file)
  if (meta?.mainRoot === undefined) throw new Error('the journal has no main tree')
  const names: string[] = []
  const source = { descriptor: file, size: fstatSync(file).size, meta }
  walkTree(
    source,
    meta.mainRoot,
    true,
    ({ key }) => names.push(key.toString('latin1').replace('\0', '')),
    (detail) => names.push(detail),
  )
  expect(names).toEqual(['records', 'state', 'writers'])
  closeSync(file)
})
