import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common'
import {
  type NoticesView,
  noticesRead,
  noticesView,
  type ReadInput,
  readInput,
} from '@osprey/core/api/notifications'
import type { Request } from 'express'
import { Endpoint } from '../http/endpoint.ts'
import { PersonalNotices } from './personal-notices.ts'

/** The notices of whoever is logged in. The operator of the machine has no account, and so none. */
@Controller('api/session/notices')
export class NoticesController {
  constructor(private readonly notices: PersonalNotices) {}

  @Get()
  @Endpoint({ summary: 'The own notices, newest first', answer: noticesView })
  async list(@Req() { principal }: Request): Promise<NoticesView> {
    if (principal?.account === undefined) return { notices: [], unread: 0 }
    return this.notices.list(principal.account)
  }

  @Post('read')
  @HttpCode(200)
  @Endpoint({ summary: 'Mark own notices as read', answer: noticesRead })
  async read(
    @Body({ schema: readInput }) { notices }: ReadInput,
    @Req() { principal }: Request,
  ): Promise<{ unread: number }> {
    if (principal?.account === undefined) return { unread: 0 }
    return { unread: await this.notices.read(principal.account, notices) }
  }
}
