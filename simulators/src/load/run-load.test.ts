import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { readAcknowledgementLog } from './acknowledgement-log.ts'
import { runLoad, shares } from './run-load.ts'

let broker: TestBroker | undefined
afterEach(async () => {
  await broker?.close()
  broker = undefined
})

const devices = (count: number, stations = 1) =>
  Array.from({ length: count }, (_, index) => ({ id: `load-${index}`, secret: `secret-${index}`, stations }))

const base = {
  host: '127.0.0.1',
  sequenceProperty: 'load_sequence',
  properties: ['pm25', 'no2'],
  baseTime: 1_795_000_000_000,
}

function sequencesByClient(messages: TestBroker['messages']): Map<string, number[]> {
  const sequences = new Map<string, number[]>()
  for (const message of messages) {
    const list = sequences.get(message.client) ?? []
    list.push(JSON.parse(message.payload.toString()).values.load_sequence)
    sequences.set(message.client, list)
  }
  return sequences
}

test('every message of every device arrives once and is acknowledged', async () => {
  const fleet = devices(7)
  broker = await startTestBroker({ secrets: new Map(fleet.map((device) => [device.id, device.secret])) })
  const report = await runLoad({
    ...base,
    port: broker.port,
    devices: fleet,
    rate: 0,
    seconds: 30,
    messages: 1000,
  })
  expect(report).toMatchObject({
    sent: 1000,
    acknowledged: 1000,
    unacknowledged: 0,
    unsent: 0,
    connectionLosses: {},
  })
  expect(report.latency.count).toBe(1000)
  const sequences = sequencesByClient(broker.messages)
  expect(report.tallies.map((tally) => tally.sent)).toEqual(shares(1000, 7))
  for (const tally of report.tallies) {
    expect(sequences.get(tally.device)).toEqual(Array.from({ length: tally.sent }, (_, index) => index))
  }
  expect(new Set(broker.messages.map((message) => message.qos))).toEqual(new Set([1]))
})

test('a rate bounds the count', async () => {
  broker = await startTestBroker()
  const report = await runLoad({ ...base, port: broker.port, devices: devices(3), rate: 500, seconds: 0.5 })
  expect(report).toMatchObject({ requestedRate: 500, sent: 250, acknowledged: 250 })
})

test('a resilient run loses and doubles nothing when all connections are cut', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-load-'))
  try {
    const path = join(directory, 'acknowledged.csv')
    let seen = 0
    broker = await startTestBroker({
      accept: () => {
        if (++seen === 300 || seen === 700) setImmediate(() => broker?.cutAll())
        return seen % 250 === 0 ? new Error('disk full') : undefined
      },
    })
    const report = await runLoad({
      ...base,
      port: broker.port,
      devices: devices(4, 3),
      rate: 0,
      seconds: 30,
      messages: 2000,
      resilient: true,
      drainSeconds: 30,
      acknowledgementLog: path,
    })
    expect(report).toMatchObject({ sent: 2000, acknowledged: 2000 })
    expect(report.reconnects).toBeGreaterThan(0)
    const logged = await readAcknowledgementLog(path)
    const stored = sequencesByClient(broker.messages)
    for (const { device } of report.tallies) {
      expect([...(logged.get(device) as Set<number>)].sort((a, b) => a - b)).toEqual([...Array(500).keys()])
      expect(new Set(stored.get(device)).size).toBe(500)
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a refused login ends the run with the device and the return code', async () => {
  broker = await startTestBroker({ secrets: new Map([['load-0', 'another']]) })
  const run = runLoad({
    ...base,
    port: broker.port,
    devices: devices(1),
    rate: 10,
    seconds: 1,
    resilient: true,
  })
  await expect(run).rejects.toThrow('load-0: connection refused with return code 5')
})

test('an aborted run still reports what it sent', async () => {
  broker = await startTestBroker()
  const stop = new AbortController()
  const report = await runLoad({
    ...base,
    port: broker.port,
    devices: devices(2),
    rate: 100,
    seconds: 60,
    signal: stop.signal,
    progress: () => stop.abort(),
  })
  expect(report.acknowledged).toBe(report.sent)
  expect(report.unsent).toBe(6000 - report.sent)
})

test.each(['192.0.2.1', 'broker.example', '::', '0.0.0.0', '128.0.0.1'])(
  'host %s is refused',
  async (host) => {
    const run = runLoad({ ...base, host, port: 1883, devices: devices(1), rate: 1, seconds: 1 })
    await expect(run).rejects.toThrow(/expected this machine/)
  },
)

test.each([
  [10, 3, [3, 3, 4]],
  [2, 4, [0, 1, 0, 1]],
  [0, 2, [0, 0]],
])('%i messages over %i devices', (total, count, expected) => {
  expect(shares(total, count)).toEqual(expected)
})
