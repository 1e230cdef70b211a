import { expect, test } from '@jest/globals'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import fc from 'fast-check'
import { BatchBuilder, decodeBatch, MergedBatch } from './batch.ts'
import { Intake } from './intake.ts'
import { Latest } from './latest.ts'
import { Ledger } from './ledger.ts'
import { Resolver, type Station } from './resolver.ts'
import { entryOf, MemoryStore, T0 } from './spine.fixture.ts'

const DAY = 86_400_000
const PROPERTIES = ['pm25', 'pm10', 'run_state', 'valve_open']

interface Report {
  station: string
  time: number
  values: Record<string, unknown>
}

const value = (property: string) =>
  property === 'run_state'
    ? fc.constantFrom('running', 'stopped', null)
    : property === 'valve_open'
      ? fc.constantFrom(true, false, null)
      : fc.constantFrom(1, 40, 99_999, null)

/** Reports of two stations at few instants: a week late, on time, and with a clock gone wrong. */
const report = fc.record<Report>({
  station: fc.constantFrom('a', 'b'),
  time: fc.constantFrom(0, T0 - 7 * DAY, T0 - 1, T0, T0 + 1, T0 + 2, T0 + DAY),
  values: fc.record(Object.fromEntries(PROPERTIES.map((property) => [property, value(property)])), {
    requiredKeys: [],
  }),
})

/** One report for each station and instant: a sensor says one thing of one moment. */
const reports = fc.uniqueArray(report, {
  maxLength: 14,
  selector: ({ station, time }) => `${station} ${time}`,
})

/** The same reports in another order, some of them several times, cut into messages and batches anywhere. */
const deliveries = reports.chain((sent) =>
  fc.record({
    sent: fc.constant(sent),
    order: fc
      .array(fc.nat(Math.max(0, sent.length - 1)), { maxLength: sent.length === 0 ? 0 : 10 })
      .chain((repeated) => shuffled([...sent.keys(), ...repeated])),
    cuts: fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
  }),
)

function shuffled(indices: number[]): fc.Arbitrary<number[]> {
  return fc.shuffledSubarray(indices, { minLength: indices.length })
}

async function run(messages: Report[][]) {
  const resolver = new Resolver()
  for (const property of OBSERVED_PROPERTIES) resolver.setProperty(property)
  for (const station of ['a', 'b']) {
    resolver.setStation({ id: station, latitude: 0, longitude: 0, medium: 'air' })
    for (const [at, property] of PROPERTIES.entries()) {
      resolver.setDatastream({ id: (station === 'a' ? 1 : 11) + at, station, property })
    }
  }
  resolver.setDevice({ id: 'device', stations: ['a', 'b'], disabled: false })
  const latest = new Latest(resolver)
  const ledger = new Ledger()
  const builder = new BatchBuilder()
  const parts = {
    resolver,
    latest,
    ledger,
    creation: { want: () => {} },
    rejected: () => {},
    recent: { offer: () => {} },
    faulted: () => {},
  }
  const intake = new Intake(parts, builder)
  const store = new MemoryStore()
  const merged = new MergedBatch()
  for (const [sequence, payload] of messages.entries()) {
    intake.take(entryOf({ payload }), 'observations')
    const view = decodeBatch(builder.encode())
    if (typeof view === 'string') throw new Error(view)
    builder.clear()
    merged.clear()
    merged.append(sequence + 1, view)
    await store.append(merged)
  }
  const details = ['a', 'b'].map((id) => latest.details(resolver.station(id) as Station))
  const states = ['a', 'b'].map((id) => latest.state(resolver.station(id) as Station, null))
  return { details, states, rows: sortedRows(store), balanced: ledger.imbalances().length === 0 }
}

function sortedRows(store: MemoryStore) {
  return [...store.rows.values()].sort(
    (x, y) => x.datastream - y.datastream || x.phenomenonTime - y.phenomenonTime,
  )
}

test('shuffled, repeated and late deliveries give the same latest values and the same stored readings', async () => {
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ sent, order, cuts }) => {
      const sorted = [...sent].sort((x, y) => x.time - y.time)
      const expected = await run(sorted.map((one) => [one]))
      const messages: Report[][] = []
      for (let at = 0; at < order.length; ) {
        const size = cuts.next().value as number
        messages.push(order.slice(at, at + size).map((index) => sent[index] as Report))
        at += size
      }
      expect(await run(messages)).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})
