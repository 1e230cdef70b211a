import { Controller, Get, Query } from '@nestjs/common'
import {
  type LedgerView,
  ledgerDevicesQuery,
  ledgerDevicesView,
  ledgerQuery,
  ledgerView,
} from '@osprey/core/api'
import type { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import type { DeviceAccount, TotalAccount } from '../pipeline/ledger.ts'
import { Registry } from '../registry/registry.ts'
import { devicesWithin, reasonWithin } from '../territory/reach.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'

/** The accounts of the pipeline, as far as HTTP needs them. */
export class LedgerReader {
  constructor(
    readonly total: () => TotalAccount,
    readonly device: (id: string) => DeviceAccount | undefined,
    readonly devices: (page: { limit: number; after?: string | undefined }) => DeviceAccount[],
  ) {}
}

const DEVICES_PER_LOOK = 1000

@Controller('api/ledger')
export class LedgerController {
  constructor(
    private readonly ledger: LedgerReader,
    private readonly registry: Registry,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Readings received, stored, rejected and pending, in total or of one device',
    answer: ledgerView,
    problems: [404],
  })
  account(
    @Query({ schema: ledgerQuery }) { device }: z.infer<typeof ledgerQuery>,
    @Within() territory: Territory,
  ): LedgerView {
    if (device === undefined) return this.total(territory)
    if (!territory.hasDevice(device)) throw notFound('device', device)
    const account = this.ledger.device(device)
    if (account) return view(account, territory)
    if (!this.registry.devices.has(device)) throw notFound('device', device)
    return { device, lastMessageAt: null, received: 0, stored: 0, rejected: {}, pending: 0 }
  }

  @Get('devices')
  @Endpoint({ summary: 'The account of every device, by id', answer: ledgerDevicesView })
  accounts(
    @Query({ schema: ledgerDevicesQuery }) { limit, after }: z.infer<typeof ledgerDevicesQuery>,
    @Within() territory: Territory,
  ): z.infer<typeof ledgerDevicesView> {
    const devices = this.page(Number(limit), after, territory)
    const next = devices.length === Number(limit) ? (devices.at(-1)?.device ?? null) : null
    return { devices: devices.map((account) => view(account, territory)), next }
  }

  /** For less than the whole territory the sum over its devices: messages are counted for all together. */
  private total(territory: Territory): LedgerView {
    const devices = devicesWithin(this.registry, territory)
    if (devices === undefined) return byReason(this.ledger.total(), territory)
    const sum = { received: 0, stored: 0, rejected: {} as Record<string, number>, pending: 0 }
    for (const id of devices) {
      const account = this.ledger.device(id)
      if (!account) continue
      sum.received += account.received
      sum.stored += account.stored
      sum.pending += account.pending
      addByReason(sum.rejected, account.rejectedBy, territory)
    }
    return sum
  }

  /** Devices outside the territory are passed over, so that pages are full and tell nothing of them. */
  private page(limit: number, after: string | undefined, territory: Territory): DeviceAccount[] {
    const found: DeviceAccount[] = []
    for (let from = after; found.length < limit; ) {
      const next = this.ledger.devices({ limit: DEVICES_PER_LOOK, after: from })
      for (const account of next) {
        if (found.length < limit && territory.hasDevice(account.device)) found.push(account)
      }
      if (next.length < DEVICES_PER_LOOK) break
      from = next.at(-1)?.device
    }
    return found
  }
}

/** Over HTTP `rejected` is told by reason; their sum is derived. */
function byReason<T extends Pick<DeviceAccount, 'rejected' | 'rejectedBy'>>(
  { rejectedBy, ...account }: T,
  territory: Territory,
) {
  const rejected: Record<string, number> = {}
  addByReason(rejected, rejectedBy, territory)
  return { ...account, rejected }
}

function addByReason(
  sum: Record<string, number>,
  counts: DeviceAccount['rejectedBy'],
  territory: Territory,
): void {
  for (const [reason, readings] of Object.entries(counts)) {
    const shown = reasonWithin(reason, territory)
    sum[shown] = (sum[shown] ?? 0) + readings
  }
}

function view(account: DeviceAccount, territory: Territory) {
  const { lastMessageAt, ...counts } = byReason(account, territory)
  return { ...counts, lastMessageAt: lastMessageAt === null ? null : new Date(lastMessageAt).toISOString() }
}
