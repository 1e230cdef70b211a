import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common'
import {
  type ChannelInput,
  type ChannelPatch,
  type ChannelView,
  channelInput,
  channelPatch,
  channelView,
  type DeliveriesQuery,
  type DeliveriesView,
  deliveriesQuery,
  deliveriesView,
  type RouteInput,
  type RoutePatch,
  type RouteView,
  routeInput,
  routePatch,
  routeView,
  type TestResult,
  testResult,
} from '@osprey/core/api/notifications'
import type { Request } from 'express'
import { z } from 'zod'
import type { Principal } from '../access/principal.ts'
import { Endpoint } from '../http/endpoint.ts'
import { Channels } from './channels.ts'
import { DeliveryLog } from './delivery-log.ts'
import { Notifications } from './notifications.ts'
import { Routes } from './routes.ts'

/** Channels, routes and the log of deliveries. */
@Controller('api/notifications')
export class NotificationsController {
  constructor(
    private readonly channels: Channels,
    private readonly routes: Routes,
    private readonly deliveries: DeliveryLog,
    private readonly notifications: Notifications,
  ) {}

  @Get('channels')
  @Endpoint({ summary: 'The channels notifications can take, by id', answer: z.array(channelView) })
  listChannels(): Promise<ChannelView[]> {
    return this.channels.list()
  }

  @Post('channels')
  @Endpoint({ summary: 'Create a channel', answer: channelView, problems: [409] })
  createChannel(@Body({ schema: channelInput }) input: ChannelInput): Promise<ChannelView> {
    return this.channels.create(input)
  }

  @Patch('channels/:id')
  @Endpoint({
    summary: 'Change a channel; an address or secret left out stays as it is',
    answer: channelView,
    problems: [404],
  })
  async changeChannel(
    @Param('id') id: string,
    @Body({ schema: channelPatch }) patch: ChannelPatch,
  ): Promise<ChannelView> {
    const view = await this.channels.update(id, patch)
    await this.notifications.channelChanged(id)
    return view
  }

  @Delete('channels/:id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a channel no route leads to', problems: [404, 409] })
  removeChannel(@Param('id') id: string): Promise<void> {
    return this.channels.remove(id)
  }

  @Post('channels/:id/test')
  @HttpCode(200)
  @Endpoint({
    summary: 'Send a test over a channel; answers what the receiver said',
    answer: testResult,
    problems: [404],
  })
  test(@Param('id') id: string, @Req() request: Request): Promise<TestResult> {
    return this.notifications.test(id, request.principal as Principal)
  }

  @Get('routes')
  @Endpoint({
    summary: 'The routes, by id; an alert follows every one that matches',
    answer: z.array(routeView),
  })
  listRoutes(): RouteView[] {
    return this.routes.list()
  }

  @Post('routes')
  @Endpoint({ summary: 'Create a route', answer: routeView, problems: [409] })
  async createRoute(@Body({ schema: routeInput }) input: RouteInput): Promise<RouteView> {
    const view = await this.routes.create(input)
    this.notifications.routeChanged(input.id)
    return view
  }

  @Patch('routes/:id')
  @Endpoint({ summary: 'Change a route', answer: routeView, problems: [404] })
  async changeRoute(
    @Param('id') id: string,
    @Body({ schema: routePatch }) patch: RoutePatch,
  ): Promise<RouteView> {
    const view = await this.routes.update(id, patch)
    this.notifications.routeChanged(id)
    return view
  }

  @Delete('routes/:id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a route', problems: [404] })
  removeRoute(@Param('id') id: string): Promise<void> {
    return this.routes.remove(id)
  }

  @Get('deliveries')
  @Endpoint({ summary: 'The log of deliveries, newest first', answer: deliveriesView })
  listDeliveries(@Query({ schema: deliveriesQuery }) query: DeliveriesQuery): Promise<DeliveriesView> {
    return this.deliveries.list(query)
  }
}
