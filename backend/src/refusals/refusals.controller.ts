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
import { REJECTION_ADVICE, type RejectionReason } from '@osprey/core/rejections'
import { formatIsoTime } from '@osprey/core/time'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { Registry } from '../registry/registry.ts'
import { Refusals } from './refusals.ts'

@Controller('api')
export class RefusalsController {
  constructor(
    private readonly refusals: Refusals,
    private readonly registry: Registry,
  ) {}

  @Get('rejections')
  @Endpoint({
    access: 'reader',
    summary: 'Newest messages that were not accepted, and why',
    answer: z.array(rejectionView),
  })
  async rejections(
    @Query({ schema: rejectionsQuery }) { device, limit }: z.infer<typeof rejectionsQuery>,
  ): Promise<RejectionView[]> {
    const rows = await this.refusals.listRejected(device, Number(limit))
    return rows.map(({ id: _id, receivedAt, ...row }) => ({
      ...row,
      receivedAt: receivedAt.toISOString(),
      advice: REJECTION_ADVICE[row.reason as RejectionReason] ?? null,
    }))
  }

  @Get('refused-connections')
  @Endpoint({
    access: 'reader',
    summary: 'Newest connections the broker refused, and why',
    answer: z.array(refusedConnectionView),
  })
  async refusedConnections(
    @Query({ schema: listQuery }) { limit }: z.infer<typeof listQuery>,
  ): Promise<RefusedConnectionView[]> {
    const rows = await this.refusals.listRefused(Number(limit))
    return rows.map(({ id: _id, at, ...row }) => ({ ...row, at: at.toISOString() }))
  }

  @Get('quarantine')
  @Endpoint({
    access: 'reader',
    summary: 'Newest readings the store refused, and why',
    answer: z.array(quarantineView),
  })
  async quarantine(
    @Query({ schema: listQuery }) { limit }: z.infer<typeof listQuery>,
  ): Promise<QuarantineView[]> {
    const rows = await this.refusals.listQuarantined(Number(limit))
    return rows.map(({ datastream, device, phenomenonTime, value, quality, reason, at }) => {
      const source = this.registry.datastreams.get(datastream)
      return {
        station: source?.station ?? null,
        property: source?.property ?? null,
        device,
        time: formatIsoTime(phenomenonTime),
        value,
        quality,
        reason,
        at: at.toISOString(),
      }
    })
  }
}
