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

/** The accounts of the pipeline, as far as HTTP needs them. */
export class LedgerReader {
  constructor(
    readonly total: () => TotalAccount,
    readonly device: (id: string) => DeviceAccount | undefined,
    readonly devices: (page: { limit: number; after?: string | undefined }) => DeviceAccount[],
  ) {}
}

@Controller('api/ledger')
export class LedgerController {
  constructor(
    private readonly ledger: LedgerReader,
    private readonly registry: Registry,
  ) {}

  @Get()
  @Endpoint({
    access: 'reader',
    summary: 'Readings received, stored, rejected and pending, in total or of one device',
    answer: ledgerView,
    problems: [404],
  })
  account(@Query({ schema: ledgerQuery }) { device }: z.infer<typeof ledgerQuery>): LedgerView {
    if (device === undefined) return byReason(this.ledger.total())
    const account = this.ledger.device(device)
    if (account) return view(account)
    if (!this.registry.devices.has(device)) throw notFound('device', device)
    return { device, lastMessageAt: null, received: 0, stored: 0, rejected: {}, pending: 0 }
  }

  @Get('devices')
  @Endpoint({ access: 'reader', summary: 'The account of every device, by id', answer: ledgerDevicesView })
  accounts(
    @Query({ schema: ledgerDevicesQuery }) { limit, after }: z.infer<typeof ledgerDevicesQuery>,
  ): z.infer<typeof ledgerDevicesView> {
    const devices = this.ledger.devices({ limit: Number(limit), after })
    const next = devices.length === Number(limit) ? (devices.at(-1)?.device ?? null) : null
    return { devices: devices.map(view), next }
  }
}

/** Over HTTP `rejected` is told by reason; their sum is derived. */
function byReason<T extends { rejected: number; rejectedBy: object }>({ rejectedBy, ...account }: T) {
  return { ...account, rejected: rejectedBy as Record<string, number> }
}

function view(account: DeviceAccount) {
  const { lastMessageAt, ...counts } = byReason(account)
  return { ...counts, lastMessageAt: lastMessageAt === null ? null : new Date(lastMessageAt).toISOString() }
}
