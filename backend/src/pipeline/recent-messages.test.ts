import { expect, test } from '@jest/globals'
import { viewMessage } from './message-view.ts'
import { RecentMessages } from './recent-messages.ts'
import { Resolver } from './resolver.ts'

const entry = (deviceId: string, receivedAt: number, payload = '{"values":{"pm25":1}}') => ({
  kind: 'publish' as const,
  deviceId,
  receivedAt,
  topic: `v1/devices/${deviceId}/observations`,
  payload: Buffer.from(payload),
  qos: 1 as const,
})
const REJECTED = [{ reason: 'bad_time' as const, readings: 1, detail: 'time: x' }]

test('the 20 newest of a device are kept, one a second, and every one that was rejected', () => {
  const recent = new RecentMessages()
  for (let at = 0; at < 5000; at += 250) recent.offer(entry('a', at), 1, [])
  expect(recent.of('a').map(({ receivedAt }) => receivedAt)).toEqual([4000, 3000, 2000, 1000, 0])
  for (let at = 5000; at < 5030; at++) recent.offer(entry('a', at), 0, REJECTED)
  expect(recent.of('a')).toHaveLength(20)
  expect(recent.of('a')[0]).toMatchObject({ receivedAt: 5029, rejections: REJECTED })
  expect(recent.of('b')).toEqual([])
})

test('a clock set back does not end the keeping', () => {
  const recent = new RecentMessages()
  recent.offer(entry('a', 1_000_000), 1, [])
  recent.offer(entry('a', 5000), 1, [])
  expect(recent.of('a')).toHaveLength(2)
})

test('memory is bounded: the devices heard longest ago are forgotten first and counted', () => {
  const recent = new RecentMessages(100_000)
  for (let device = 0; device < 100; device++)
    recent.offer(entry(`d${device}`, device, 'x'.repeat(4000)), 1, [])
  const { bytes, devices, forgotten } = recent.stats()
  expect(bytes).toBeLessThanOrEqual(100_000)
  expect(devices + forgotten).toBe(100)
  expect(recent.of('d0')).toEqual([])
  expect(recent.of('d99')).toHaveLength(1)
})

test('the payload is a copy, cut; a cut one shows its beginning and no readings', () => {
  const recent = new RecentMessages()
  const long = entry('a', 0, `{"values":{"pm25":1},"x":"${'y'.repeat(5000)}"}`)
  recent.offer(long, 1, [])
  long.payload.fill(0)
  const view = viewMessage('a', recent.of('a')[0] as never, new Resolver())
  expect(view).toMatchObject({ bytes: long.payload.length, readings: [], outcome: 'accepted' })
  expect(view.payload).toMatch(/^{"values":{"pm25":1},"x":"yyy/)
  expect(view.payload).toHaveLength(4096)
})
