import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { PlatformClient } from '../platform/platform-client.ts'
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts'
import { AcknowledgementLog } from './acknowledgement-log.ts'
import { checkAcknowledgementLog, checkAgainstStore, type LoadOutcome } from './check-store.ts'
import { loadValue, stationId } from './packets.ts'

let platform: TestPlatform | undefined
afterEach(async () => {
  await platform?.close()
  platform = undefined
})

const BASE = 1_795_000_000_000
const outcome: LoadOutcome = {
  baseTime: BASE,
  sequenceProperty: 'load_sequence',
  properties: ['pm25'],
  tallies: [
    { device: 'load-1', stations: 1, sent: 40, acknowledged: 40 },
    { device: 'load-2', stations: 3, sent: 20, acknowledged: 20 },
  ],
}

type Stored = Map<string, { sequence: number; value: number }[]>

/** What a faultless store would hold, by station and property. */
function everything(): Stored {
  const stored: Stored = new Map()
  for (const { device, stations, sent } of outcome.tallies) {
    for (let sequence = 0; sequence < sent; sequence++) {
      const station = stationId(device, sequence % stations, stations)
      for (const property of ['load_sequence', 'pm25']) {
        const key = `${station} ${property}`
        const value = property === 'pm25' ? loadValue(sequence) : sequence
        stored.set(key, [...(stored.get(key) ?? []), { sequence, value }])
      }
    }
  }
  return stored
}

async function platformWith(stored: Stored): Promise<PlatformClient> {
  platform = await startTestPlatform(({ query }) => {
    const series = stored.get(`${query.get('station')} ${query.get('property')}`)
    if (series === undefined)
      return { status: 404, body: { title: 'Not found', detail: 'no such datastream' } }
    const within = series.filter(({ sequence }) => {
      const time = BASE + sequence
      return time >= Date.parse(query.get('from') ?? '') && time < Date.parse(query.get('to') ?? '')
    })
    const statistic = query.get('statistic')
    const sum = within.reduce((total, { value }) => total + value, 0)
    if (statistic !== null) {
      return {
        body: {
          observations: [{ time: '', value: statistic === 'count' ? within.length : sum }],
          next: null,
        },
      }
    }
    // Two pages, as a long series would have.
    const half = query.get('after') === null ? within.slice(0, 7) : within.slice(7)
    const observations = half.map(({ sequence, value }) => ({
      time: new Date(BASE + sequence).toISOString(),
      value,
    }))
    return { body: { observations, next: query.get('after') === null && within.length > 7 ? 'more' : null } }
  })
  return new PlatformClient({ url: platform.url, token: () => 't' })
}

test('a complete store has no faults', async () => {
  const check = await checkAgainstStore(await platformWith(everything()), outcome)
  expect(check).toEqual({ datastreams: 8, observations: 120, faults: [] })
})

test.each([
  ['lost', (series: { sequence: number; value: number }[]) => series.slice(1), { stored: 39 }],
  [
    'doubled',
    (series: { sequence: number; value: number }[]) => [...series, { sequence: 3, value: 3 }],
    { stored: 41 },
  ],
  [
    'changed',
    (series: { sequence: number; value: number }[]) =>
      series.map((entry) => (entry.sequence === 5 ? { ...entry, value: 6 } : entry)),
    { stored: 40, expectedSum: 780, storedSum: 781 },
  ],
])('an observation that was %s is found', async (_name, damage, expected) => {
  const stored = everything()
  stored.set('load-1 load_sequence', damage(stored.get('load-1 load_sequence') ?? []))
  const check = await checkAgainstStore(await platformWith(stored), outcome)
  expect(check.faults).toMatchObject([
    { station: 'load-1', property: 'load_sequence', expected: 40, ...expected },
  ])
})

test('a datastream that never came into being is a fault', async () => {
  const stored = everything()
  stored.delete('load-2-001 pm25')
  const check = await checkAgainstStore(await platformWith(stored), outcome)
  expect(check.faults).toMatchObject([{ station: 'load-2-001', property: 'pm25', expected: 7, stored: 0 }])
})

test('unacknowledged messages may be stored or not', async () => {
  const open = { ...outcome, tallies: [{ device: 'load-1', stations: 1, sent: 40, acknowledged: 38 }] }
  const stored = everything()
  const series = stored.get('load-1 load_sequence') ?? []
  stored.set('load-1 load_sequence', series.slice(0, 39))
  expect((await checkAgainstStore(await platformWith(stored), open)).faults).toEqual([])
  await platform?.close()
  stored.set('load-1 load_sequence', series.slice(0, 37))
  expect((await checkAgainstStore(await platformWith(stored), open)).faults).toHaveLength(1)
})

test('the acknowledgement log is compared message by message', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-check-'))
  try {
    const path = join(directory, 'acknowledged.csv')
    const log = new AcknowledgementLog(path)
    for (let sequence = 0; sequence < 40; sequence++) log.add('load-1', sequence, BASE)
    for (let sequence = 0; sequence < 10; sequence++) log.add('load-2', sequence, BASE)
    await log.close()
    const stored = everything()
    const series = stored.get('load-1 load_sequence') ?? []
    stored.set('load-1 load_sequence', [
      ...series.filter(({ sequence }) => sequence !== 12),
      { sequence: 39, value: 39 },
    ])
    const client = await platformWith(stored)
    expect(await checkAcknowledgementLog(client, path, outcome)).toEqual({
      acknowledged: 50,
      stored: 59,
      lost: [{ device: 'load-1', sequence: 12 }],
      lostCount: 1,
      wrong: [{ device: 'load-1', sequence: 39, value: 39 }],
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
})
