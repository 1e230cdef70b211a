import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { BackgroundLoad } from './harness/background-load.ts'
import { type Fault, FaultProxy } from './harness/fault-proxy.ts'
import { drained, expectBalancedLedger, expectNothingLost, registerFleet, SEQUENCE } from './harness/fleet.ts'
import { InfluxDb } from './harness/influxdb.ts'
import { LiveWatch } from './harness/live-watch.ts'
import { describeWith, INFLUXD } from './harness/requirements.ts'
import { type System, withSystem } from './harness/system.ts'
import { until } from './harness/wait.ts'

/** Shorter than the five minutes of the experiment in the plan: long enough for every kind of retry to happen. */
const OUTAGE: { fault: Fault; deltas: number; failures: number }[] = [
  { fault: 'unavailable', deltas: 16, failures: 2 },
  { fault: 'silence', deltas: 16, failures: 1 },
  { fault: 'reset', deltas: 16, failures: 2 },
]

async function withInflux(body: (system: System, proxy: FaultProxy) => Promise<void>): Promise<void> {
  const influx = await InfluxDb.start()
  const proxy = await FaultProxy.start(influx.url)
  try {
    await withSystem({ env: { OSPREY_INFLUX_URL: proxy.url } }, (system) => body(system, proxy))
  } finally {
    await proxy.stop()
    await influx.stop()
  }
}

describeWith({ influxd: INFLUXD }, 'a failing store', () => {
  test('F3: the map stays live and nothing is lost while InfluxDB answers 503, not at all, or breaks off', async () => {
    await withInflux(async (system, proxy) => {
      const fleet = await registerFleet(system, 100)
      const watch = await LiveWatch.open(
        system,
        readFileSync(join(system.dataDir, 'run', 'operator-token'), 'utf8').trim(),
      )
      const load = new BackgroundLoad(system, fleet, 500)
      await watch.nextDelta()
      for (const { fault, deltas, failures } of OUTAGE) {
        proxy.set(fault)
        const before = proxy.failed
        for (let delta = 0; delta < deltas; delta++) await watch.nextDelta()
        await until(`the store to be tried under ${fault}`, () => proxy.failed >= before + failures)
      }
      expect((await system.api.ledger()).pending).toBeGreaterThan(0)

      const backlog = (await system.api.ledger()).pending
      const stored = (await system.api.ledger()).stored
      proxy.set('none')
      await until(
        'the first readings to be stored again',
        async () => (await system.api.ledger()).stored > stored,
      )
      const from = performance.now()
      await until(
        'the backlog to be stored',
        async () => (await system.api.ledger()).stored >= stored + backlog,
      )
      const seconds = (performance.now() - from) / 1000
      const report = await load.finish()
      expect(report.unacknowledged).toBe(0)
      await expectNothingLost(system, fleet, load.acknowledgementLog)
      watch.close()
      console.info(
        `F3: a backlog of ${backlog} readings was stored within ${seconds.toFixed(1)} s, live readings going on`,
      )
    })
  })

  test('F4: one line the store refuses among 1000 is put into quarantine, the other 999 are stored', async () => {
    await withInflux(async (system, proxy) => {
      const fleet = await registerFleet(system, 1)
      proxy.badLine = new RegExp(`^.*(${SEQUENCE}).*[= ]500(\\.0)?[, ].*$`, 'm')
      const load = new BackgroundLoad(system, fleet, 2000, { messages: 1000, properties: [] })
      const report = await load.completed()
      expect(report.acknowledged).toBe(1000)
      await drained(system)
      const id = fleet.devices[0]?.id ?? ''
      const stored = await system.api.series(id, SEQUENCE, fleet.baseTime, fleet.baseTime + 1000)
      expect(stored.map(({ value }) => value)).toEqual(
        Array.from({ length: 1000 }, (_, number) => number).filter((number) => number !== 500),
      )
      expect(proxy.refused).toBeGreaterThan(1)
      expect(await system.api.quarantine()).toHaveLength(1)
      expect(await system.api.ledger()).toMatchObject({
        received: 1000,
        stored: 999,
        rejected: { store_refused: 1 },
        pending: 0,
      })
      await expectBalancedLedger(system)
    })
  })
})
