import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { command, publishPacket, startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'

const TOPIC = 'v1/devices/d1/observations'

let platform: TestBroker

afterEach(() => platform.stop())

const metric = async (pattern: RegExp) =>
  Number(
    pattern.exec(await (await fetch(`http://127.0.0.1:${platform.broker.metricsPort}/metrics`)).text())?.[1],
  )

const endings = () =>
  platform
    .entries()
    .filter(({ kind }) => kind === 'disconnected')
    .map(({ payload }) => JSON.parse(String(payload)).reason)

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => publishPacket(TOPIC, { messageId: i + 1, payload: `${i}` }))

test('a device that sends a little faster than its rate is slowed down and loses nothing', async () => {
  platform = await startTestBroker({ deviceRate: 200 })
  const device = await platform.raw()
  await device.login('d1')
  device.send(...numbered(600))
  await until(() => device.received.length === 600)
  expect(device.received.map(({ messageId }) => messageId)).toEqual(numbered(600).map((_, i) => i + 1))
  const stored = platform.entries().filter(({ kind }) => kind === 'publish')
  expect(stored.map(({ payload }) => String(payload))).toEqual(numbered(600).map((_, i) => `${i}`))
  expect(await metric(/slowed_messages_total\{how="held"\} (\d+)/)).toBeGreaterThan(100)
})

test('a device far over its rate is disconnected with the reason, others are not touched', async () => {
  platform = await startTestBroker({ deviceRate: 5 })
  const neighbour = await platform.raw()
  await neighbour.login('d2')
  const device = await platform.raw()
  await device.login('d1')
  device.send(...numbered(1000))
  await device.untilClosed()
  expect(device.received.length).toBeLessThan(100)
  neighbour.send(publishPacket('v1/devices/d2/observations'))
  expect(await neighbour.next('puback')).toBeDefined()
  await until(() => endings().includes('refused'))
  await until(() => platform.refusals().includes('rate_limited'))
})

test('connections beyond the limit are closed and counted; a free place is taken again', async () => {
  platform = await startTestBroker({ maxConnections: 2 })
  const first = await platform.raw()
  await first.login('d1')
  const second = await platform.raw()
  await second.login('d2')
  const third = await platform.raw()
  await third.untilClosed()
  expect(await metric(/refusals_total\{reason="too_many_connections"\} (\d+)/)).toBe(1)
  second.socket.destroy()
  for (let answer: unknown; answer === undefined; ) {
    const next = await platform.raw()
    answer = await next.login('d3')
  }
})

test('a device that asks for commands and does not read is disconnected; the others get theirs', async () => {
  platform = await startTestBroker({ drainTimeout: 100 })
  const slow = await platform.raw()
  await slow.login('d1')
  slow.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'v1/devices/d1/commands', qos: 1 }] })
  await slow.next('suback')
  slow.socket.pause()
  const payload = Buffer.alloc(200_000)
  for (let i = 0; i < 90; i++) await platform.commands.push({ ...command(`c${i}`, 'd1'), payload })
  const other = await platform.raw()
  await other.login('d2')
  other.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'v1/devices/d2/commands', qos: 1 }] })
  await platform.commands.push(command('mine', 'd2'))
  expect(await other.next('publish')).toMatchObject({ topic: 'v1/devices/d2/commands' })
  await until(() => endings().includes('too_slow'))
})

test('a storm of refused connections is counted in full and journaled in part', async () => {
  platform = await startTestBroker()
  const attempts = 300
  for (let i = 0; i < attempts; i++) {
    const peer = await platform.raw()
    await peer.login('d1', { password: Buffer.from('guess') })
    peer.socket.destroy()
  }
  expect(await metric(/refusals_total\{reason="bad_secret"\} (\d+)/)).toBe(attempts)
  expect(platform.refusals().length).toBeLessThan(5)
})

test('a subscriber to everything that goes at once leaves the broker well', async () => {
  platform = await startTestBroker()
  const device = await platform.raw()
  await device.login('d1')
  device.send(publishPacket('v1/devices/d1/status', { retain: true }))
  await device.next('puback')
  for (let i = 0; i < 50; i++) {
    const peer = await platform.raw()
    await peer.login('d2')
    peer.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] })
    peer.socket.resetAndDestroy()
  }
  device.send({ cmd: 'pingreq' })
  expect(await device.next('pingresp')).toBeDefined()
})

test('metrics and health are on the loopback interface only, and nothing else is there', async () => {
  platform = await startTestBroker()
  const base = `http://127.0.0.1:${platform.broker.metricsPort}`
  expect((await fetch(`${base}/other`)).status).toBe(404)
  const text = await (await fetch(`${base}/metrics`)).text()
  expect(text).toMatch(/^osprey_broker_journal_max_bytes 1073741824$/m)
  const taken = connectTcp(platform.broker.metricsPort, '127.0.0.1')
  await once(taken, 'connect')
  expect(taken.remoteAddress).toBe('127.0.0.1')
  taken.destroy()
})
