import { expect, test } from '@jest/globals'
import { connectDevice, publishReport } from './harness/device.ts'
import { drained, expectBalancedLedger, registerFleet } from './harness/fleet.ts'
import { seededRandom } from './harness/random.ts'
import { type System, withSystem } from './harness/system.ts'

const DAY = 86_400_000
const EVERY = 60_000
const COUNT = 2000
const STATISTICS = ['mean', 'min', 'max', 'sum', 'count', 'first', 'last', 'stddev']

test('F9: repeated, shuffled and seven days late, readings aggregate as if they had come in order', async () => {
  const random = seededRandom('F9')
  await withSystem({}, async (system) => {
    const [orderly, chaotic] = (await registerFleet(system, 2)).devices
    if (orderly === undefined || chaotic === undefined) throw new Error('two devices were registered')
    const from = Math.floor((Date.now() - 7 * DAY) / DAY) * DAY
    const reports = Array.from({ length: COUNT }, (_, number) => ({
      time: from + number * EVERY,
      values: { pm25: Math.round(random(0, 3000)) / 10 },
    }))
    const repeated = reports.filter((_, number) => number % 3 === 0)
    const outdated = reports
      .filter((_, number) => number % 10 === 0)
      .map(({ time }) => ({ time, values: { pm25: 999 } }))

    await publishAll(system, orderly, reports)
    // What comes later replaces what came before, so the outdated values go first and everything else in any order.
    await publishAll(system, chaotic, [...outdated, ...shuffle([...reports, ...repeated], random)])

    await drained(system)
    const to = from + COUNT * EVERY
    expect(await system.api.series(chaotic.id, 'pm25', from, to)).toEqual(
      await system.api.series(orderly.id, 'pm25', from, to),
    )
    for (const every of ['15m', '1h', '1d']) {
      for (const statistic of STATISTICS) {
        const expected = await system.api.aggregate(orderly.id, 'pm25', from, to, every, statistic)
        const actual = await system.api.aggregate(chaotic.id, 'pm25', from, to, every, statistic)
        expect(expected.observations.length).toBeGreaterThan(0)
        expectClose(actual.observations, expected.observations)
      }
    }
    await expectBalancedLedger(system)
  })
})

async function publishAll(
  system: System,
  device: { id: string; secret: string },
  reports: object[],
): Promise<void> {
  const client = await connectDevice(system, device)
  for (let start = 0; start < reports.length; start += 100)
    await publishReport(client, reports.slice(start, start + 100))
  await client.endAsync()
}

function shuffle<T>(items: T[], random: (from: number, to: number) => number): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random(0, last + 1))
    const held = shuffled[last] as T
    shuffled[last] = shuffled[other] as T
    shuffled[other] = held
  }
  return shuffled
}

/** Sums of floating point numbers depend on their order in the last digits. */
function expectClose(
  actual: { time: string; value: unknown }[],
  expected: { time: string; value: unknown }[],
): void {
  expect(actual.map(({ time }) => time)).toEqual(expected.map(({ time }) => time))
  for (const [index, { value }] of expected.entries())
    expect(actual[index]?.value).toBeCloseTo(Number(value), 6)
}
