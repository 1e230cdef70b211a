import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { generate, type Packet } from 'mqtt-packet'
import { connectPacket, publishPacket, startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'

/* Fault experiments F13 and F14, hazard 4: nothing a peer sends ends the process or fills its memory. */
let platform: TestBroker

beforeEach(async () => {
  platform = await startTestBroker({ maxPacketBytes: 262_144 })
})

afterEach(() => platform.stop())

const bytes = (...values: number[]) => Buffer.from(values)
const connect = () => generate(connectPacket('d1') as Packet)

/** The broker still serves a well-behaved device. */
async function expectAlive(): Promise<void> {
  const device = await platform.connect('d2')
  await device.publishAsync('v1/devices/d2/observations', '{}', { qos: 1 })
  await device.endAsync()
}

const ANNOUNCES_256_MB = bytes(0xff, 0xff, 0xff, 0x7f)

const BEFORE_LOGIN: [string, Buffer][] = [
  ['nothing but zeros', Buffer.alloc(64)],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['TLS', bytes(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)],
  [
    'a CONNECT that announces 256 MB',
    Buffer.concat([bytes(0x10), ANNOUNCES_256_MB, Buffer.from('\0\x04MQTT')]),
  ],
  ['a CONNECT of 5000 bytes', Buffer.concat([bytes(0x10, 0x88, 0x27), Buffer.alloc(100)])],
  ['a remaining length of five bytes', bytes(0x10, 0xff, 0xff, 0xff, 0xff, 1)],
  ['an empty CONNECT', bytes(0x10, 0)],
  ['a CONNECT cut short inside', bytes(0x10, 4, 0, 4, 0x4d, 0x51)],
  [
    'another protocol name',
    generate({ ...connectPacket('d1'), protocolId: 'MQIsdp', protocolVersion: 3 } as Packet).fill(
      0x58,
      4,
      10,
    ),
  ],
  ['the reserved connect flag', bytes(0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 1, 0, 60, 0, 0)],
  ['reserved header flags', bytes(0x1f, 0)],
  ['PUBLISH first', generate(publishPacket('v1/devices/d1/observations') as Packet)],
  ['SUBSCRIBE first', bytes(0x82, 6, 0, 1, 0, 1, 0x23, 0)],
  ['packet type 0', bytes(0, 0)],
  ['packet type 15', bytes(0xf0, 0)],
  ['random bytes', Buffer.from('9f3ab07711d2c4e85560', 'hex')],
]

test.each(BEFORE_LOGIN)('%s ends the connection', async (_name, sent) => {
  const peer = await platform.raw()
  peer.socket.write(sent)
  await peer.untilClosed()
  expect(peer.received.filter(({ cmd }) => cmd !== 'connack')).toEqual([])
  await expectAlive()
})

const AFTER_LOGIN: [string, Buffer][] = [
  ['a second CONNECT', connect()],
  ['a PUBLISH that announces 256 MB', Buffer.concat([bytes(0x32), ANNOUNCES_256_MB])],
  ['QoS 3', bytes(0x36, 5, 0, 1, 0x61, 0, 1)],
  ['a topic longer than its packet', bytes(0x32, 4, 0xff, 0xff, 0x61, 0x62)],
  ['an empty topic', bytes(0x30, 2, 0, 0)],
  ['a PUBLISH without a packet id', bytes(0x32, 3, 0, 1, 0x61)],
  ['SUBSCRIBE without filters', bytes(0x82, 2, 0, 1)],
  ['SUBSCRIBE with QoS 3', bytes(0x82, 6, 0, 1, 0, 1, 0x61, 3)],
  ['SUBSCRIBE with wrong header flags', bytes(0x80, 6, 0, 1, 0, 1, 0x61, 0)],
  ['CONNACK', bytes(0x20, 2, 0, 0)],
  ['packet type 15', bytes(0xf0, 0)],
  ['a length that never ends', bytes(0x32, 0x80, 0x80, 0x80, 0x80, 0x80)],
]

test.each(AFTER_LOGIN)('after login, %s ends the connection', async (_name, sent) => {
  const peer = await platform.raw()
  await peer.login('d1')
  peer.socket.write(sent)
  await peer.untilClosed()
  await expectAlive()
})

test('acknowledgements nobody asked for change nothing', async () => {
  const peer = await platform.raw()
  await peer.login('d1')
  peer.send(
    { cmd: 'puback', messageId: 77 },
    { cmd: 'pubrec', messageId: 78 },
    { cmd: 'pubcomp', messageId: 79 },
    { cmd: 'pubrel', messageId: 80, qos: 1 },
    { cmd: 'unsubscribe', messageId: 81, unsubscriptions: ['v1/devices/d9/commands'] },
    { cmd: 'pingreq' },
  )
  expect(await peer.next('pingresp')).toBeDefined()
})

test('a payload up to the limit is taken, one above it is not', async () => {
  const topic = 'v1/devices/d1/observations'
  const overhead = 2 + topic.length + 2
  const peer = await platform.raw()
  await peer.login('d1')
  peer.send(publishPacket(topic, { payload: Buffer.alloc(262_144 - overhead, 0x20) }))
  expect(await peer.next('puback')).toBeDefined()
  peer.send(publishPacket(topic, { payload: Buffer.alloc(262_145 - overhead, 0x20) }))
  await peer.untilClosed()
  expect(peer.received).toEqual([])
  await until(() => platform.refusals().includes('packet_too_large'))
})

test.each([
  ['1 MB', Buffer.alloc(1_000_000, 0x20)],
  ['10 MB of JSON', Buffer.from(`[${'{"values":{"ph":7}},'.repeat(500_000)}]`)],
])('%s is refused at its header', async (_name, payload) => {
  const peer = await platform.raw()
  await peer.login('d1')
  peer.send(publishPacket('v1/devices/d1/observations', { payload }))
  await peer.untilClosed()
  expect(peer.received).toEqual([])
})

test('JSON of depth 10,000 is only bytes here', async () => {
  const device = await platform.connect('d1')
  await device.publishAsync('v1/devices/d1/observations', '['.repeat(10_000), { qos: 1 })
})

test('packets that arrive byte by byte are understood', async () => {
  const peer = await platform.raw()
  for (const byte of Buffer.concat([
    connect(),
    generate(publishPacket('v1/devices/d1/observations') as Packet),
  ])) {
    peer.socket.write(bytes(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await peer.next('connack')).toMatchObject({ returnCode: 0 })
  expect(await peer.next('puback')).toBeDefined()
})

test('packets sent together with CONNECT are taken once the login is done', async () => {
  const peer = await platform.raw()
  const topic = 'v1/devices/d1/observations'
  peer.send(connectPacket('d1'), ...[1, 2, 3].map((messageId) => publishPacket(topic, { messageId })))
  for (const messageId of [1, 2, 3]) expect(await peer.next('puback')).toMatchObject({ messageId })
})

/** A hundred connections that misbehave in every way known here. */
async function misbehave(): Promise<void> {
  const peers = await Promise.all(Array.from({ length: 100 }, () => platform.raw()))
  for (const [i, peer] of peers.entries()) {
    const sent = BEFORE_LOGIN[i % BEFORE_LOGIN.length]?.[1]
    if (sent) peer.socket.write(sent)
    if (i % 3 === 0) peer.socket.resetAndDestroy()
  }
  for (const peer of peers) peer.socket.destroy()
  while ((await openConnections()) > 0);
}

async function openConnections(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${platform.broker.metricsPort}/health`)
  return ((await response.json()) as { connections: number }).connections
}

test('a thousand malformed connections leave no memory behind', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const heapUsed = async () => {
    platform.forgetClients()
    await misbehave()
    platform.forgetClients()
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  await heapUsed()
  const before = await heapUsed()
  for (let round = 0; round < 8; round++) await heapUsed()
  expect(await heapUsed()).toBeLessThan(before * 1.2)
  await expectAlive()
})
