import { MAX_OBSERVATIONS, type ObservationsView } from '@osprey/core/api'
import { forEachLimited } from '../platform/concurrency.ts'
import { type PlatformClient, PlatformError } from '../platform/platform-client.ts'
import { readAcknowledgementLog } from './acknowledgement-log.ts'
import { loadValue, stationId } from './packets.ts'
import type { DeviceTally, LoadReport } from './run-load.ts'

/** One datastream whose stored observations are not what was acknowledged. */
export interface StoreFault {
  station: string
  property: string
  /** Observations acknowledged, thus at least to be found. */
  expected: number
  /** Observations sent, thus at most to be found. */
  sent: number
  stored: number
  /** Of the values; NaN where unacknowledged messages leave it open. */
  expectedSum: number
  storedSum: number
}

export interface StoreCheck {
  datastreams: number
  observations: number
  faults: StoreFault[]
}

/** What of a load report the check needs. */
export type LoadOutcome = Pick<LoadReport, 'baseTime' | 'sequenceProperty' | 'properties' | 'tallies'>

const CONCURRENCY = 4
const MAX_FAULTS = 100

/**
 * Compares what the store holds with what a run sent, by count and sum per datastream: every acknowledged
 * message stored, none twice, no value changed. `sample` checks three devices (first, middle, last), `all` every one.
 */
export async function checkAgainstStore(
  client: PlatformClient,
  outcome: LoadOutcome,
  scope: 'sample' | 'all' = 'all',
): Promise<StoreCheck> {
  const check: StoreCheck = { datastreams: 0, observations: 0, faults: [] }
  const tallies = scope === 'all' ? outcome.tallies : sample(outcome.tallies)
  await forEachLimited(expectations(outcome, tallies), CONCURRENCY, async (expected) => {
    const found = await totals(client, outcome, expected)
    check.datastreams++
    check.observations += found.stored
    const fault = { ...expected, ...found }
    if (isFault(fault) && check.faults.length < MAX_FAULTS) check.faults.push(fault)
  })
  return check
}

export interface LogCheck {
  acknowledged: number
  stored: number
  /** Acknowledged and not stored (invariant I1), at most 100 listed. */
  lost: { device: string; sequence: number }[]
  lostCount: number
  /** Stored more than once (invariant I2) or with another value than was sent. */
  wrong: { device: string; sequence: number; value: unknown }[]
}

/** Compares the store with an acknowledgement log, message by message. Reads whole series; for fault tests. */
export async function checkAcknowledgementLog(
  client: PlatformClient,
  path: string,
  outcome: LoadOutcome,
): Promise<LogCheck> {
  const log = await readAcknowledgementLog(path)
  const check: LogCheck = { acknowledged: 0, stored: 0, lost: [], lostCount: 0, wrong: [] }
  await forEachLimited(outcome.tallies, CONCURRENCY, async (tally) => {
    const seen = new Set<number>()
    for (let index = 0; index < tally.stations; index++) {
      const station = stationId(tally.device, index, tally.stations)
      for await (const { time, value } of readSeries(client, station, outcome, tally.sent)) {
        const sequence = Date.parse(time) - outcome.baseTime
        const asSent = value === sequence && sequence % tally.stations === index
        if (!asSent || seen.has(sequence)) check.wrong.push({ device: tally.device, sequence, value })
        seen.add(sequence)
      }
    }
    check.stored += seen.size
    for (const sequence of log.get(tally.device) ?? []) {
      check.acknowledged++
      if (seen.has(sequence)) continue
      check.lostCount++
      if (check.lost.length < MAX_FAULTS) check.lost.push({ device: tally.device, sequence })
    }
  })
  return check
}

type Expectation = Pick<StoreFault, 'station' | 'property' | 'expected' | 'sent' | 'expectedSum'>

function* expectations(outcome: LoadOutcome, tallies: readonly DeviceTally[]): Generator<Expectation> {
  for (const tally of tallies) {
    for (let index = 0; index < tally.stations; index++) {
      const sequences = sequencesOf(tally, index)
      const sent = sequences.length
      // Which messages lack their acknowledgement is not known here: any of them may be any station's.
      const open = tally.sent - tally.acknowledged
      const station = stationId(tally.device, index, tally.stations)
      for (const property of [outcome.sequenceProperty, ...outcome.properties]) {
        const value = property === outcome.sequenceProperty ? (sequence: number) => sequence : loadValue
        const expectedSum =
          open > 0 ? Number.NaN : sequences.reduce((sum, sequence) => sum + value(sequence), 0)
        yield { station, property, expected: Math.max(0, sent - open), sent, expectedSum }
      }
    }
  }
}

function sequencesOf(tally: DeviceTally, index: number): number[] {
  const sequences: number[] = []
  for (let sequence = index; sequence < tally.sent; sequence += tally.stations) sequences.push(sequence)
  return sequences
}

function isFault({ stored, expected, sent, storedSum, expectedSum }: StoreFault): boolean {
  if (stored < expected || stored > sent) return true
  return Math.abs(storedSum - expectedSum) > 1e-6 * Math.max(1, Math.abs(expectedSum))
}

async function totals(
  client: PlatformClient,
  outcome: LoadOutcome,
  { station, property, sent }: Expectation,
): Promise<{ stored: number; storedSum: number }> {
  if (sent === 0) return { stored: 0, storedSum: 0 }
  const aggregate = async (statistic: 'count' | 'sum') => {
    const answer = await observations(client, {
      station,
      property,
      ...period(outcome, sent),
      every: '1d',
      statistic,
    })
    return answer.reduce((sum, { value }) => sum + Number(value), 0)
  }
  return { stored: await aggregate('count'), storedSum: await aggregate('sum') }
}

/** Sequences of a device belong to its stations in turn, so the period is that of the device, not the station. */
function period(outcome: LoadOutcome, sent: number): { from: string; to: string } {
  const widest = Math.max(sent, ...outcome.tallies.map((tally) => tally.sent))
  return {
    from: new Date(outcome.baseTime).toISOString(),
    to: new Date(outcome.baseTime + widest).toISOString(),
  }
}

async function observations(client: PlatformClient, query: Record<string, string | number>) {
  try {
    return (await client.get<ObservationsView>('/api/observations', query)).observations
  } catch (error) {
    // A datastream comes into being with its first observation.
    if (error instanceof PlatformError && error.status === 404) return []
    throw error
  }
}

async function* readSeries(client: PlatformClient, station: string, outcome: LoadOutcome, sent: number) {
  let after: string | undefined
  do {
    const page: ObservationsView = await client.get('/api/observations', {
      station,
      property: outcome.sequenceProperty,
      ...period(outcome, sent),
      limit: MAX_OBSERVATIONS,
      after,
    })
    yield* page.observations
    after = page.next ?? undefined
  } while (after !== undefined)
}

function sample(tallies: readonly DeviceTally[]): DeviceTally[] {
  const places = new Set([0, Math.floor(tallies.length / 2), tallies.length - 1])
  return [...places].map((place) => tallies[place]).filter((tally) => tally !== undefined)
}
