import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { BatchBuilder, decodeBatch } from './batch.ts'
import type { PendingBatch } from './batch-queue.ts'
import { Outbox } from './outbox.ts'
import { T0, temporaryDirectory } from './spine.fixture.ts'

let directory: ReturnType<typeof temporaryDirectory>
let outbox: Outbox

const open = (maxBytes = 1e9, now = T0) => Outbox.open(directory.path, { maxBytes, now })

beforeEach(() => {
  directory = temporaryDirectory()
  outbox = open()
})

afterEach(async () => {
  await outbox.close()
  directory.remove()
})

function batchOf(...values: number[]) {
  const builder = new BatchBuilder()
  builder.beginRun(1, T0, T0)
  for (const value of values) builder.add(1, value, 1)
  return { bytes: builder.encode(), rows: values.length, receivedAt: T0 }
}

function load(): number[][] {
  const found: number[][] = []
  outbox.load((bytes) => {
    const view = decodeBatch(bytes)
    if (typeof view === 'string') return undefined
    found.push([...view.value])
    return { rows: view.rows, receivedAt: T0 }
  })
  return found
}

const sequences = (count: number) => Array.from({ length: count }, (_, at) => outbox.pending(at)?.sequence)

test('batches come out in order after a restart, and only those not settled', async () => {
  for (const value of [1, 2, 3]) await outbox.commit(outbox.adding(batchOf(value), undefined, []))
  await outbox.commit(outbox.settling(1, [{ table: 'meta', key: 'mark', value: Buffer.from('x') }]))
  await outbox.close()
  outbox = open()
  expect(load()).toEqual([[2], [3]])
  expect(outbox.stats()).toMatchObject({ batches: 2, rows: 2 })
  expect(outbox.get('meta', 'mark')?.toString()).toBe('x')
})

test('sequences grow, over restarts and over the loss of the outbox', async () => {
  await outbox.commit(outbox.adding(batchOf(1), undefined, []))
  await outbox.commit(outbox.adding(batchOf(2), undefined, []))
  const [first, second] = sequences(2) as [number, number]
  expect(second).toBe(first + 1)
  await outbox.close()
  outbox = open()
  load()
  await outbox.commit(outbox.adding(batchOf(3), undefined, []))
  expect(sequences(3)).toEqual([first, second, second + 1])

  await outbox.close()
  directory.remove()
  outbox = open(1e9, T0 + 60_000)
  await outbox.commit(outbox.adding(batchOf(4), undefined, []))
  expect(sequences(1)[0]).toBeGreaterThan(second + 1)
})

test('a transaction tried twice leaves its batch once', async () => {
  const adding = outbox.adding(batchOf(1), undefined, [])
  await outbox.write(adding.writes)
  await outbox.commit(adding)
  expect(outbox.stats().batches).toBe(1)
  await outbox.close()
  outbox = open()
  expect(load()).toEqual([[1]])
})

test('the outbox says when it is full', async () => {
  await outbox.close()
  outbox = open(1000)
  expect(outbox.full).toBe(false)
  await outbox.commit(outbox.adding(batchOf(...Array(50).fill(1)), undefined, []))
  expect(outbox.full).toBe(false)
  await outbox.commit(outbox.adding(undefined, batchOf(...Array(50).fill(2)), []))
  expect(outbox.full).toBe(true)
  await outbox.commit(outbox.settling(1, []))
  expect(outbox.full).toBe(false)
})

test('held batches are released in their place', async () => {
  for (const value of [1, 2, 3]) await outbox.commit(outbox.adding(undefined, batchOf(value), []))
  await outbox.commit(outbox.releasing(0, 2, batchOf(1), batchOf(2), []))
  const heldRows = () =>
    Array.from({ length: outbox.heldBatches }, (_, at) => outbox.held(at) as PendingBatch)
  expect(heldRows()).toHaveLength(2)
  await outbox.close()
  outbox = open()
  expect(load()).toEqual([[1], [2], [3]])
  expect(outbox.stats()).toMatchObject({ batches: 1, heldBatches: 2, heldRows: 2 })
})

test('a damaged batch is named for removal', async () => {
  const damaged = batchOf(1)
  damaged.bytes[40] = 255
  await outbox.commit(outbox.adding(damaged, undefined, []))
  await outbox.commit(outbox.adding(batchOf(2), undefined, []))
  const [sequence] = sequences(1)
  await outbox.close()
  outbox = open()
  const writes = outbox.load((bytes) => {
    const view = decodeBatch(bytes)
    return typeof view === 'string' ? undefined : { rows: view.rows, receivedAt: T0 }
  })
  expect(writes).toEqual([{ table: 'batches', key: sequence, value: null }])
  expect(outbox.stats()).toMatchObject({ batches: 1, rows: 1 })
})

test('changes are announced until the listener leaves', async () => {
  let heard = 0
  const leave = outbox.onChange(() => heard++)
  await outbox.commit(outbox.adding(batchOf(1), undefined, []))
  expect(heard).toBe(1)
  leave()
  await outbox.commit(outbox.settling(1, []))
  expect(heard).toBe(1)
})
