import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { NoticeQueue } from './notice-queue.ts'
import type { PresenceNotice, RefusedNotice, Sink } from './notices.ts'
import { Outbox } from './outbox.ts'
import { PresenceQueue } from './presence-queue.ts'
import { silentLog as log, T0, temporaryDirectory } from './spine.fixture.ts'

let directory: ReturnType<typeof temporaryDirectory>
let outbox: Outbox

beforeEach(() => {
  directory = temporaryDirectory()
  outbox = Outbox.open(directory.path, { maxBytes: 1e9, now: T0 })
})

afterEach(async () => {
  await outbox.close()
  directory.remove()
})

const notice = (reason: string): Omit<RefusedNotice, 'id'> => ({
  device: 'd',
  receivedAt: T0,
  reason,
  detail: '',
  address: '',
  clientId: '',
})

function queueOf(sink: Sink<RefusedNotice>, maxBytes = 1e6) {
  const queue = new NoticeQueue<RefusedNotice>('refused', { outbox, maxBytes, sink, log })
  queue.load(T0)
  return queue
}

async function write(queue: NoticeQueue<RefusedNotice>, ...reasons: string[]): Promise<void> {
  for (const reason of reasons) queue.offer(notice(reason))
  const sealed = queue.seal()
  await outbox.write(sealed.writes)
  queue.committed(sealed)
}

/** A sink that collects, and a promise of its n-th delivered notice. */
function collector<T>(wanted: number) {
  const got: T[] = []
  const { promise, resolve } = Promise.withResolvers<T[]>()
  const sink: Sink<T> = (notices) => {
    got.push(...notices)
    if (got.length >= wanted) resolve(got)
  }
  return { got, sink, all: promise }
}

test('notices are delivered in order with growing ids and then forgotten', async () => {
  const { sink, all } = collector<RefusedNotice>(4)
  const queue = queueOf(sink)
  await write(queue, 'a', 'b')
  await write(queue, 'c')
  queue.start()
  await write(queue, 'd')
  const got = await all
  expect(got.map(({ reason }) => reason)).toEqual(['a', 'b', 'c', 'd'])
  expect(got.map(({ id }) => id)).toEqual([...got.map(({ id }) => id)].sort((a, b) => a - b))
  await queue.stop()
  expect(queue.stats()).toMatchObject({ waiting: 0, bytes: 0, delivered: 4, shed: 0 })
  expect(outbox.entries('refused')).toEqual([])
})

test('a listener that fails gets the same notices again, with the same ids', async () => {
  const attempts: number[][] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const queue = queueOf(async (notices) => {
    attempts.push(notices.map(({ id }) => id))
    if (attempts.length < 3) throw new Error('the database is down')
    resolve()
  })
  await write(queue, 'a', 'b')
  queue.start()
  await promise
  await queue.stop()
  expect(attempts).toHaveLength(3)
  expect(attempts[1]).toEqual(attempts[0])
  expect(attempts[2]).toEqual(attempts[0])
})

test('what was not delivered is delivered by the next run', async () => {
  await write(
    queueOf(() => {}),
    'a',
    'b',
  )
  const { sink, all } = collector<RefusedNotice>(2)
  const queue = queueOf(sink)
  expect(queue.stats().waiting).toBe(2)
  queue.start()
  expect((await all).map(({ reason }) => reason)).toEqual(['a', 'b'])
  await queue.stop()
})

test('a full queue sheds and counts, and takes again when there is room', async () => {
  const { sink, all } = collector<RefusedNotice>(2)
  const queue = queueOf(sink, 50)
  await write(queue, 'kept')
  await write(queue, 'shed', 'shed')
  expect(queue.stats()).toMatchObject({ waiting: 1, shed: 2 })
  queue.start()
  while (queue.stats().waiting > 0)
    await outbox.write([{ table: 'meta', key: 'turn', value: Buffer.from('x') }])
  await write(queue, 'again')
  expect((await all).map(({ reason }) => reason)).toEqual(['kept', 'again'])
  await queue.stop()
})

const event = (device: string, kind: PresenceNotice['kind'], receivedAt: number) => ({
  device,
  kind,
  receivedAt,
  detail: {},
})

async function writePresence(queue: PresenceQueue, ...events: Omit<PresenceNotice, 'id'>[]): Promise<void> {
  for (const one of events) queue.offer(one)
  const sealed = queue.seal()
  await outbox.write(sealed.writes)
  queue.committed(sealed.events)
}

test('of each device the newest presence waits, status apart, in order of arrival', async () => {
  const first = new PresenceQueue({ outbox, sink: () => {}, log })
  first.load(T0)
  await writePresence(first, event('a', 'connected', 1), event('b', 'connected', 2), event('a', 'status', 3))
  await writePresence(first, event('a', 'disconnected', 4), event('c', 'connected', 5))
  expect(first.stats()).toMatchObject({ waiting: 4, coalesced: 1 })

  const { sink, all } = collector<PresenceNotice>(4)
  const second = new PresenceQueue({ outbox, sink, log })
  second.load(T0)
  second.start()
  expect((await all).map(({ device, kind }) => `${device} ${kind}`)).toEqual([
    'b connected',
    'a status',
    'a disconnected',
    'c connected',
  ])
  await second.stop()
  expect(outbox.entries('presence')).toEqual([])
})

test('an event written while an older one is delivered is not forgotten with it', async () => {
  const delivery = Promise.withResolvers<void>()
  const began = Promise.withResolvers<void>()
  const queue = new PresenceQueue({
    outbox,
    sink: async () => {
      began.resolve()
      await delivery.promise
    },
    log,
  })
  queue.load(T0)
  await writePresence(queue, event('a', 'connected', 1))
  queue.start()
  await began.promise
  queue.offer(event('a', 'disconnected', 2))
  const sealed = queue.seal()
  const written = outbox.write(sealed.writes)
  delivery.resolve()
  const stopped = queue.stop()
  await written
  await stopped
  expect(outbox.entries('presence').map(({ value }) => JSON.parse(value.toString()).kind)).toEqual([
    'disconnected',
  ])
})
