import { afterEach, expect, test } from '@jest/globals'
import { decodeReport } from '@osprey/core/report'
import { HOUR, MINUTE } from '../environment/calendar.ts'
import { World } from '../environment/world.ts'
import { scenarioById } from '../scenarios/catalogue.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { DEVICES, type SimulatedDevice } from '../territory/devices.ts'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { Pacer } from './pacer.ts'
import { SimulatedInstrument } from './simulated-instrument.ts'

let broker: TestBroker | undefined
let instrument: SimulatedInstrument | undefined
afterEach(async () => {
  await instrument?.stop()
  await broker?.close()
  broker = instrument = undefined
})

const quiet = new World({ seed: 1, quiet: true })
const deviceById = (id: string) => DEVICES.find((device) => device.id === id) as SimulatedDevice

/** Runs one device until it has reported so many times. */
async function run(
  device: SimulatedDevice,
  world: World,
  reports: number,
  reportedUntil: number,
): Promise<TestBroker> {
  const running = broker ?? (await startTestBroker())
  broker = running
  await new Promise<void>((resolve) => {
    let count = 0
    instrument = new SimulatedInstrument({
      device,
      world,
      address: { host: '127.0.0.1', port: running.port, tls: false },
      secret: () => 'secret',
      interval: 1000,
      reportedUntil,
      pacer: new Pacer(1000),
      events: {
        connected: () => undefined,
        lost: () => undefined,
        reported: (_id, added) => {
          count += added
          if (count >= reports) resolve()
        },
      },
    })
    instrument.start()
  })
  return running
}

function received(from: TestBroker, device: SimulatedDevice) {
  return from.messages
    .filter(({ topic }) => topic.endsWith(device.protocol))
    .map(({ payload }) => {
      const decoded = decodeReport(device.protocol, payload, Date.now())
      if (!decoded.ok) throw new Error(decoded.detail)
      return decoded.reports
    })
}

test('a new device delivers its past in batches, then reports on its beat, each time once and in order', async () => {
  const device = deviceById('dev-lan-dam')
  const from = await run(device, quiet, 6 * 6 + 50 + 100, Date.now() - 6 * HOUR)
  const messages = received(from, device)
  const times = messages.flat().map(({ time }) => time)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
  expect(Math.max(...messages.map((reports) => reports.length))).toBeLessThanOrEqual(120)
  expect(times.some((time) => time % (10 * MINUTE) === 0)).toBe(true)
  expect(Object.keys(messages[0]?.[0]?.values ?? {})).toContain('water_level')
})

test('a gateway names its stations, and reports what a lost connection left unacknowledged again', async () => {
  const device = deviceById('gw-echeng-grid')
  let cut = false
  broker = await startTestBroker({
    accept: ({ topic }) => {
      if (cut || !topic.endsWith('observations')) return undefined
      cut = true
      return new Error('journal full')
    },
  })
  const from = await run(device, quiet, 40, Date.now() - 4000)
  expect(cut).toBe(true)
  const reports = received(from, device).flat()
  expect(new Set(reports.map(({ station }) => station))).toEqual(new Set(device.stations))
  const keys = reports.map(({ station, time }) => `${station} ${time}`)
  expect(new Set(keys).size).toBe(keys.length)
})

test('a device that is held back stays away, its last will tells, and it delivers everything later', async () => {
  const device = deviceById('dev-bg-west-hills')
  const holding = { ...(scenarioById('backlog') as Scenario) }
  const start = Date.now() - 30 * MINUTE
  // Held until two seconds from now.
  holding.duration = Date.now() + 2000 - start
  const world = new World({ seed: 1, quiet: true, triggered: [{ scenario: holding, start }] })
  const from = await run({ ...device, batch: 0 }, world, 20, start)
  expect(Date.now()).toBeGreaterThanOrEqual(start + holding.duration)
  const times = received(from, device)
    .flat()
    .map(({ time }) => time)
  expect(times.filter((time) => time < start + holding.duration).length).toBeGreaterThan(15)
})

test('commands are answered on the result topic', async () => {
  const device = deviceById('dev-wx-echeng')
  const from = await run(device, quiet, 1, Date.now() - 3000)
  const answered = new Promise<string>((resolve) => {
    from.aedes.on('publish', ({ topic, payload }: { topic: string; payload: Buffer | string }) => {
      if (topic.endsWith('commands/result')) resolve(payload.toString())
    })
  })
  const payload = Buffer.from(JSON.stringify({ id: 'c1', name: 'set-interval', parameters: { seconds: 2 } }))
  from.aedes.publish(
    { cmd: 'publish', topic: `v1/devices/${device.id}/commands`, payload, qos: 1, dup: false, retain: false },
    () => undefined,
  )
  expect(JSON.parse(await answered)).toEqual({ id: 'c1', status: 'succeeded', seconds: 2, before: 1 })
})
