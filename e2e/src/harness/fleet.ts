import { expect } from '@jest/globals'
import type { LedgerView } from '@osprey/core/api'
import { readAcknowledgementLog } from '@osprey/simulators/load/acknowledgement-log'
import { SEQUENCE_PROPERTY, VALUE_PROPERTIES } from '@osprey/simulators/load/fleet'
import type { LoadDevice, LoadOptions } from '@osprey/simulators/load/run-load'
import type { System } from './system.ts'
import { until } from './wait.ts'

/** Carries each message's number. It has no plausible range, so every number is good. */
export const SEQUENCE = SEQUENCE_PROPERTY.id
const FURTHER = VALUE_PROPERTIES.slice(0, 3)

/** Instruments of one test, each its own station, and where their load's readings lie in time. */
export interface Fleet {
  devices: LoadDevice[]
  baseTime: number
}

/** Registers `count` devices, each speaking for a station of its own name. */
export async function registerFleet(system: System, count: number): Promise<Fleet> {
  await system.api.createProperty(SEQUENCE_PROPERTY)
  const ids = Array.from({ length: count }, (_, index) => `d${String(index).padStart(4, '0')}`)
  for (const [index, id] of ids.entries()) await system.api.createStation(stationAt(id, index))
  const secrets = await system.api.createDevices(ids.map((id) => ({ id, stations: [id] })))
  const devices = secrets.map(({ id, secret }) => ({ id, secret, stations: 1 }))
  return { devices, baseTime: Date.now() - 3_600_000 }
}

/** A station of the air network on a grid around 116.4° E, 39.9° N. */
export function stationAt(id: string, index: number) {
  const latitude = 39.9 + Math.floor(index / 20) * 0.01
  return {
    id,
    name: `Station ${id}`,
    latitude,
    longitude: 116.4 + (index % 20) * 0.01,
    medium: 'air' as const,
  }
}

/** What every load of these suites has in common: QoS 1, reconnecting, every acknowledgement on disk. */
export function loadOf(
  system: System,
  fleet: Fleet,
  options: Pick<LoadOptions, 'rate' | 'seconds'> & Partial<LoadOptions>,
): LoadOptions {
  return {
    host: '127.0.0.1',
    port: system.mqttPort,
    devices: fleet.devices,
    sequenceProperty: SEQUENCE,
    properties: FURTHER,
    baseTime: fleet.baseTime,
    resilient: true,
    window: 32,
    drainSeconds: 60,
    ...options,
  }
}

/** Resolves with the ledger once everything received is stored or rejected. */
export function drained(system: System, within = 120_000) {
  return until(
    'the ledger to have nothing pending',
    async () => {
      const ledger = await system.api.ledger()
      return ledger.pending === 0 && ledger.messages?.pending === 0 && ledger
    },
    { within, every: 200 },
  )
}

/**
 * I1: every acknowledged message is stored. I2: none twice. The ledger balances, in all and for every device.
 * @returns how many messages were acknowledged
 */
export async function expectNothingLost(
  system: System,
  fleet: Fleet,
  acknowledgementLog: string,
): Promise<number> {
  await drained(system)
  const acknowledged = await readAcknowledgementLog(acknowledgementLog)
  let total = 0
  const lost: string[] = []
  const wrong: string[] = []
  for (const { id } of fleet.devices) {
    const stored = await storedSequences(system, fleet, id, wrong)
    for (const sequence of acknowledged.get(id) ?? []) {
      total++
      if (!stored.has(sequence)) lost.push(`${id}/${sequence}`)
    }
  }
  expect({ lost: lost.slice(0, 20), count: lost.length }).toEqual({ lost: [], count: 0 })
  expect(wrong.slice(0, 20)).toEqual([])
  await expectBalancedLedger(system)
  return total
}

/** The stored sequence numbers of a device; a repeated or misplaced one is noted in `wrong`. */
async function storedSequences(
  system: System,
  fleet: Fleet,
  id: string,
  wrong: string[],
): Promise<Set<number>> {
  const sequences = new Set<number>()
  const from = fleet.baseTime
  for (const { time, value } of await system.api.series(id, SEQUENCE, from, from + 1_000_000_000)) {
    const sequence = Number(value)
    if (sequences.has(sequence)) wrong.push(`${id}/${sequence} is stored twice`)
    if (Date.parse(time) !== from + sequence) wrong.push(`${id}/${sequence} is stored at ${time}`)
    sequences.add(sequence)
  }
  return sequences
}

export async function expectBalancedLedger(system: System): Promise<void> {
  const total = await system.api.ledger()
  expect(total.received).toBe(accounted(total))
  const messages = total.messages
  expect(messages?.received).toBe(
    (messages?.decoded ?? 0) + (messages?.rejected ?? 0) + (messages?.pending ?? 0),
  )
  for (const ledger of await system.api.deviceLedgers()) {
    expect({ device: ledger.device, received: ledger.received }).toEqual({
      device: ledger.device,
      received: accounted(ledger),
    })
  }
}

/** What became of the received readings: stored, rejected for some reason, or still pending. */
function accounted({ stored, rejected, pending }: LedgerView): number {
  return stored + Object.values(rejected).reduce((sum, count) => sum + count, 0) + pending
}
