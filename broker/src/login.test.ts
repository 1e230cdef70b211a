import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { connectPacket, registration, startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'
import { judgeLogin } from './login.ts'

let platform: TestBroker

beforeAll(async () => {
  platform = await startTestBroker({ connectTimeout: 300 })
  await platform.directory.put(registration('off', 'a secret', true))
})

afterAll(() => platform.stop())

const BAD_TEXTS = [
  'a\u0000b',
  'a\nb',
  'a\u007fb',
  'a\u0085b',
  'a\ufffdb',
  'a\uffffb',
  'a\u202eb',
  'a'.repeat(129),
]

test.each([
  ['unknown_device', 4, 'nobody', {}],
  ['bad_secret', 4, 'd1', { password: Buffer.from('guess') }],
  ['bad_secret', 4, 'd1', { password: Buffer.alloc(0) }],
  ['bad_secret', 4, 'd1', { password: undefined }],
  ['device_disabled', 5, 'off', {}],
  ['bad_identifier', 4, 'd1', { username: undefined, password: undefined }],
  ['bad_identifier', 4, '', { username: Buffer.alloc(0) }],
  ['bad_identifier', 4, '../d1', {}],
  ['bad_identifier', 4, '$SYS', {}],
  ['protocol_version', 1, 'd1', { protocolVersion: 5 }],
  ['keepalive_out_of_range', 6, 'd1', { keepalive: 0 }],
  ['keepalive_out_of_range', 6, 'd1', { keepalive: 5000 }],
  ...BAD_TEXTS.map((clientId) => ['bad_identifier', 2, 'd1', { clientId }] as const),
  ...BAD_TEXTS.map((username) => ['bad_identifier', 4, username, { clientId: 'c' }] as const),
])('%s: CONNACK %i and the connection ends', async (reason, returnCode, deviceId, changes) => {
  const before = await counted(reason)
  const device = await platform.raw()
  device.send(connectPacket(deviceId, changes))
  expect(await device.next('connack')).toMatchObject({ returnCode, sessionPresent: false })
  await device.untilClosed()
  expect(await counted(reason)).toBe(before + 1)
})

/** How often this reason was counted, as Prometheus sees it. */
async function counted(reason: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${platform.broker.metricsPort}/metrics`)).text()
  return Number(new RegExp(`refusals_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1] ?? Number.NaN)
}

test('the reason is journaled with what the vendor needs, and without the secret', async () => {
  const device = await platform.raw()
  device.send(connectPacket('d2', { clientId: 'probe-7', password: Buffer.from('guessed secret') }))
  await device.untilClosed()
  await until(() => platform.entries().some(({ kind, deviceId }) => kind === 'refused' && deviceId === 'd2'))
  const entry = platform.entries().find(({ deviceId }) => deviceId === 'd2')
  expect(JSON.parse(String(entry?.payload))).toEqual({
    reason: 'bad_secret',
    detail: 'the password is not the secret of the device',
    address: '127.0.0.1',
    clientId: 'probe-7',
    count: 1,
  })
})

test('a version or keepalive that is refused names the device too', async () => {
  const device = await platform.raw()
  device.send(connectPacket('d3', { protocolVersion: 5 }))
  await device.untilClosed()
  await until(() => platform.entries().some(({ kind, deviceId }) => kind === 'refused' && deviceId === 'd3'))
})

test('a connection that says nothing is ended', async () => {
  const silent = await platform.raw()
  await silent.untilClosed()
  expect(await counted('connect_timeout')).toBe(1)
})

test('any client id is taken, also none; the session belongs to the device', async () => {
  const first = await platform.raw()
  expect(await first.login('d1', { clientId: '' })).toMatchObject({ returnCode: 0 })
  const neighbour = await platform.raw()
  expect(await neighbour.login('d2', { clientId: 'd1' })).toMatchObject({ returnCode: 0 })
  first.send({ cmd: 'pingreq' })
  expect(await first.next('pingresp')).toBeDefined()
  const second = await platform.raw()
  expect(await second.login('d1', { clientId: 'other' })).toMatchObject({ returnCode: 0 })
  await first.untilClosed()
  neighbour.send({ cmd: 'pingreq' })
  expect(await neighbour.next('pingresp')).toBeDefined()
  const reasons = () =>
    platform
      .entries()
      .filter(({ kind }) => kind === 'disconnected')
      .map(({ payload }) => JSON.parse(String(payload)).reason)
  await until(() => reasons().includes('taken_over'))
})

test('an unknown device and a wrong secret are answered alike', () => {
  const attempt = { clientId: '', username: 'd1', password: Buffer.from('x'), will: null }
  const unknown = judgeLogin(attempt, () => undefined)
  const wrong = judgeLogin(attempt, () => registration('d1'))
  expect([unknown, wrong].map((verdict) => !verdict.accepted && verdict.returnCode)).toEqual([4, 4])
})
