import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common'
import {
  type AlertDetailView,
  type AlertsQuery,
  type AlertsView,
  type AlertView,
  type AssigneeView,
  acknowledgeInput,
  alertDetailView,
  alertsQuery,
  alertsView,
  alertView,
  assigneeView,
  assignInput,
  type BulkView,
  bulkInput,
  bulkView,
  commentInput,
  falseAlarmInput,
  muteInput,
  resolveInput,
  snoozeInput,
} from '@osprey/core/api/alerts'
import type { Request } from 'express'
import { z } from 'zod'
import type { Principal } from '../access/principal.ts'
import { Endpoint } from '../http/endpoint.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { actOf, actOfAny } from './act.ts'
import { AlertActs } from './alert-acts.ts'
import { AlertReader } from './alert-reader.ts'

@Controller('api/alerts')
export class AlertsController {
  constructor(
    private readonly reader: AlertReader,
    private readonly acts: AlertActs,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Alerts, newest first, and the counts of those that are open',
    answer: alertsView,
    problems: [404],
  })
  list(
    @Query({ schema: alertsQuery }) query: AlertsQuery,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertsView> {
    return this.reader.list(query, territory, principalOf(request).username)
  }

  @Get('assignees')
  @Endpoint({ summary: 'People alerts can be assigned to, by user name', answer: z.array(assigneeView) })
  assignees(@Req() request: Request): Promise<AssigneeView[]> {
    return this.acts.assignees(principalOf(request))
  }

  @Post('bulk')
  @HttpCode(200)
  @Endpoint({ summary: 'The same act on many alerts; what was not done is listed', answer: bulkView })
  bulk(
    @Body({ schema: bulkInput }) { alerts, action, input }: z.infer<typeof bulkInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<BulkView> {
    const act = actOfAny(action, input, Date.now())
    return this.acts.actOnMany(alerts, act, { principal: principalOf(request), territory })
  }

  @Get(':id')
  @Endpoint({ summary: 'One alert with its evidence and history', answer: alertDetailView, problems: [404] })
  get(@Param('id') id: string, @Within() territory: Territory): Promise<AlertDetailView> {
    return this.reader.detail(id, territory)
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @Endpoint({ summary: 'Say that somebody sees to an alert', answer: alertView, problems: [404, 409] })
  acknowledge(
    @Param('id') id: string,
    @Body({ schema: acknowledgeInput }) body: z.infer<typeof acknowledgeInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('acknowledge', body, Date.now()), { principal, territory })
  }

  @Post(':id/unacknowledge')
  @HttpCode(200)
  @Endpoint({ summary: 'Take an acknowledgement back', answer: alertView, problems: [404, 409] })
  unacknowledge(
    @Param('id') id: string,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    return this.acts.act(id, { action: 'unacknowledge' }, { principal: principalOf(request), territory })
  }

  @Post(':id/assign')
  @HttpCode(200)
  @Endpoint({ summary: 'Give an alert to somebody, or to nobody', answer: alertView, problems: [404] })
  assign(
    @Param('id') id: string,
    @Body({ schema: assignInput }) body: z.infer<typeof assignInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('assign', body, Date.now()), { principal, territory })
  }

  @Post(':id/comment')
  @HttpCode(200)
  @Endpoint({ summary: 'Comment on an alert', answer: alertView, problems: [404, 409] })
  comment(
    @Param('id') id: string,
    @Body({ schema: commentInput }) body: z.infer<typeof commentInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('comment', body, Date.now()), { principal, territory })
  }

  @Post(':id/snooze')
  @HttpCode(200)
  @Endpoint({ summary: 'Send no notifications until then', answer: alertView, problems: [404, 409] })
  snooze(
    @Param('id') id: string,
    @Body({ schema: snoozeInput }) body: z.infer<typeof snoozeInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('snooze', body, Date.now()), { principal, territory })
  }

  @Post(':id/mute')
  @HttpCode(200)
  @Endpoint({
    summary: 'Send no notifications until it is resolved',
    answer: alertView,
    problems: [404, 409],
  })
  mute(
    @Param('id') id: string,
    @Body({ schema: muteInput }) body: z.infer<typeof muteInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('mute', body, Date.now()), { principal, territory })
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @Endpoint({ summary: 'Resolve an alert by hand', answer: alertView, problems: [404, 409] })
  resolve(
    @Param('id') id: string,
    @Body({ schema: resolveInput }) body: z.infer<typeof resolveInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('resolve', body, Date.now()), { principal, territory })
  }

  @Post(':id/false-alarm')
  @HttpCode(200)
  @Endpoint({ summary: 'Say that it is a false alarm, or none', answer: alertView, problems: [404, 409] })
  falseAlarm(
    @Param('id') id: string,
    @Body({ schema: falseAlarmInput }) body: z.infer<typeof falseAlarmInput>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<AlertView> {
    const principal = principalOf(request)
    return this.acts.act(id, actOf('false-alarm', body, Date.now()), { principal, territory })
  }
}

function principalOf({ principal }: Request): Principal {
  return principal as Principal
}
