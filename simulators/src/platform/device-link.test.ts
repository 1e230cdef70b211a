import { afterEach, expect, test } from '@jest/globals'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { DeviceLink, LinkLost } from './device-link.ts'

let broker: TestBroker | undefined
let link: DeviceLink | undefined
afterEach(async () => {
  await link?.stop()
  await broker?.close()
  broker = link = undefined
})

const WAIT = { shortest: 5, longest: 20 }
const address = (port: number) => ({ host: '127.0.0.1', port, tls: false })

test('a device logs in, announces itself, publishes and says goodbye', async () => {
  broker = await startTestBroker({ secrets: new Map([['river-1', 's3cret']]) })
  link = new DeviceLink({ address: address(broker.port), device: 'river-1', secret: () => 's3cret' })
  link.start()
  await link.whenConnected()
  await link.publish('observations', '{"values":{"ph":7.1}}')
  await link.stop()
  expect(
    broker.messages.map(({ topic, payload, qos, retain }) => [topic, payload.toString(), qos, retain]),
  ).toEqual([
    ['v1/devices/river-1/status', '{"state":"online"}', 1, true],
    ['v1/devices/river-1/observations', '{"values":{"ph":7.1}}', 1, false],
    ['v1/devices/river-1/status', '{"state":"offline"}', 1, true],
  ])
})

test('an unacknowledged publish rejects when the connection is lost, and deliver repeats it', async () => {
  let refuse = true
  broker = await startTestBroker({
    accept: ({ topic }) => (refuse && topic.endsWith('observations') ? new Error('journal full') : undefined),
  })
  const losses: string[] = []
  link = new DeviceLink({
    address: address(broker.port),
    device: 'river-1',
    secret: () => 'x',
    wait: WAIT,
    events: {
      lost: (reason) => {
        losses.push(reason)
        if (losses.length === 2) refuse = false
      },
    },
  })
  link.start()
  await link.whenConnected()
  await expect(link.publish('observations', '1')).rejects.toThrow(LinkLost)
  expect(await link.deliver('observations', '2')).toBe(true)
  expect(losses).toHaveLength(2)
  const observations = broker.messages.filter(({ topic }) => topic.endsWith('observations'))
  expect(observations.map(({ payload }) => payload.toString())).toEqual(['2'])
})

test('a refused login is told with its return code and tried with the secret of the day', async () => {
  const secrets = new Map([['river-1', 'new']])
  broker = await startTestBroker({ secrets })
  const refusals: (number | undefined)[] = []
  let secret = 'old'
  link = new DeviceLink({
    address: address(broker.port),
    device: 'river-1',
    secret: () => secret,
    wait: WAIT,
    events: {
      lost: (_reason, refused) => {
        refusals.push(refused)
        secret = 'new'
      },
    },
  })
  link.start()
  await link.whenConnected()
  expect(link.connected).toBe(true)
  expect(refusals).toEqual([5])
})

test('commands reach the device', async () => {
  const running = await startTestBroker()
  broker = running
  const command = new Promise<string>((resolve) => {
    const events = { command: (payload: Buffer) => resolve(payload.toString()) }
    link = new DeviceLink({ address: address(running.port), device: 'river-1', secret: () => 'x', events })
    running.aedes.on('subscribe', () => {
      running.aedes.publish(
        {
          cmd: 'publish',
          topic: 'v1/devices/river-1/commands',
          payload: Buffer.from('{"id":"1"}'),
          qos: 1,
          dup: false,
          retain: false,
        },
        () => undefined,
      )
    })
    link.start()
  })
  expect(await command).toBe('{"id":"1"}')
})

test('stopping while nobody answers ends the attempts and releases who waits', async () => {
  broker = await startTestBroker()
  const { port } = broker
  await broker.close()
  broker = undefined
  let attempts = 0
  await new Promise<void>((resolve) => {
    link = new DeviceLink({
      address: address(port),
      device: 'river-1',
      secret: () => 'x',
      wait: WAIT,
      events: { lost: () => (++attempts === 3 ? resolve() : undefined) },
    })
    link.start()
  })
  const delivery = (link as unknown as DeviceLink).deliver('observations', '1')
  await link?.stop()
  expect(await delivery).toBe(false)
})
