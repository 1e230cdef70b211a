import { expect, test } from '@jest/globals'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { StationFacts } from '@osprey/core/alerting/types'
import { type RuleDefinition, ruleDefinition } from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import fc from 'fast-check'
import type { ObservationColumns } from '../observations/store.ts'
import { ConditionJudge, type Judge, SilenceJudge } from './backtest-judges.ts'
import type { Unit } from './backtest-plan.ts'
import { type BacktestStore, groupUnits, readGroups } from './backtest-reads.ts'
import { BacktestTally } from './backtest-tally.ts'
import { definitionOf } from './rules.fixture.ts'

const MINUTE = 60_000
const T0 = Date.UTC(2026, 2, 1)
const RANGE = { from: T0 + 300 * MINUTE, to: T0 + 2000 * MINUTE }
const STATION: StationFacts = {
  id: 'a',
  name: 'a',
  medium: 'air',
  site: null,
  class: null,
  jurisdictions: [],
  attributes: {},
}

/** Holds columns and counts what is asked of it at once. */
class MemoryStore implements BacktestStore {
  largest = 0

  constructor(private readonly series: ReadonlyMap<number, ObservationColumns>) {}

  async columnsOf(ids: readonly number[], from: number, to: number) {
    const found = new Map(ids.map((id) => [id, this.cut(id, from, to)]))
    const rows = [...found.values()].reduce((sum, { quality }) => sum + quality.length, 0)
    this.largest = Math.max(this.largest, rows)
    return found
  }

  async counts(ids: readonly number[], from: number, to: number) {
    return new Map(ids.map((id) => [id, this.cut(id, from, to).quality.length]))
  }

  private cut(id: number, from: number, to: number): ObservationColumns {
    const { phenomenonTime, value, quality } = this.series.get(id) as ObservationColumns
    const keep = (_: number, row: number) =>
      (phenomenonTime[row] as number) >= from && (phenomenonTime[row] as number) < to
    return {
      phenomenonTime: phenomenonTime.filter(keep),
      value: value.filter(keep),
      quality: quality.filter(keep),
    }
  }
}

const measures = [
  { statistic: 'last', windowSeconds: 1800 },
  { statistic: 'mean', windowSeconds: 3600 },
  { statistic: 'max', windowSeconds: 7200, aligned: true },
] as const
const definitions: RuleDefinition[] = [
  ...measures.map((measure) =>
    ruleDefinition.parse(
      definitionOf({
        kind: 'comparison',
        measure: { property: 'pm25', ...measure },
        operator: 'gt',
        threshold: { kind: 'number', value: 50 },
      }),
    ),
  ),
  ruleDefinition.parse({
    ...definitionOf({} as never),
    trigger: { kind: 'no_data', per: 'station', graceSeconds: 1200 },
  }),
]

function judgeOf(definition: RuleDefinition, tally: BacktestTally): Judge {
  if (definition.trigger.kind === 'no_data') {
    const place = { station: 'a', site: null, property: null }
    return new SilenceJudge(definition as never, place, [1, 2], RANGE, tally)
  }
  const context = { property: propertyById, holidays: new Set<string>() }
  const options = { definition, station: STATION, other: null, context }
  const { inputs } = new RuleInstance(options)
  const sources = inputs.map(({ property }) => ({ datastream: 1, property: propertyById(property) }))
  return new ConditionJudge(options, sources, tally)
}

async function replay(store: MemoryStore, definition: RuleDefinition, rowsPerRead: number) {
  const tally = new BacktestTally('UTC', RANGE)
  const judge = judgeOf(definition, tally)
  const unit: Unit = { datastreams: new Set([1, 2]), historyMs: 7200_000, builders: [() => judge] }
  const rows = [...(await store.counts([1, 2], 0, T0 * 2)).values()].reduce((sum, count) => sum + count, 0)
  for await (const read of readGroups(
    store,
    groupUnits([unit], () => rows, rowsPerRead),
    RANGE,
    rowsPerRead,
  )) {
    for (const _ of judge.feed(read.columns, read.range));
    if (read.isLast) judge.finish()
  }
  return tally.result([])
}

test('read in slices of any size, the same fires', async () => {
  const series = fc
    .uniqueArray(fc.integer({ min: 0, max: 2200 }), { minLength: 1, maxLength: 400 })
    .chain((minutes) =>
      fc
        .array(fc.record({ value: fc.integer({ min: 0, max: 100 }), flag: fc.constantFrom(1, 1, 1, 3, 4) }), {
          minLength: minutes.length,
          maxLength: minutes.length,
        })
        .map((results): ObservationColumns => {
          const sorted = minutes.toSorted((one, other) => one - other)
          return {
            phenomenonTime: Float64Array.from(sorted, (minute) => T0 + minute * MINUTE),
            value: Float64Array.from(results, ({ value }) => value),
            quality: Uint8Array.from(results, ({ flag }) => flag),
          }
        }),
    )
  const property = fc.asyncProperty(
    series,
    series,
    fc.constantFrom(...definitions),
    fc.integer({ min: 3, max: 200 }),
    async (one, other, definition, rowsPerRead) => {
      const columns = new Map([
        [1, one],
        [2, other],
      ])
      const whole = await replay(new MemoryStore(columns), definition, 1_000_000)
      const store = new MemoryStore(columns)
      expect(await replay(store, definition, rowsPerRead)).toEqual(whole)
      expect(store.largest).toBeLessThanOrEqual(rowsPerRead)
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

test('small units are read together, a large one alone', () => {
  const unit = (id: number): Unit => ({ datastreams: new Set([id]), historyMs: 0, builders: [] })
  const units = [1, 2, 3, 4, 5].map(unit)
  const rows = (each: Unit) =>
    ({ 1: 10, 2: 20, 3: 500, 4: 10, 5: 90 })[[...each.datastreams][0] as 1] as number
  const groups = groupUnits(units, rows, 100).map((group) =>
    group.units.map((each) => [...each.datastreams][0]),
  )
  expect(groups).toEqual([[1, 2], [3], [4, 5]])
})
