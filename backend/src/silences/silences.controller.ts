import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common'
import {
  type SilenceInput,
  type SilenceView,
  silenceInput,
  silencePatch,
  silenceView,
} from '@osprey/core/api/alerts'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { SilenceDesk } from './silence-desk.ts'

@Controller('api/silences')
export class SilencesController {
  constructor(private readonly desk: SilenceDesk) {}

  @Get()
  @Endpoint({
    summary: 'Silences that are not over and the last 300 that are, the last to end first',
    answer: z.array(silenceView),
  })
  list(@Within() territory: Territory): Promise<SilenceView[]> {
    return this.desk.views.list(territory)
  }

  @Post()
  @Endpoint({
    summary: 'Silence alerts: they go on and are listed, and nobody is notified',
    answer: silenceView,
    problems: [409],
  })
  async create(
    @Body({ schema: silenceInput }) input: SilenceInput,
    @Within() territory: Territory,
  ): Promise<SilenceView> {
    const { silences, views } = this.desk
    return views.one(await silences.create(input, territory), territory)
  }

  @Patch(':id')
  @Endpoint({
    summary: 'Prolong or shorten a silence, or say another reason',
    answer: silenceView,
    problems: [404, 409],
  })
  async update(
    @Param('id') id: string,
    @Body({ schema: silencePatch }) patch: z.infer<typeof silencePatch>,
    @Within() territory: Territory,
  ): Promise<SilenceView> {
    const { silences, views } = this.desk
    return views.one(await silences.update(id, patch, territory), territory)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'End a silence now; it stays listed', problems: [404, 409] })
  async end(@Param('id') id: string, @Within() territory: Territory): Promise<void> {
    await this.desk.silences.end(id, territory)
  }
}
