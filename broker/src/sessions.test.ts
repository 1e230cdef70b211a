import { afterEach, beforeEach, expect, test } from '@jest/globals'
import {
  command,
  publishPacket,
  type RawClient,
  registration,
  SECRET,
  startTestBroker,
  type TestBroker,
  until,
} from './fixtures/helpers.ts'

const COMMANDS = 'v1/devices/d1/commands'
const STATUS = 'v1/devices/d1/status'

let platform: TestBroker

beforeEach(async () => {
  platform = await startTestBroker()
})

afterEach(() => platform.stop())

const subscribe = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: COMMANDS, qos: 1 }] }
const waiting = () => platform.commands.pending(1000).map(({ id }) => id)
const delivered = (client: RawClient) =>
  client.received
    .filter(({ cmd }) => cmd === 'publish')
    .map((packet) => JSON.parse(String('payload' in packet && packet.payload)).id)
const statuses = () =>
  platform
    .entries()
    .filter(({ kind, topic }) => kind === 'publish' && topic === STATUS)
    .map(({ payload }) => String(payload))
const endings = () =>
  platform
    .entries()
    .filter(({ kind }) => kind === 'disconnected')
    .map(({ payload }) => JSON.parse(String(payload)).reason)

/** Leaves a stored session with a subscription to the commands behind. */
async function leaveSession(): Promise<void> {
  const device = await platform.raw()
  await device.login('d1', { clean: false })
  device.send(subscribe)
  await device.next('suback')
  device.send({ cmd: 'disconnect' })
  await device.untilClosed()
}

test('a device that listens gets its commands, and they leave the queue', async () => {
  const device = await platform.raw()
  await device.login('d1')
  device.send(subscribe)
  await device.next('suback')
  for (const id of ['c1', 'c2', 'c3']) await platform.commands.push(command(id, 'd1'))
  await until(() => delivered(device).length === 3)
  expect(delivered(device)).toEqual(['c1', 'c2', 'c3'])
  await until(() => waiting().length === 0)
})

test('commands of a device that never listened wait until it does; expired ones are not delivered', async () => {
  await platform.commands.push(command('late', 'd1', Date.now() - 1))
  await platform.commands.push(command('c1', 'd1'))
  await platform.commands.push(command('other', 'd2'))
  await until(() => !waiting().includes('late'))
  const device = await platform.raw()
  await device.login('d1')
  device.send(subscribe)
  await until(() => delivered(device).length === 1)
  expect(delivered(device)).toEqual(['c1'])
  await until(() => waiting().length === 1)
  expect(waiting()).toEqual(['other'])
})

test('a stored session keeps commands over a restart of the broker, and delivers each until it is acknowledged', async () => {
  await leaveSession()
  for (const id of ['c1', 'c2']) await platform.commands.push(command(id, 'd1'))
  await until(() => waiting().length === 0)
  await platform.restart()
  const device = await platform.raw()
  expect(await device.login('d1', { clean: false })).toMatchObject({ sessionPresent: true })
  const first = await device.next('publish')
  device.send({ cmd: 'puback', messageId: first?.messageId }, { cmd: 'pingreq' })
  await device.next('publish')
  await device.next('pingresp')
  device.socket.destroy()
  await platform.restart()
  const again = await platform.raw()
  await again.login('d1', { clean: false })
  await until(() => delivered(again).length > 0)
  expect(delivered(again)).toEqual(['c2'])
})

test('a command that expires in a stored session is not delivered', async () => {
  await leaveSession()
  let now = Date.now()
  await platform.restart({ now: () => now })
  await platform.commands.push(command('c1', 'd1', now + 60_000))
  await platform.commands.push(command('c2', 'd1', now + 600_000))
  await until(() => waiting().length === 0)
  now += 120_000
  const device = await platform.raw()
  await device.login('d1', { clean: false })
  await until(() => delivered(device).length > 0)
  expect(delivered(device)).toEqual(['c2'])
})

test('a stored session holds a bounded number of commands; the rest stays in the queue', async () => {
  await leaveSession()
  for (let i = 0; i < 100; i++) await platform.commands.push(command(`c${i}`, 'd1'))
  await until(() => waiting().length === 0)
  await platform.commands.push(command('one too many', 'd1'))
  const neighbour = await platform.raw()
  await neighbour.login('d2')
  neighbour.send({ ...subscribe, subscriptions: [{ topic: 'v1/devices/d2/commands', qos: 1 }] })
  await platform.commands.push(command('later', 'd2'))
  await until(() => delivered(neighbour).length === 1)
  expect(waiting()).toContain('one too many')
  const device = await platform.raw()
  await device.login('d1', { clean: false })
  await until(() => delivered(device).length === 101)
  await until(() => waiting().length === 0)
})

test('a clean session discards the stored one', async () => {
  await leaveSession()
  await platform.commands.push(command('c1', 'd1'))
  await until(() => waiting().length === 0)
  const clean = await platform.raw()
  await clean.login('d1', { clean: true })
  clean.send({ cmd: 'disconnect' })
  await clean.untilClosed()
  const device = await platform.raw()
  expect(await device.login('d1', { clean: false })).toMatchObject({ sessionPresent: false })
  device.send({ cmd: 'pingreq' })
  await device.next('pingresp')
  expect(delivered(device)).toEqual([])
})

test('the stored session of a device that stays away is forgotten', async () => {
  await leaveSession()
  let now = Date.now()
  await platform.restart({ now: () => now, sessionExpiry: 1000, sweepInterval: 20 })
  now += 2000
  const sessions = async () =>
    (
      (await (await fetch(`http://127.0.0.1:${platform.broker.metricsPort}/health`)).json()) as {
        sessions: number
      }
    ).sessions
  while ((await sessions()) > 0);
  const device = await platform.raw()
  expect(await device.login('d1', { clean: false })).toMatchObject({ sessionPresent: false })
})

test.each([
  ['rotated', () => platform.directory.put(registration('d1', 'another secret'))],
  ['disabled', () => platform.directory.put(registration('d1', SECRET, true))],
  ['removed', () => platform.directory.remove('d1')],
])('a device whose credential is %s loses its connection and cannot come back', async (_name, change) => {
  const device = await platform.raw()
  const neighbour = await platform.raw()
  await device.login('d1')
  await neighbour.login('d2')
  await change()
  await device.untilClosed()
  const again = await platform.raw()
  expect(await again.login('d1')).not.toMatchObject({ returnCode: 0 })
  neighbour.send({ cmd: 'pingreq' })
  expect(await neighbour.next('pingresp')).toBeDefined()
  await until(() => endings().includes('credentials_changed'))
})

test('a change that does not touch the credential leaves the connection alone', async () => {
  const device = await platform.raw()
  await device.login('d1')
  await platform.directory.put({ ...registration('d1'), rotatedAt: 5 })
  await platform.directory.put(registration('d3', 'new'))
  const witness = await platform.raw()
  expect(await witness.login('d3', { password: Buffer.from('new') })).toMatchObject({ returnCode: 0 })
  device.send({ cmd: 'pingreq' })
  expect(await device.next('pingresp')).toBeDefined()
})

const will = { topic: STATUS, payload: Buffer.from('{"state":"offline"}'), qos: 1, retain: true }

test('the last will is journaled as a status when the connection is lost, not after DISCONNECT', async () => {
  const polite = await platform.raw()
  await polite.login('d1', { will })
  polite.send({ cmd: 'disconnect' })
  await until(() => endings().length === 1)
  const lost = await platform.raw()
  await lost.login('d1', { will })
  lost.socket.resetAndDestroy()
  await until(() => statuses().length === 1)
  await until(() => endings().length === 2)
  expect(endings()).toEqual(['disconnect', 'connection_lost'])
  expect(
    platform
      .entries()
      .filter(({ kind }) => kind === 'publish')
      .map(({ topic }) => topic),
  ).toEqual([STATUS])
})

test('a takeover publishes the will of the former connection and keeps that of the new one', async () => {
  const former = await platform.raw()
  await former.login('d1', { will: { ...will, payload: Buffer.from('former') } })
  const next = await platform.raw()
  await next.login('d1', { will: { ...will, payload: Buffer.from('next') } })
  await former.untilClosed()
  await until(() => statuses().length === 1)
  await platform.restart({ heartbeatInterval: 30 }) // the will of a broker that ended is published by the next one
  await until(() => statuses().length === 2)
  expect(statuses()).toEqual(['former', 'next'])
})

test('after a restart the will of a device that is back is not published', async () => {
  const device = await platform.raw()
  await device.login('d1', { will })
  await platform.restart({ heartbeatInterval: 100 })
  const back = await platform.raw()
  await back.login('d1')
  const away = await platform.raw()
  await away.login('d2', { will: { ...will, topic: 'v1/devices/d2/status' } })
  back.send(publishPacket(STATUS, { payload: 'online' }))
  await back.next('puback')
  await platform.restart({ heartbeatInterval: 30 })
  await until(() =>
    platform.entries().some(({ topic, kind }) => kind === 'publish' && topic === 'v1/devices/d2/status'),
  )
  expect(statuses()).toEqual(['online'])
})

test('stopping the broker is journaled for every device that was connected', async () => {
  for (const id of ['d1', 'd2']) await (await platform.raw()).login(id)
  await until(() => platform.entries().filter(({ kind }) => kind === 'connected').length === 2)
  await platform.restart()
  await until(() => endings().length === 2)
  expect(endings()).toEqual(['broker_stopping', 'broker_stopping'])
})
