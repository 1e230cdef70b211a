import { expect, test } from '@jest/globals'
import { BackgroundLoad } from './harness/background-load.ts'
import { expectNothingLost, registerFleet } from './harness/fleet.ts'
import { seededRandom } from './harness/random.ts'
import { withSystem } from './harness/system.ts'
import { pause } from './harness/wait.ts'

const KILLS = 20

test(`F1: ${KILLS} times kill -9 of the backend under the load of 200 devices loses and doubles nothing`, async () => {
  const random = seededRandom('F1')
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 200)
    const load = new BackgroundLoad(system, fleet, 1000)
    const recoveries: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(random(50, 1500))
      await system.backend.kill('SIGKILL')
      system.backend.start()
      recoveries.push(await system.backendReady())
    }
    const report = await load.finish()
    expect(report.unacknowledged).toBe(0)
    const acknowledged = await expectNothingLost(system, fleet, load.acknowledgementLog)
    expect(acknowledged).toBe(report.acknowledged)
    const sorted = recoveries.map(Math.round).sort((one, other) => one - other)
    console.info(
      `F1: ${acknowledged} messages acknowledged and stored; ready again after ${sorted[KILLS / 2]} ms (median), ${sorted.at(-1)} ms (most)`,
    )
  })
})

test('F1: a backend killed while it starts, again and again, still starts', async () => {
  const random = seededRandom('F1 while starting')
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 20)
    const load = new BackgroundLoad(system, fleet, 500)
    for (let kill = 0; kill < 8; kill++) {
      await system.backend.kill('SIGKILL')
      system.backend.start()
      await pause(random(10, 700))
    }
    await system.backend.kill('SIGKILL')
    system.backend.start()
    await system.backendReady()
    await load.finish()
    await expectNothingLost(system, fleet, load.acknowledgementLog)
  })
})
