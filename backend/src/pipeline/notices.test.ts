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

test('ids grow although the clock was set back since the last run', async () => {
  const { sink, all } = collector<RefusedNotice>(3)
  await write(
    queueOf(() => {}),
    'a',
    'b',
  )
  const queue = new NoticeQueue<RefusedNotice>('refused', { outbox, maxBytes: 1e6, sink, log })
  queue.load(T0 - 3_600_000)
  await write(queue, 'c')
  queue.start()
  const ids = (await all).map(({ id }) => id)
  expect(ids).toEqual([...ids].sort((one, other) => one - other))
  expect(new Set(ids).size).toBe(3)
  await queue.stop()
})

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

test('one transaction makes records of at most 500 notices', async () => {
  const sizes: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = 1201
  const queue = queueOf((notices) => {
    sizes.push(notices.length)
    left -= notices.length
    if (left === 0) resolve()
  })
  await write(queue, ...Array.from({ length: 1201 }, (_, at) => String(at)))
  expect(outbox.entries('refused').map(({ value }) => JSON.parse(value.toString()).length)).toEqual([
    500, 500, 201,
  ])
  expect(queue.stats().waiting).toBe(1201)
  queue.start()
  await promise
  await queue.stop()
  expect(sizes).toEqual([500, 500, 201])
  expect(queue.stats()).toMatchObject({ waiting: 0, bytes: 0, delivered: 1201 })
})

test('a notice that can never be taken is set aside, and those after it are delivered', async () => {
  const { got, sink, all } = collector<RefusedNotice>(4)
  const told: string[] = []
  const setAside = {
    isRefused: (error: Error) => error.message === 'does not fit',
    told: ({ reason }: RefusedNotice) => void told.push(reason),
  }
  let isAway = true
  const open = () => {
    const queue = new NoticeQueue<RefusedNotice>('refused', {
      outbox,
      maxBytes: 1e6,
      log,
      setAside,
      sink: async (notices) => {
        // What passes is no reason to set anything aside.
        if (isAway) {
          isAway = false
          throw new Error('the database is down')
        }
        if (notices.some(({ reason }) => reason === 'bad')) throw new Error('does not fit')
        await sink(notices)
      },
    })
    queue.load(T0)
    return queue
  }
  const queue = open()
  await write(queue, 'a', 'bad', 'b', 'c')
  await write(queue, 'd')
  queue.start()
  await all
  await queue.stop()
  expect(got.map(({ reason }) => reason)).toEqual(['a', 'b', 'c', 'd'])
  expect(told).toEqual(['bad'])
  expect(queue.stats()).toMatchObject({ waiting: 0, delivered: 4, setAside: 1 })
  expect(outbox.entries('set_aside').map(({ value }) => JSON.parse(value.toString()).reason)).toEqual(['bad'])
  expect(open().stats().setAside).toBe(1)
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
