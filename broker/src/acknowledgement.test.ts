import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { publishPacket, startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'

const TOPIC = 'v1/devices/d1/observations'

let platform: TestBroker
let stalled: ChildProcess | undefined

beforeEach(async () => {
  platform = await startTestBroker({ appendTimeout: 600 })
})

afterEach(async () => {
  await releaseDisk()
  await platform.stop()
})

/** Makes the disk of the journal hang. */
async function stallDisk(): Promise<void> {
  const script = join(import.meta.dirname, 'fixtures/hold-process.ts')
  stalled = spawn(process.execPath, ['--no-warnings', script, join(platform.dataDir, 'journal')])
  if (stalled.stdout) await once(stalled.stdout, 'data')
}

async function releaseDisk(): Promise<void> {
  if (stalled?.exitCode !== null || stalled.signalCode !== null) return
  const closed = once(stalled, 'close')
  stalled.kill('SIGKILL')
  await closed
}

const metrics = async () => (await fetch(`http://127.0.0.1:${platform.broker.metricsPort}/metrics`)).text()

const payloads = () =>
  platform
    .entries()
    .filter(({ kind }) => kind === 'publish')
    .map(({ payload }) => String(payload))

test.each([1, 2])(
  'QoS %i: no acknowledgement before the message is on disk, and none out of order',
  async (qos) => {
    const device = await platform.raw()
    await device.login('d1')
    await stallDisk()
    const messages = Array.from({ length: 30 }, (_, i) =>
      publishPacket(TOPIC, { qos, messageId: i + 1, payload: `${i}` }),
    )
    device.send(...messages, { cmd: 'pingreq' })
    await device.next('pingresp')
    expect(device.received).toEqual([])
    await releaseDisk()
    await until(() => device.received.length === 30)
    expect(device.received.map(({ messageId }) => messageId)).toEqual(messages.map((_, i) => i + 1))
    expect(payloads()).toEqual(messages.map((_, i) => `${i}`))
  },
)

test('when the disk does not answer in time the connection ends without an acknowledgement', async () => {
  const device = await platform.raw()
  await device.login('d1')
  await stallDisk()
  device.send(publishPacket(TOPIC))
  await device.untilClosed()
  expect(device.received).toEqual([])
  await releaseDisk()
  const again = await platform.raw()
  await again.login('d1')
  again.send(publishPacket(TOPIC, { dup: true }))
  expect(await again.next('puback')).toMatchObject({ messageId: 1 })
  expect(payloads().length).toBeGreaterThanOrEqual(1)
  expect(await metrics()).toMatch(/refusals_total\{reason="not_stored"\} [1-9]/)
})

test('QoS 0 that cannot be stored is counted and leaves the connection open', async () => {
  const device = await platform.raw()
  await device.login('d1')
  await stallDisk()
  device.send(publishPacket(TOPIC, { qos: 0 }))
  const lost = /osprey_broker_slowed_messages_total\{how="lost_qos0"\} 1/
  while (!lost.test(await metrics()));
  device.send({ cmd: 'pingreq' })
  expect(await device.next('pingresp')).toBeDefined()
})

test('a repeated QoS 2 PUBLISH is acknowledged again and journaled once', async () => {
  const device = await platform.raw()
  await device.login('d1', { clean: false })
  device.send(publishPacket(TOPIC, { qos: 2, messageId: 9 }))
  expect(await device.next('pubrec')).toMatchObject({ messageId: 9 })
  device.socket.destroy()
  const again = await platform.raw()
  await again.login('d1', { clean: false })
  again.send(publishPacket(TOPIC, { qos: 2, messageId: 9, dup: true }))
  expect(await again.next('pubrec')).toMatchObject({ messageId: 9 })
  again.send({ cmd: 'pubrel', messageId: 9 })
  expect(await again.next('pubcomp')).toMatchObject({ messageId: 9 })
  expect(payloads()).toHaveLength(1)
})

test('while the journal refuses, /health says why', async () => {
  await stallDisk()
  const device = await platform.raw()
  await device.login('d1')
  device.send(publishPacket(TOPIC))
  await device.untilClosed()
  const response = await fetch(`http://127.0.0.1:${platform.broker.metricsPort}/health`)
  expect([response.status, await response.json()]).toMatchObject([
    503,
    { status: 'failing', journal: { refusal: 'the disk did not confirm within 600 ms' } },
  ])
})
