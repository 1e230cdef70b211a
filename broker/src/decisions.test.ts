import { expect, test } from '@jest/globals'
import type { JournalEntry } from '@osprey/journal/journal'
import { pino } from 'pino'
import { refusalOf } from './connection-errors.ts'
import { RecordedRefusal } from './device-client.ts'
import { PacketGuard } from './packet-guard.ts'
import { QuietLog } from './quiet-log.ts'
import { RateLimit } from './rate-limit.ts'
import { type Refusal, Refusals } from './refusals.ts'

/* The parts that decide without I/O; time is given. */

test('the rate limit lets a burst through and then spaces messages evenly', () => {
  const limit = new RateLimit(10, 3)
  expect([0, 0, 0, 0, 0, 50].map((now) => limit.take(now))).toEqual([0, 0, 0, 100, 200, 250])
  expect(limit.take(10_000)).toBe(0)
  const free = new RateLimit(0, 1)
  expect([free.take(0), free.take(0), free.allow(0)]).toEqual([0, 0, true])
})

test('a clock set back does not hold messages until it has caught up', () => {
  const limit = new RateLimit(10, 2)
  expect([7_200_000, 7_200_000, 0, 0, 0].map((now) => limit.take(now))).toEqual([0, 0, 0, 0, 100])
})

test('asking without waiting takes nothing when it is refused', () => {
  const limit = new RateLimit(10, 2)
  expect([0, 0, 0, 0, 0, 100, 100].map((now) => limit.allow(now))).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    false,
  ])
})

const packet = (type: number, length: number) =>
  Buffer.concat([Buffer.from([type, length]), Buffer.alloc(length)])

test('the packet guard follows packets over any chunking', () => {
  const stream = Buffer.concat([packet(0x10, 20), packet(0x32, 100), packet(0xc0, 0), packet(0x30, 127)])
  for (const size of [1, 2, 3, 7, 64, 1000]) {
    const guard = new PacketGuard(1000)
    for (let at = 0; at < stream.length; at += size)
      expect(guard.inspect(stream.subarray(at, at + size))).toBeUndefined()
  }
})

test.each([
  ['4096 in CONNECT', [0x10, 0x80, 0x20], undefined],
  ['4097 in CONNECT', [0x10, 0x81, 0x20], 'packet_too_large'],
  ['256 MB', [0x10, 0xff, 0xff, 0xff, 0x7f], 'packet_too_large'],
  ['five length bytes', [0x10, 0x80, 0x80, 0x80, 0x80], 'malformed_packet'],
  ['not CONNECT', [0x30, 0], 'malformed_packet'],
])('the packet guard on %s', (_name, bytes, reason) => {
  expect(new PacketGuard(262_144).inspect(Buffer.from(bytes))?.reason).toBe(reason)
})

test('after CONNECT the configured limit holds', () => {
  const guard = new PacketGuard(5000)
  expect(guard.inspect(packet(0x10, 12))).toBeUndefined()
  expect(guard.inspect(Buffer.from([0x32, 0x88, 0x27]))).toBeUndefined()
  const other = new PacketGuard(5000)
  other.inspect(packet(0x10, 12))
  expect(other.inspect(Buffer.from([0x32, 0x89, 0x27]))).toMatchObject({ reason: 'packet_too_large' })
})

const refusal = (changes: Partial<Refusal> = {}): Refusal => ({
  reason: 'bad_secret',
  detail: '',
  deviceId: 'd1',
  clientId: '',
  address: '10.0.0.1',
  ...changes,
})

test('repeated refusals of one peer are journaled at intervals with their count', () => {
  let now = 0
  const journaled: JournalEntry[] = []
  const refusals = new Refusals({ append: (entry) => journaled.push(entry), now: () => now })
  for (; now < 25_000; now += 10) refusals.record(refusal())
  refusals.record(refusal({ address: '10.0.0.2' }))
  expect(refusals.counts.bad_secret).toBe(2501)
  expect(journaled.map(({ payload }) => JSON.parse(String(payload)).count)).toEqual([1, 1000, 1000, 1])
})

test('a storm from many addresses cannot flood the journal, and everything is counted', () => {
  const journaled: JournalEntry[] = []
  const refusals = new Refusals({ append: (entry) => journaled.push(entry), now: () => 0 })
  for (let i = 0; i < 50_000; i++) refusals.record(refusal({ address: `10.${i >> 8}.${i & 255}.1` }))
  expect(journaled).toHaveLength(500)
  expect(refusals.counts.bad_secret).toBe(50_000)
  expect(refusals.unjournaled).toBe(40_000 - 500)
})

test('what could not be journaled is in the next entry', () => {
  let failing = true
  const counts: number[] = []
  const refusals = new Refusals({
    append: ({ payload }, done) => {
      if (!failing) counts.push(JSON.parse(String(payload)).count)
      done(failing ? new Error('full') : null)
    },
    now: () => 0,
  })
  refusals.record(refusal())
  refusals.record(refusal())
  failing = false
  refusals.record(refusal())
  expect(counts).toEqual([3])
})

test('the quiet log tells how much it left out', () => {
  const lines: { msg: string; suppressed: number }[] = []
  let now = 0
  const quiet = new QuietLog(pino({}, { write: (line: string) => lines.push(JSON.parse(line)) }), () => now)
  for (; now < 20_000; now++) quiet.warn('one', {})
  quiet.warn('two', {})
  expect(lines.map(({ msg, suppressed }) => [msg, suppressed])).toEqual([
    ['one', 0],
    ['one', 9999],
    ['two', 0],
  ])
})

test.each([
  [new RecordedRefusal('recorded'), undefined],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), undefined],
  [new Error('connection closed'), undefined],
  [Object.assign(new Error('x'), { name: 'JournalFullError' }), 'not_stored'],
  [Object.assign(new Error('unacceptable protocol version'), { errorCode: 1 }), 'protocol_version'],
  [new Error('connect did not arrive in time'), 'connect_timeout'],
  [new Error('Invalid protocol'), 'malformed_packet'],
])('%s means %s', (error, reason) => {
  expect(refusalOf(error)).toBe(reason)
})
