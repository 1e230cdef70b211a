import { setTimeout as delay } from 'node:timers/promises'
import type { LedgerView } from '@osprey/core/api'
import type { PlatformClient } from './platform-client.ts'

/** Readings of a set of devices: received = stored + rejected + pending. */
export interface LedgerCounts {
  received: number
  stored: number
  /** By reason. */
  rejected: Record<string, number>
  pending: number
}

interface DevicePage {
  devices: ({ device: string } & LedgerCounts)[]
  next: string | null
}

export function noCounts(): LedgerCounts {
  return { received: 0, stored: 0, rejected: {}, pending: 0 }
}

/** Rejected readings, whatever the reason. */
export function rejectedOf({ rejected }: LedgerCounts): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0)
}

/** The ledger of some devices, summed. */
export async function ledgerOf(client: PlatformClient, devices: ReadonlySet<string>): Promise<LedgerCounts> {
  const sum = noCounts()
  let after: string | undefined
  do {
    const page: DevicePage = await client.get('/api/ledger/devices', { limit: 1000, after })
    for (const entry of page.devices) if (devices.has(entry.device)) add(sum, entry, 1)
    after = page.next ?? undefined
  } while (after !== undefined)
  return sum
}

/** What was added between two readings of the ledger. */
export function difference(after: LedgerCounts, before: LedgerCounts): LedgerCounts {
  const result = noCounts()
  add(result, after, 1)
  add(result, before, -1)
  for (const [reason, count] of Object.entries(result.rejected)) {
    if (count === 0) delete result.rejected[reason]
  }
  return result
}

export interface Settled {
  settled: boolean
  seconds: number
  /** What the devices' ledger grew by since `before`. */
  counts: LedgerCounts
}

/**
 * Waits until `expected` readings of the devices are stored or rejected, or until nothing of the whole
 * platform is pending any more, at most `timeout` ms. Polls every half second.
 */
export async function settle(
  client: PlatformClient,
  devices: ReadonlySet<string>,
  before: LedgerCounts,
  options: { expected: number; timeout: number },
): Promise<Settled> {
  const start = performance.now()
  while (true) {
    // The total first: what is pending in it was received before the devices are read.
    const total = await client.get<LedgerView>('/api/ledger')
    const counts = difference(await ledgerOf(client, devices), before)
    const seconds = Math.round(performance.now() - start) / 1000
    const done = counts.stored + rejectedOf(counts) >= options.expected && counts.pending === 0
    if (done || total.pending === 0) return { settled: true, seconds, counts }
    if (performance.now() - start > options.timeout) return { settled: false, seconds, counts }
    await delay(500)
  }
}

function add(sum: LedgerCounts, other: LedgerCounts, sign: 1 | -1): void {
  sum.received += sign * other.received
  sum.stored += sign * other.stored
  sum.pending += sign * other.pending
  for (const [reason, count] of Object.entries(other.rejected)) {
    sum.rejected[reason] = (sum.rejected[reason] ?? 0) + sign * count
  }
}
