import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common'
import {
  type DeviceInput,
  type DevicePatch,
  type DeviceSecret,
  type DeviceView,
  deviceInput,
  devicePatch,
  deviceSecret,
  deviceSecrets,
  devicesInput,
  deviceView,
} from '@osprey/core/api'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { LedgerReader } from '../refusals/ledger.controller.ts'
import { Devices } from './devices.ts'
import { PresenceBoard } from './presence.ts'
import { type Device, Registry } from './registry.ts'

@Controller('api/devices')
export class DevicesController {
  constructor(
    private readonly registry: Registry,
    private readonly devices: Devices,
    private readonly presence: PresenceBoard,
    private readonly ledger: LedgerReader,
  ) {}

  @Get()
  @Endpoint({ access: 'reader', summary: 'Every device and its connection', answer: z.array(deviceView) })
  list(): DeviceView[] {
    return [...this.registry.devices.values()].map((device) => this.view(device))
  }

  @Post()
  @Endpoint({
    access: 'reader',
    summary: 'Register a device; its secret is shown this once',
    answer: deviceSecret,
    problems: [409],
  })
  async create(@Body({ schema: deviceInput }) input: DeviceInput): Promise<DeviceSecret> {
    const [created] = await this.devices.create([input])
    return created as DeviceSecret
  }

  @Post('bulk')
  @Endpoint({
    access: 'reader',
    summary: 'Register many devices, all or none',
    answer: deviceSecrets,
    problems: [409, 413],
  })
  async createMany(
    @Body({ schema: devicesInput }) { devices }: z.infer<typeof devicesInput>,
  ): Promise<z.infer<typeof deviceSecrets>> {
    return { devices: await this.devices.create(devices) }
  }

  @Get(':id')
  @Endpoint({ access: 'reader', summary: 'One device', answer: deviceView, problems: [404] })
  get(@Param('id') id: string): DeviceView {
    return this.view(this.devices.get(id))
  }

  @Patch(':id')
  @Endpoint({
    access: 'reader',
    summary: 'Disable, enable or reassign a device',
    answer: deviceView,
    problems: [404],
  })
  async update(
    @Param('id') id: string,
    @Body({ schema: devicePatch }) patch: DevicePatch,
  ): Promise<DeviceView> {
    return this.view(await this.devices.update(id, patch))
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ access: 'reader', summary: 'Remove a device; what it sent is kept', problems: [404] })
  remove(@Param('id') id: string): Promise<void> {
    return this.devices.remove(id)
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Endpoint({
    access: 'reader',
    summary: 'Give a device a new secret; the old one ends at once',
    answer: deviceSecret,
    problems: [404],
  })
  rotate(@Param('id') id: string): Promise<DeviceSecret> {
    return this.devices.rotate(id)
  }

  private view({ id, stations, units, disabled, createdAt, rotatedAt }: Device): DeviceView {
    const presence = this.presence.get(id)
    const lastMessageAt = this.ledger.device(id)?.lastMessageAt ?? null
    return {
      id,
      stations,
      units,
      disabled,
      createdAt: createdAt.toISOString(),
      rotatedAt: rotatedAt.toISOString(),
      connected: presence?.connected ?? false,
      connectedSince: presence?.connected ? presence.since.toISOString() : null,
      lastMessageAt: lastMessageAt === null ? null : new Date(lastMessageAt).toISOString(),
      status: presence?.status ? parsed(presence.status) : null,
    }
  }
}

/** Kept cut to a length, so it may not parse any more. */
function parsed(status: string): unknown {
  try {
    return JSON.parse(status)
  } catch {
    return status
  }
}
