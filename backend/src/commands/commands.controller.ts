import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common'
import {
  type CommandInput,
  type CommandView,
  commandAccepted,
  commandInput,
  commandView,
} from '@osprey/core/api'
import type { Request } from 'express'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { Devices } from '../registry/devices.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { Commands } from './commands.ts'

@Controller('api/devices/:id/commands')
export class CommandsController {
  constructor(
    private readonly devices: Devices,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Newest commands to a device and what became of them',
    answer: z.array(commandView),
    problems: [404],
  })
  list(@Param('id') id: string, @Within() territory: Territory): Promise<CommandView[]> {
    return this.commands.list(this.devices.get(id, territory).id)
  }

  @Post()
  @HttpCode(202)
  @Endpoint({
    summary: 'Send a command to a device, at once or when it connects',
    answer: commandAccepted,
    problems: [404, 409],
  })
  async send(
    @Param('id') id: string,
    @Body({ schema: commandInput }) input: CommandInput,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<z.infer<typeof commandAccepted>> {
    const device = this.devices.get(id, territory)
    return { id: await this.commands.send(device.id, input, request.principal?.username ?? '') }
  }
}
