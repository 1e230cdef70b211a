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
import { Commands } from './commands.ts'

@Controller('api/devices/:id/commands')
export class CommandsController {
  constructor(
    private readonly devices: Devices,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Endpoint({
    access: 'reader',
    summary: 'Newest commands to a device and what became of them',
    answer: z.array(commandView),
    problems: [404],
  })
  list(@Param('id') id: string): Promise<CommandView[]> {
    return this.commands.list(this.devices.get(id).id)
  }

  @Post()
  @HttpCode(202)
  @Endpoint({
    access: 'reader',
    summary: 'Send a command to a device, at once or when it connects',
    answer: commandAccepted,
    problems: [404, 409],
  })
  async send(
    @Param('id') id: string,
    @Body({ schema: commandInput }) input: CommandInput,
    @Req() request: Request,
  ): Promise<z.infer<typeof commandAccepted>> {
    const device = this.devices.get(id)
    return { id: await this.commands.send(device.id, input, request.principal?.username ?? '') }
  }
}
