import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { publishPacket, startTestBroker, type TestBroker } from './fixtures/helpers.ts'

/* Fault experiment F15 for devices: every way in, every kind of topic. Each case uses a connection of its own. */
let platform: TestBroker

beforeAll(async () => {
  platform = await startTestBroker()
})

afterAll(() => platform.stop())

const own = (kind: string) => `v1/devices/d1/${kind}`
const other = (kind: string) => `v1/devices/d2/${kind}`

const PUBLISHABLE = [own('observations'), own('senml'), own('status'), own('commands/result')]

const NOT_PUBLISHABLE = [
  own('commands'),
  own('unknown'),
  own('commands/result/more'),
  other('observations'),
  other('senml'),
  other('status'),
  other('commands'),
  other('commands/result'),
  'v1/devices/d1',
  'v1/devices//observations',
  'V1/devices/d1/observations',
  '/v1/devices/d1/observations',
  'v1/devices/d1/observations/',
  'v1/devices/d1 /observations',
  'v2/devices/d1/observations',
  'observations',
  '$SYS/x/new/clients',
  '$SYS/broker/heartbeat',
  '$share/group/v1/devices/d1/observations',
  'v1/devices/d1/observations\u0000',
  'v1/devices/d1/\u0007observations',
  'v1/devices/d1/observations\ufffd',
  'v1/devices/d1/observations\uffff',
  'v1/devices/d1/observations\u202e',
  'v1/devices/ⅾ1/observations',
  `v1/devices/${'d'.repeat(300)}/observations`,
  'a/'.repeat(200),
]

const NOT_SUBSCRIBABLE = [
  ...PUBLISHABLE,
  other('commands'),
  '#',
  '+/#',
  'v1/#',
  'v1/devices/#',
  'v1/devices/+/commands',
  'v1/devices/d1/#',
  'v1/devices/d1/+',
  '$SYS/#',
  '$SYS/+/new/clients',
  '$share/g/v1/devices/d1/commands',
  '$share/g/#',
  'v1/devices/d1/commands\ufffd',
]

const published = () => platform.entries().filter(({ kind }) => kind === 'publish')

describe.each([0, 1, 2] as const)('publish with QoS %i', (qos) => {
  test.each(PUBLISHABLE)('%s is taken', async (topic) => {
    const before = published().length
    const device = await platform.raw()
    await device.login('d1')
    device.send(publishPacket(topic, { qos }), { cmd: 'pingreq' })
    await device.next('pingresp')
    if (qos === 1) await device.next('puback')
    if (qos === 2) await device.next('pubrec')
    await platform
      .connect('d3')
      .then((witness) => witness.publishAsync('v1/devices/d3/status', 'x', { qos: 1 }))
    expect(published().length).toBe(before + 2)
    device.socket.destroy()
  })

  test.each(NOT_PUBLISHABLE)('%j ends the connection and is not journaled', async (topic) => {
    const before = published().length
    const device = await platform.raw()
    await device.login('d1')
    device.send(publishPacket(topic, { qos }))
    await device.untilClosed()
    expect(device.received.filter(({ cmd }) => cmd === 'puback' || cmd === 'pubrec')).toEqual([])
    expect(published().length).toBe(before)
  })
})

test.each([own('observations'), own('senml'), own('commands/result')])(
  '%s may not be retained',
  async (topic) => {
    const device = await platform.raw()
    await device.login('d1')
    device.send(publishPacket(topic, { retain: true }))
    await device.untilClosed()
    expect(device.received).toEqual([])
  },
)

test('the status may be retained, unless it is too large', async () => {
  const device = await platform.raw()
  await device.login('d1')
  device.send(publishPacket(own('status'), { retain: true, payload: Buffer.from('{"state":"online"}') }))
  expect(await device.next('puback')).toBeDefined()
  device.send(publishPacket(own('status'), { retain: true, payload: Buffer.alloc(9000) }))
  await device.untilClosed()
})

test.each([...NOT_PUBLISHABLE.filter((topic) => !topic.endsWith('/')), own('observations'), own('senml')])(
  'a last will to %j is refused at login',
  async (topic) => {
    const device = await platform.raw()
    const will = { topic, payload: Buffer.from('{}'), qos: 1, retain: false }
    expect(await device.login('d1', { will })).toMatchObject({ returnCode: 5 })
    await device.untilClosed()
  },
)

test.each(NOT_SUBSCRIBABLE)('subscribing to %j is denied and the connection stays', async (topic) => {
  const device = await platform.raw()
  await device.login('d1')
  device.send({ cmd: 'subscribe', messageId: 5, subscriptions: [{ topic, qos: 1 }] })
  expect(await device.next('suback')).toMatchObject({ granted: [128] })
  device.send({ cmd: 'pingreq' })
  expect(await device.next('pingresp')).toBeDefined()
  expect(device.received).toEqual([])
  device.socket.destroy()
})

test.each([true, false])(
  'of a mixed SUBSCRIBE (clean %s) only the own commands are delivered, after reconnecting too',
  async (clean) => {
    const device = await platform.raw()
    await device.login('d1', { clean })
    const subscriptions = [own('commands'), other('commands'), '#', '$SYS/#'].map((topic) => ({
      topic,
      qos: 1,
    }))
    device.send({ cmd: 'subscribe', messageId: 5, subscriptions })
    expect(await device.next('suback')).toMatchObject({ granted: [1, 128, 128, 128] })
    device.socket.destroy()
    const again = await platform.raw()
    expect(await again.login('d1', { clean })).toMatchObject({ returnCode: 0, sessionPresent: !clean })
    const neighbour = await platform.connect('d2')
    await neighbour.publishAsync(other('status'), 'x', { qos: 1, retain: true })
    await platform.commands.push({
      id: `m${clean}`,
      deviceId: 'd2',
      payload: Buffer.from('{}'),
      expiresAt: Date.now() + 9e6,
    })
    again.send({ cmd: 'pingreq' })
    await again.next('pingresp')
    expect(again.received).toEqual([])
    again.socket.destroy()
  },
)

test('every denial is counted, and journaled with its reason', () => {
  expect(new Set(platform.refusals())).toEqual(
    new Set(['topic_denied', 'subscription_denied', 'packet_too_large', 'malformed_packet']),
  )
})
