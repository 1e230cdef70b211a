import { Controller, Get, Query } from '@nestjs/common'
import {
  listQuery,
  type QuarantineView,
  quarantineView,
  type RefusedConnectionView,
  type RejectionView,
  refusedConnectionView,
  rejectionsQuery,
  rejectionView,
} from '@osprey/core/api'
import { connectionAdvice, type DeviceFacts } from '@osprey/core/connection-advice'
import { REJECTION_ADVICE, type RejectionReason } from '@osprey/core/rejections'
import { formatIsoTime } from '@osprey/core/time'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { type Device, Registry } from '../registry/registry.ts'
import { datastreamsWithin, devicesWithin, reasonWithin } from '../territory/reach.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { Refusals } from './refusals.ts'

@Controller('api')
export class RefusalsController {
  constructor(
    private readonly refusals: Refusals,
    private readonly registry: Registry,
  ) {}

  @Get('rejections')
  @Endpoint({
    summary: 'Newest messages that were not accepted, and why',
    answer: z.array(rejectionView),
  })
  async rejections(
    @Query({ schema: rejectionsQuery }) { device, limit }: z.infer<typeof rejectionsQuery>,
    @Within() territory: Territory,
  ): Promise<RejectionView[]> {
    const devices = devicesWithin(this.registry, territory)
    const rows = await this.refusals.listRejected(device, Number(limit), devices)
    return rows.map(({ id: _id, receivedAt, ...row }) => {
      const reason = reasonWithin(row.reason, territory)
      const advice = REJECTION_ADVICE[reason as RejectionReason] ?? null
      return { ...row, reason, receivedAt: receivedAt.toISOString(), advice }
    })
  }

  @Get('refused-connections')
  @Endpoint({
    summary: 'Newest connections the broker refused, and why',
    answer: z.array(refusedConnectionView),
  })
  async refusedConnections(
    @Query({ schema: rejectionsQuery }) { device, limit }: z.infer<typeof rejectionsQuery>,
    @Within() territory: Territory,
  ): Promise<RefusedConnectionView[]> {
    const inReach = devicesWithin(this.registry, territory)
    const wanted = device === undefined ? inReach : [device].filter((id) => inReach?.includes(id) ?? true)
    const rows = await this.refusals.listRefused(Number(limit), wanted, !territory.whole)
    const now = Date.now()
    return rows.map(({ id: _id, at, ...row }) => {
      const refusal = { ...row, deviceId: row.device, at: at.getTime() }
      const advice = connectionAdvice(refusal, factsOf(this.registry.devices.get(row.device)), now)
      return { ...row, at: at.toISOString(), advice }
    })
  }

  @Get('quarantine')
  @Endpoint({
    summary: 'Newest readings the store refused, and why',
    answer: z.array(quarantineView),
  })
  async quarantine(
    @Query({ schema: listQuery }) { limit }: z.infer<typeof listQuery>,
    @Within() territory: Territory,
  ): Promise<QuarantineView[]> {
    const datastreams = datastreamsWithin(this.registry, territory)
    const rows = await this.refusals.listQuarantined(Number(limit), datastreams)
    return rows.map(({ datastream, device, phenomenonTime, value, quality, reason, at }) => {
      const source = this.registry.datastreams.get(datastream)
      return {
        station: source?.station ?? null,
        property: source?.property ?? null,
        device: territory.hasDevice(device) ? device : '',
        time: formatIsoTime(phenomenonTime),
        value,
        quality,
        reason,
        at: at.toISOString(),
      }
    })
  }
}

function factsOf(device: Device | undefined): DeviceFacts | undefined {
  if (!device) return undefined
  const { disabled, authentication, rotatedAt, createdAt } = device
  return { disabled, authentication, rotatedAt: rotatedAt.getTime(), createdAt: createdAt.getTime() }
}
