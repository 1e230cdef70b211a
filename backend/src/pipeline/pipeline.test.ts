import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { JournalReplacedError } from '@osprey/journal/journal'
import { open } from 'lmdb'
import { StoreUnavailableError } from '../observations/store.ts'
import type { Station } from './resolver.ts'
import {
  append,
  MemoryDatastreams,
  MemoryStore,
  Spine,
  type SpineOptions,
  T0,
  Told,
  temporaryDirectory,
} from './spine.fixture.ts'

const MINUTE = 60_000

let directory: ReturnType<typeof temporaryDirectory>
let running: Spine[]

beforeEach(() => {
  directory = temporaryDirectory()
  running = []
})

afterEach(async () => {
  for (const spine of running) await spine.stop()
  directory.remove()
})

async function start(options: SpineOptions = {}): Promise<Spine> {
  const spine = new Spine(directory.path, options)
  running.push(spine)
  await spine.start()
  return spine
}

async function stop(spine: Spine): Promise<void> {
  running.splice(running.indexOf(spine), 1)
  await spine.stop()
}

const reading = (at: number, value = at) => ({ payload: { time: T0 + at, values: { pm25: value } } })

test('readings pass from the journal to the store, once, with both times', async () => {
  const spine = await start()
  await spine.publish(
    { payload: { time: T0 - MINUTE, values: { pm25: 35.2, pm10: 61 } }, receivedAt: T0 },
    { payload: { values: { pm25: 36 } }, receivedAt: T0 + 5 },
    { payload: 'nonsense' },
  )
  await spine.settled()
  expect([...spine.store.rows.values()]).toEqual([
    { datastream: 1, phenomenonTime: T0 - MINUTE, resultTime: T0, value: 35.2, quality: 1 },
    { datastream: 2, phenomenonTime: T0 - MINUTE, resultTime: T0, value: 61, quality: 1 },
    { datastream: 1, phenomenonTime: T0 + 5, resultTime: T0 + 5, value: 36, quality: 1 },
  ])
  expect(spine.pipeline.total()).toEqual({
    received: 4,
    stored: 3,
    rejected: 1,
    pending: 0,
    rejectedBy: { malformed_json: 1 },
    messages: { received: 3, decoded: 2, rejected: 1, pending: 0 },
  })
  expect(spine.ledger.device('device')).toMatchObject({ received: 4, stored: 3, lastMessageAt: T0 + 5 })
  expect(spine.latest.details(spine.resolver.stations[0] as never)).toEqual({
    pm25: [36, T0 + 5, 1],
    pm10: [61, T0 - MINUTE, 1],
  })
})

test('connections, status, results and refusals reach their sinks', async () => {
  const told = new Told()
  const spine = await start({ told })
  const detail = { address: '127.0.0.1', clientId: 'c' }
  const connection = { receivedAt: T0, topic: '', qos: 0 as const }
  await append(spine.journal, {
    ...connection,
    kind: 'connected',
    deviceId: 'device',
    payload: bytes(detail),
  })
  await append(spine.journal, {
    ...connection,
    kind: 'refused',
    deviceId: 'stranger',
    payload: bytes({ ...detail, reason: 'unknown_device', detail: 'who' }),
  })
  await spine.publish(
    { kind: 'status', payload: { state: 'offline' } },
    { kind: 'commands/result', payload: { id: '1', ok: true } },
  )
  await told.when(() => told.presence.length === 2 && told.refused.length + told.commandResult.length === 2)
  expect(told.presence).toMatchObject([
    { device: 'device', kind: 'connected', receivedAt: T0, detail },
    { device: 'device', kind: 'status', detail: { state: 'offline' } },
  ])
  expect(told.refused).toMatchObject([
    { device: 'stranger', reason: 'unknown_device', detail: 'who', ...detail },
  ])
  expect(told.commandResult).toMatchObject([{ device: 'device', payload: '{"id":"1","ok":true}' }])
})

function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

test('while the store is away readings wait, the map stays live, and all is stored afterwards', async () => {
  const store = new MemoryStore()
  const away = Promise.withResolvers<void>()
  const refusedOnce = Promise.withResolvers<void>()
  let down = true
  void away.promise.then(() => {
    down = false
  })
  store.before = async () => {
    refusedOnce.resolve()
    if (down) throw new StoreUnavailableError('store is down', { retryAfter: 1 })
    return []
  }
  const spine = await start({ store })
  await spine.publish(reading(1), reading(2))
  await refusedOnce.promise
  await spine.publish(reading(3))
  await spine.when(() => spine.pipeline.total().messages.pending === 0)
  expect(spine.pipeline.total()).toMatchObject({ received: 3, stored: 0, pending: 3 })
  expect(spine.latest.details(spine.resolver.stations[0] as never)['pm25']?.[0]).toBe(3)
  expect(spine.archive.stats()).toMatchObject({ state: 'store_unavailable', lastError: 'store is down' })
  expect(spine.archive.stats().oldestPending).toBe(T0)
  away.resolve()
  await spine.settled()
  expect(store.values(1)).toEqual([1, 2, 3])
  expect(spine.archive.stats()).toMatchObject({ state: 'running', lastError: undefined, oldestPending: null })
})

test('an error of the store that nobody foresaw is retried too', async () => {
  const store = new MemoryStore()
  let attempts = 0
  store.before = async () => {
    if (++attempts === 1) throw new TypeError('a bug')
    return []
  }
  const spine = await start({ store })
  await spine.publish(reading(1))
  await spine.settled()
  expect(store.values(1)).toEqual([1])
})

test('a row the store refuses goes to quarantine and the others are stored', async () => {
  const store = new MemoryStore()
  store.before = async (batch) =>
    [...batch.value.subarray(0, batch.length)]
      .map((value, row) => ({ row, value, reason: 'line too long' }))
      .filter(({ value }) => value === 13)
  const told = new Told()
  const spine = await start({ store, told })
  await spine.publish(...Array.from({ length: 20 }, (_, at) => reading(at)))
  await spine.settled()
  expect(store.values(1)).toEqual(Array.from({ length: 20 }, (_, at) => at).filter((at) => at !== 13))
  expect(spine.ledger.device('device')).toMatchObject({ stored: 19, rejectedBy: { store_refused: 1 } })
  await told.when(() => told.quarantined.length > 0)
  expect(told.quarantined).toMatchObject([
    {
      device: 'device',
      datastream: 1,
      phenomenonTime: T0 + 13,
      value: 13,
      quality: 1,
      reason: 'line too long',
    },
  ])
})

test('a full outbox stops the reading, the journal keeps the rest, and nothing is lost', async () => {
  const store = new MemoryStore()
  const closed = Promise.withResolvers<void>()
  store.before = async () => {
    await closed.promise
    return []
  }
  const spine = await start({ store, outboxBytes: 500 })
  await spine.publish(reading(1))
  await spine.when(() => spine.pipeline.stats().commits === 1)
  await spine.publish(...Array.from({ length: 50 }, (_, at) => reading(10 + at)))
  await spine.when(() => spine.outbox.full)
  await spine.publish(...Array.from({ length: 50 }, (_, at) => reading(100 + at)))
  const total = spine.pipeline.total()
  expect(total.messages.pending).toBeGreaterThanOrEqual(50)
  expect(total.received).toBe(total.stored + total.rejected + total.pending)
  closed.resolve()
  await spine.settled()
  expect(store.values(1)).toHaveLength(101)
  expect(spine.pipeline.stats().backlog).toBe(0)
})

test('while the outbox cannot be written nothing is lost, and nothing is counted twice', async () => {
  const spine = await start()
  const commit = spine.outbox.commit.bind(spine.outbox)
  let failures = 0
  spine.outbox.commit = async (transaction) => {
    if (failures++ % 2 === 0) throw new Error('no space left on device')
    await commit(transaction)
  }
  for (let burst = 0; burst < 5; burst++) {
    await spine.publish(...Array.from({ length: 20 }, (_, at) => reading(burst * 20 + at)))
    await spine.settled()
  }
  expect(spine.store.values(1)).toEqual(Array.from({ length: 100 }, (_, at) => at))
  expect(spine.pipeline.total()).toMatchObject({ received: 100, stored: 100, pending: 0 })
  expect(spine.ledger.imbalances()).toEqual([])
  expect(spine.pipeline.stats()).toMatchObject({ lastError: 'no space left on device' })
})

test('a step given up at stop is taken again by the next run, with all that followed it', async () => {
  const store = new MemoryStore()
  const first = await start({ store })
  const failed = Promise.withResolvers<void>()
  first.outbox.commit = async () => {
    failed.resolve()
    throw new Error('no space left on device')
  }
  await first.publish(reading(1), reading(2))
  await failed.promise
  await first.publish(reading(3))
  await stop(first)
  expect(store.appended).toBe(0)
  const second = await start({ store })
  await second.settled()
  expect(store.values(1)).toEqual([1, 2, 3])
  expect(second.pipeline.total()).toMatchObject({ received: 3, stored: 3, pending: 0 })
})

test('while datastreams cannot be created only their readings are held', async () => {
  const datastreams = new MemoryDatastreams()
  datastreams.idOf('station', 'pm25')
  let down = true
  const tried = Promise.withResolvers<void>()
  datastreams.before = async () => {
    tried.resolve()
    if (down) throw new Error('PostgreSQL is down')
  }
  const spine = await start({ datastreams })
  await spine.publish({ payload: { time: T0, values: { pm25: 1, pm10: 2, run_state: 'running' } } })
  await spine.publish({ payload: { time: T0 + 1, values: { pm10: 3, pm25: 4 } } })
  await tried.promise
  await spine.when(() => spine.store.values(1).length === 2)
  expect(spine.pipeline.total()).toMatchObject({ received: 5, stored: 2, pending: 3 })
  expect(spine.outbox.stats()).toMatchObject({ heldRows: 3 })
  expect(spine.latest.details(spine.resolver.stations[0] as never)['pm10']?.[0]).toBe(3)
  down = false
  await spine.settled()
  expect(spine.store.values(datastreams.idOf('station', 'pm10'))).toEqual([2, 3])
  expect(spine.store.values(datastreams.idOf('station', 'run_state'))).toEqual(['running'])
  expect(spine.outbox.stats()).toMatchObject({ heldRows: 0, heldBytes: 0 })
  expect(spine.ledger.imbalances()).toEqual([])
})

test('held readings survive a restart and stay in front of later ones for the same time', async () => {
  const datastreams = new MemoryDatastreams()
  datastreams.before = async () => {
    throw new Error('PostgreSQL is down')
  }
  const store = new MemoryStore()
  const first = await start({ datastreams, store })
  await first.publish(reading(1, 10), reading(2, 20))
  await first.when(() => first.outbox.stats().heldRows === 2)
  await stop(first)

  datastreams.before = async () => {}
  const second = await start({ datastreams, store })
  expect(second.latest.details(second.resolver.stations[0] as never)['pm25']?.[0]).toBe(20)
  await second.publish(reading(2, 21))
  await second.settled()
  expect(store.values(1)).toEqual([10, 21])
  expect(second.pipeline.total()).toMatchObject({ received: 3, stored: 3, pending: 0 })
})

test('held readings of a station that is removed are rejected', async () => {
  const datastreams = new MemoryDatastreams()
  datastreams.before = async () => {
    throw new Error('PostgreSQL is down')
  }
  const spine = await start({ datastreams })
  await spine.publish(reading(1), reading(2))
  await spine.when(() => spine.outbox.stats().heldRows === 2)
  spine.resolver.removeStation('station')
  await spine.settled()
  expect(spine.ledger.device('device')).toMatchObject({
    received: 2,
    stored: 0,
    pending: 0,
    rejectedBy: { unknown_station: 2 },
  })
})

test('a restart goes on where the last run ended', async () => {
  const store = new MemoryStore()
  const datastreams = new MemoryDatastreams()
  const first = await start({ store, datastreams })
  await first.publish(reading(1), { payload: 'nonsense' })
  await first.settled()
  await first.publish(reading(2))
  await stop(first)
  const second = await start({ store, datastreams })
  await second.publish(reading(3))
  await second.settled()
  expect(store.values(1)).toEqual([1, 2, 3])
  expect(store.appended).toBe(3)
  expect(second.pipeline.total()).toMatchObject({
    received: 4,
    stored: 3,
    rejected: 1,
    messages: { received: 4, decoded: 3, rejected: 1, pending: 0 },
  })
  expect(new Set(store.sequences).size).toBe(store.sequences.length)
})

test('messages in a damaged journal record are counted as lost and the rest is stored', async () => {
  const quiet = new Spine(directory.path)
  await quiet.publish(reading(1))
  await quiet.publish(reading(2), reading(3))
  await quiet.publish(reading(4))
  await quiet.outbox.close()
  await quiet.journal.close()
  await damageRecord(3)
  const spine = await start()
  await spine.settled()
  expect(spine.store.values(1)).toEqual([1, 4])
  expect(spine.pipeline.total()).toMatchObject({
    received: 4,
    stored: 2,
    rejected: 2,
    pending: 0,
    rejectedBy: { journal_damaged: 2 },
    messages: { received: 4, decoded: 2, rejected: 2 },
  })
  expect(spine.pipeline.stats().damagedRecords).toBe(1)
  expect(spine.ledger.imbalances()).toEqual([])
})

/** Flips a byte in the record whose last entry has this sequence. */
async function damageRecord(sequence: number): Promise<void> {
  const root = open({ path: join(directory.path, 'journal'), overlappingSync: false, encoding: 'binary' })
  const records = root.openDB<Buffer, number>('records', { encoding: 'binary' })
  const record = Buffer.from(records.get(sequence) as Buffer)
  record[record.length - 5] = (record[record.length - 5] as number) ^ 1
  await records.put(sequence, record)
  await root.close()
}

test('readings of a damaged outbox batch are counted as lost and the rest is stored', async () => {
  const store = new MemoryStore()
  store.before = async () => {
    throw new StoreUnavailableError('store is down')
  }
  const first = await start({ store })
  await first.publish(reading(1), reading(2))
  await first.when(() => first.outbox.stats().rows === 2)
  await first.publish(reading(3))
  await first.when(() => first.outbox.stats().rows === 3)
  const damaged = first.outbox.pending(0)?.sequence as number
  const value = Buffer.from(first.outbox.get('batches', damaged) as Buffer)
  value[30] = (value[30] as number) ^ 1
  await first.outbox.write([{ table: 'batches', key: damaged, value }])
  await stop(first)

  store.before = async () => []
  const second = await start({ store })
  await second.settled()
  expect(store.appended).toBe(1)
  expect(second.ledger.device('device')).toMatchObject({
    received: 3,
    stored: 1,
    pending: 0,
    rejectedBy: { outbox_damaged: 2 },
  })
  expect(second.ledger.imbalances()).toEqual([])
})

test('a journal that was replaced is read from its beginning', async () => {
  const first = await start()
  await first.publish(reading(1), reading(2), reading(3))
  await first.settled()
  await stop(first)
  const elsewhere = temporaryDirectory()
  const fresh = new Spine(elsewhere.path)
  await fresh.publish(reading(4))
  await fresh.outbox.close()
  await fresh.journal.close()
  rmSync(join(directory.path, 'journal'), { recursive: true })
  cpSync(join(elsewhere.path, 'journal'), join(directory.path, 'journal'), { recursive: true })
  elsewhere.remove()
  const second = await start()
  await second.settled()
  expect(second.store.values(1)).toEqual([4])
  expect(second.pipeline.total()).toMatchObject({ received: 4, stored: 4 })
})

test('a journal whose file was replaced under the process asks for a new process', async () => {
  const asked = Promise.withResolvers<Error>()
  const spine = await start({ restartNeeded: asked.resolve })
  await spine.publish(reading(1))
  await spine.settled()
  spine.journal.read = () => {
    throw new JournalReplacedError('restart this one')
  }
  expect((await asked.promise).message).toBe('restart this one')
  expect(spine.pipeline.stats()).toMatchObject({ state: 'failing', lastError: 'restart this one' })
})

test('a journal that cannot be read for a while is read again', async () => {
  const spine = await start()
  const read = spine.journal.read.bind(spine.journal)
  let failures = 0
  spine.journal.read = (...of) => {
    if (failures++ < 2) throw new Error('input/output error')
    return read(...of)
  }
  await spine.publish(reading(1))
  await spine.settled()
  expect(spine.store.values(1)).toEqual([1])
  expect(spine.pipeline.stats().state).toBe('running')
})

test('stations are silent by the time the pipeline has reached', async () => {
  const store = new MemoryStore()
  const closed = Promise.withResolvers<void>()
  store.before = async () => {
    await closed.promise
    return []
  }
  const spine = await start({ store, outboxBytes: 1 })
  const status = () => spine.latest.status(spine.resolver.station('station') as Station)
  await spine.publish({ payload: { values: { pm25: 1 } }, receivedAt: T0 })
  await spine.when(() => spine.outbox.full)
  expect(status()).toBe('live')
  const delayed = () => spine.latest.delayedSince
  await spine.publish({ payload: { values: { pm25: 1 } }, receivedAt: T0 + 14 * MINUTE })
  const timeline = [
    { at: 30_000, status: 'live', delayed: null },
    { at: MINUTE, status: 'live', delayed: T0 },
    { at: 20 * MINUTE, status: 'silent', delayed: T0 },
  ]
  for (const { at, ...expected } of timeline) {
    spine.pipeline.sweep(T0 + at)
    expect([at, { status: status(), delayed: delayed() }]).toEqual([at, expected])
  }
  closed.resolve()
  await spine.settled()
  spine.pipeline.sweep(T0 + 20 * MINUTE)
  expect([status(), delayed()]).toEqual(['live', null])
  spine.pipeline.sweep(T0 + 30 * MINUTE)
  expect(status()).toBe('silent')
})

test('a journal that cannot be read keeps no station live', async () => {
  const spine = await start()
  const status = () => spine.latest.status(spine.resolver.station('station') as Station)
  await spine.publish({ payload: { values: { pm25: 1 } }, receivedAt: T0 })
  await spine.settled()
  spine.pipeline.sweep(T0 + MINUTE)
  const { lastSequence } = spine.journal
  spine.journal.lastSequence = () => {
    throw new Error('input/output error')
  }
  spine.pipeline.sweep(T0 + 16 * MINUTE)
  expect([status(), spine.latest.delayedSince]).toEqual(['silent', T0 + MINUTE])
  spine.journal.lastSequence = lastSequence.bind(spine.journal)
  spine.pipeline.sweep(T0 + 17 * MINUTE)
  expect(spine.latest.delayedSince).toBeNull()
})

test('a clock that is set back by a year does not keep a station live for a year', async () => {
  const spine = await start()
  const status = () => spine.latest.status(spine.resolver.station('station') as Station)
  const year = 365 * 24 * 60 * MINUTE
  await spine.publish({ payload: { values: { pm25: 1 } }, receivedAt: T0 + year })
  await spine.settled()
  spine.pipeline.sweep(T0 + year)
  spine.pipeline.sweep(T0 + year - 59_000)
  expect(spine.latest.heardAt(spine.resolver.station('station') as Station)).toBe(T0 + year)
  spine.pipeline.sweep(T0)
  expect(status()).toBe('live')
  spine.pipeline.sweep(T0 + 16 * MINUTE)
  expect(status()).toBe('silent')
  await spine.publish({ payload: { values: { pm25: 2 } }, receivedAt: T0 + 17 * MINUTE })
  await spine.settled()
  expect(status()).toBe('live')
  expect(spine.latest.details(spine.resolver.stations[0] as never)['pm25']?.[0]).toBe(2)
})

test('a replaced journal is noticed also when it has more entries than the former one', async () => {
  const first = await start()
  await first.publish(reading(1), reading(2))
  await first.settled()
  await stop(first)
  const elsewhere = temporaryDirectory()
  const other = new Spine(elsewhere.path)
  await other.publish(...[3, 4, 5, 6].map((at) => reading(at)))
  await other.outbox.close()
  await other.journal.close()
  rmSync(join(directory.path, 'journal'), { recursive: true })
  cpSync(join(elsewhere.path, 'journal'), join(directory.path, 'journal'), { recursive: true })
  elsewhere.remove()
  const second = await start()
  await second.settled()
  expect(second.store.values(1)).toEqual([3, 4, 5, 6])
  expect(second.pipeline.total()).toMatchObject({ received: 6, stored: 6, rejected: 0, pending: 0 })
  expect(second.ledger.imbalances()).toEqual([])
  await stop(second)
  const third = await start({ store: second.store })
  await third.publish(reading(7))
  await third.settled()
  expect(third.store.values(1)).toEqual([3, 4, 5, 6, 7])
})

test('a read error of the outbox does not end the archive, and damage is counted once', async () => {
  const spine = new Spine(directory.path)
  running.push(spine)
  await spine.pipeline.start()
  for (const at of [1, 2, 3]) {
    await spine.publish(reading(at))
    await spine.when(() => spine.outbox.pendingBatches === at)
  }
  const get = spine.outbox.get.bind(spine.outbox)
  const damaged = spine.outbox.pending(0)?.sequence
  let failures = 0
  spine.outbox.get = (table, key) => {
    if (table === 'batches' && key === damaged) return Buffer.from('damage')
    if (table === 'batches' && key === spine.outbox.pending(2)?.sequence && failures++ < 1)
      throw new Error('MDB_CORRUPTED')
    return get(table, key)
  }
  spine.archive.start()
  await spine.settled()
  expect(spine.store.values(1)).toEqual([2, 3])
  expect(spine.archive.stats()).toMatchObject({ state: 'running', damagedBatches: 1, failures: 1 })
  expect(spine.pipeline.total()).toMatchObject({ received: 3, stored: 2, rejected: 1, pending: 0 })
})

test('messages are judged by the registration that held when they were received', async () => {
  let clock = T0
  const spine = new Spine(directory.path, { now: () => clock })
  running.push(spine)
  const at = (time: number, value: number) => ({
    payload: { values: { pm25: value } },
    receivedAt: T0 + time,
  })
  await spine.publish(at(0, 1))
  clock = T0 + 10
  spine.resolver.setDevice({ id: 'device', stations: ['station'], disabled: true })
  await spine.publish(at(9, 2), at(10, 3))
  clock = T0 + 20
  spine.resolver.removeDevice('device')
  clock = T0 + 30
  spine.resolver.setDevice({ id: 'device', stations: ['station'], disabled: false })
  await spine.publish(at(25, 4), at(30, 5))
  await spine.start()
  await spine.settled()
  expect(spine.store.values(1)).toEqual([1, 2, 5])
  expect(spine.pipeline.total().rejectedBy).toEqual({ device_disabled: 1, unknown_device: 1 })
})

test('results of commands are short, and one device has a share of them', async () => {
  const spine = await start()
  const result = (payload: string, device = 'device') => ({
    device,
    kind: 'commands/result' as const,
    payload,
  })
  await spine.publish(result('x'.repeat(10_241)), ...Array.from({ length: 70 }, () => result('{}')))
  await spine.publish(result('{}', 'other'))
  await spine.told.when(() => spine.told.commandResult.length === 61)
  expect(spine.told.commandResult.filter(({ device }) => device === 'device')).toHaveLength(60)
  expect(spine.pipeline.stats().commandResultsRefused).toBe(11)
})
