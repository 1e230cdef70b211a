import { expect, test } from '@jest/globals'
import type { AlertsView, AlertView } from '@osprey/core/api/alerts'
import type { RuleDefinitionInput } from '@osprey/core/api/rules'
import { BackgroundLoad } from './harness/background-load.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import { drained, type Fleet, registerFleet } from './harness/fleet.ts'
import { seededRandom } from './harness/random.ts'
import { type System, withSystem } from './harness/system.ts'
import { pause, until } from './harness/wait.ts'

const KILLS = 10
const DEVICES = 40
const READINGS = 240
/** A breach of four readings in every twenty; where, differs from device to device. */
const PERIOD = 20
const BREACH = 4

function breaches(device: number, reading: number): boolean {
  return (reading + device * 3) % PERIOD >= PERIOD - BREACH
}

/** When alerts must fire, known without any part of the platform: at the first reading of every breach. */
function expectedFirings(fleet: Fleet): string[] {
  return fleet.devices.flatMap(({ id }, device) =>
    Array.from({ length: READINGS }, (_, reading) => reading)
      .filter((reading) => breaches(device, reading) && (reading === 0 || !breaches(device, reading - 1)))
      .map((reading) => `${id} ${timeOf(fleet, reading)}`),
  )
}

function timeOf(fleet: Fleet, reading: number): number {
  return fleet.baseTime + reading * 1000
}

async function activate(system: System, id: string, definition: Partial<RuleDefinitionInput>): Promise<void> {
  await system.api.request('POST', '/api/rules', {
    id,
    active: true,
    definition: { name: id, severity: 'moderate', scope: {}, ...definition },
  })
}

async function alertsOf(system: System, rule: string): Promise<AlertView[]> {
  const alerts: AlertView[] = []
  for (let before: string | null = ''; before !== null; ) {
    const cursor = before === '' ? '' : `&before=${encodeURIComponent(before)}`
    const page: AlertsView = await system.api.get(`/api/alerts?rule=${rule}&limit=500${cursor}`)
    alerts.push(...page.alerts)
    before = page.next
  }
  return alerts
}

test(`F1 with I3: ${KILLS} times kill -9 of the backend, and every breach has exactly one alert`, async () => {
  const random = seededRandom('F1 alerts')
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, DEVICES)
    await activate(system, 'high', {
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'comparison',
          measure: { property: 'pm25', statistic: 'last', windowSeconds: 3600 },
          operator: 'gt',
          threshold: { kind: 'number', value: 100 },
        },
      },
    })
    const send = async (index: number) => {
      const device = fleet.devices[index] as Fleet['devices'][number]
      const client = await connectDevice(system, device)
      system.onDispose(() => client.end(true))
      for (let reading = 0; reading < READINGS; reading++) {
        const pm25 = breaches(index, reading) ? 150 : 20
        await publishReport(client, { time: timeOf(fleet, reading), values: { pm25 } })
        await pause(random(20, 120))
      }
      await client.endAsync()
    }
    const sending = Promise.all(fleet.devices.map((_, index) => send(index)))
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(random(50, 1500))
      await system.backend.kill('SIGKILL')
      system.backend.start()
      await system.backendReady()
    }
    await sending
    await drained(system)
    const expected = expectedFirings(fleet)
    const alerts = await until('every alert to be in the inbox', async () => {
      const found = await alertsOf(system, 'high')
      return found.length >= expected.length && found
    })
    const fired = alerts.map(({ station, firedAt }) => `${station} ${Date.parse(firedAt ?? '')}`)
    expect(fired.sort()).toEqual(expected.sort())
    // Each is over, but those whose breach is the last that was sent.
    const open = fleet.devices.filter((_, index) => breaches(index, READINGS - 1)).length
    await until('every alert that is over to be resolved', async () => {
      const firing = (await alertsOf(system, 'high')).filter(({ state }) => state === 'firing')
      return firing.length === open
    })
  })
})

test('F12: 2,000 devices that connect again after the broker was away are not silent, one that stays away is', async () => {
  const graceSeconds = 30
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 2001)
    const [gone, ...staying] = fleet.devices as [Fleet['devices'][number], ...Fleet['devices']]
    const once = await connectDevice(system, gone)
    await publishReport(once, { values: { pm25: 1 } })
    await once.endAsync()
    await activate(system, 'quiet', { trigger: { kind: 'no_data', per: 'station', graceSeconds } })
    const load = new BackgroundLoad(system, { ...fleet, devices: staying }, 400)
    await load.more(staying.length * 2)
    await system.broker.kill('SIGKILL')
    // Longer than the grace time: all of it is the platform's own absence.
    await pause((graceSeconds + 5) * 1000)
    system.broker.start()
    await system.brokerReady()
    await load.more(staying.length * 2)
    // The minute that devices have to connect again does not count either.
    const alerts = await until(
      'the station that stays away to be silent',
      async () => {
        const found = await alertsOf(system, 'quiet')
        return found.some(({ station }) => station === gone.id) && found
      },
      { within: 150_000 },
    )
    expect(alerts.filter(({ station }) => station !== gone.id)).toEqual([])
    await load.finish()
  })
})
