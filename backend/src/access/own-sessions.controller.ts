import { Controller, Delete, Get, HttpCode, Param, Req } from '@nestjs/common'
import { type OwnSessionView, ownSessionView } from '@osprey/core/api/people'
import type { Request } from 'express'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import type { Principal } from './principal.ts'
import { Sessions } from './sessions.ts'

@Controller('api/session/sessions')
export class OwnSessionsController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  @Endpoint({ summary: 'The own open sessions', answer: z.array(ownSessionView) })
  list(@Req() request: Request): Promise<OwnSessionView[]> {
    return this.sessions.list(request.principal as Principal)
  }

  @Delete()
  @HttpCode(204)
  @Endpoint({ summary: 'End all the own sessions but this one' })
  async revokeOthers(@Req() request: Request): Promise<void> {
    await this.sessions.revokeOthers(request.principal as Principal)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'End one of the own sessions', problems: [404] })
  async revoke(@Param('id') id: string, @Req() request: Request): Promise<void> {
    await this.sessions.revoke(request.principal as Principal, id)
  }
}
