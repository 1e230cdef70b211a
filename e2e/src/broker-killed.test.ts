import { expect, test } from '@jest/globals'
import { BackgroundLoad } from './harness/background-load.ts'
import { expectNothingLost, registerFleet } from './harness/fleet.ts'
import { seededRandom } from './harness/random.ts'
import { withSystem } from './harness/system.ts'
import { pause } from './harness/wait.ts'

test('F2: kill -9 of the broker under load loses no acknowledged message', async () => {
  const random = seededRandom('F2')
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 50)
    const load = new BackgroundLoad(system, fleet, 1000)
    for (let kill = 0; kill < 5; kill++) {
      await pause(random(200, 1500))
      await system.broker.kill('SIGKILL')
      system.broker.start()
      await system.brokerReady()
    }
    await load.more(1000)
    const report = await load.finish()
    expect(report.reconnects).toBeGreaterThan(0)
    await expectNothingLost(system, fleet, load.acknowledgementLog)
  })
})

test.each(['broker.before-append', 'broker.after-append-before-ack'])(
  'F2: a broker that dies at %s loses and doubles nothing',
  async (failpoint) => {
    await withSystem({}, async (system) => {
      const fleet = await registerFleet(system, 20)
      await system.broker.kill('SIGTERM')
      system.broker.start({ OSPREY_FAILPOINT: `${failpoint}:500` })
      await system.brokerReady()
      const load = new BackgroundLoad(system, fleet, 1000, { messages: 3000 })
      expect((await system.broker.exited()).signal).toBe('SIGKILL')
      system.broker.start()
      await system.brokerReady()
      const report = await load.completed()
      expect(report.acknowledged).toBe(3000)
      expect(await expectNothingLost(system, fleet, load.acknowledgementLog)).toBe(3000)
    })
  },
)
