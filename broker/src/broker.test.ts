import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'

let platform: TestBroker

beforeEach(async () => {
  platform = await startTestBroker()
})

afterEach(() => platform.stop())

const OBSERVATIONS = 'v1/devices/d1/observations'

test('what a device publishes is in the journal when it is acknowledged', async () => {
  const device = await platform.connect('d1', { clientId: 'probe-7' })
  await device.publishAsync(OBSERVATIONS, '{"values":{"pm25":3}}', { qos: 1 })
  const published = platform.entries().filter(({ kind }) => kind === 'publish')
  expect(
    published.map(({ deviceId, topic, qos, payload }) => [deviceId, topic, qos, String(payload)]),
  ).toEqual([['d1', OBSERVATIONS, 1, '{"values":{"pm25":3}}']])
})

test('QoS 2 is journaled once, QoS 0 without a promise', async () => {
  const device = await platform.connect('d1')
  await device.publishAsync(OBSERVATIONS, '2', { qos: 2 })
  await device.publishAsync(OBSERVATIONS, '0', { qos: 0 })
  await until(() => platform.entries().filter(({ kind }) => kind === 'publish').length === 2)
  expect(
    platform
      .entries()
      .filter(({ kind }) => kind === 'publish')
      .map(({ qos }) => qos),
  ).toEqual([2, 0])
})

test('coming and going is journaled with its reason', async () => {
  const device = await platform.connect('d1', { clientId: 'probe-7' })
  await device.endAsync()
  await until(() => platform.entries().some(({ kind }) => kind === 'disconnected'))
  expect(
    platform.entries().map(({ kind, deviceId, payload }) => [kind, deviceId, JSON.parse(String(payload))]),
  ).toEqual([
    ['listening', '', { until: null }],
    ['connected', 'd1', { address: '127.0.0.1', clientId: 'probe-7' }],
    ['disconnected', 'd1', { address: '127.0.0.1', clientId: 'probe-7', reason: 'disconnect' }],
  ])
})
