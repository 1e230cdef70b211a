import { expect, test } from '@jest/globals'
import { BackgroundLoad } from './harness/background-load.ts'
import { expectNothingLost, registerFleet } from './harness/fleet.ts'
import { withSystem } from './harness/system.ts'

test('F25: SIGTERM under load ends the backend, then the broker, in order and without loss', async () => {
  await withSystem({}, async (system) => {
    const fleet = await registerFleet(system, 50)
    const load = new BackgroundLoad(system, fleet, 1000)

    await load.more(500)
    expect(await system.backend.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    await load.more(500)
    system.backend.start()
    await system.backendReady()

    await load.more(500)
    expect(await system.broker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    system.broker.start()
    await system.brokerReady()

    await load.more(500)
    const [broker, backend] = await Promise.all([
      system.broker.kill('SIGTERM'),
      system.backend.kill('SIGTERM'),
    ])
    expect([broker, backend]).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
    await system.start()
    await load.finish()
    await expectNothingLost(system, fleet, load.acknowledgementLog)
  })
})
