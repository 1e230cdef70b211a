import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common'
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
  devicesQuery,
  deviceView,
} from '@osprey/core/api'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { LedgerReader } from '../refusals/ledger.controller.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { pageOfDevices } from './device-list.ts'
import { Devices } from './devices.ts'
import { type Presence, PresenceBoard } from './presence.ts'
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
  @Endpoint({ summary: 'Devices and their connection, by id', answer: z.array(deviceView) })
  list(
    @Query({ schema: devicesQuery }) query: z.infer<typeof devicesQuery>,
    @Within() territory: Territory,
  ): DeviceView[] {
    const devices = [...this.registry.devices.values()].filter(({ id }) => territory.hasDevice(id))
    const isConnected = (id: string) => this.presence.get(id)?.connected ?? false
    const page = pageOfDevices(devices, query, isConnected)
    return page.map((device) => this.view(device))
  }

  @Post()
  @Endpoint({
    summary: 'Register a device; its secret is shown this once',
    answer: deviceSecret,
    problems: [409],
  })
  async create(
    @Body({ schema: deviceInput }) input: DeviceInput,
    @Within() territory: Territory,
  ): Promise<DeviceSecret> {
    const [created] = await this.devices.create([input], territory)
    return created as DeviceSecret
  }

  @Post('bulk')
  @Endpoint({
    summary: 'Register many devices, all or none',
    answer: deviceSecrets,
    problems: [409, 413],
  })
  async createMany(
    @Body({ schema: devicesInput }) { devices }: z.infer<typeof devicesInput>,
    @Within() territory: Territory,
  ): Promise<z.infer<typeof deviceSecrets>> {
    return { devices: await this.devices.create(devices, territory) }
  }

  @Get(':id')
  @Endpoint({ summary: 'One device', answer: deviceView, problems: [404] })
  get(@Param('id') id: string, @Within() territory: Territory): DeviceView {
    return this.view(this.devices.get(id, territory))
  }

  @Patch(':id')
  @Endpoint({
    summary: 'Disable, enable or reassign a device',
    answer: deviceView,
    problems: [404],
  })
  async update(
    @Param('id') id: string,
    @Body({ schema: devicePatch }) patch: DevicePatch,
    @Within() territory: Territory,
  ): Promise<DeviceView> {
    return this.view(await this.devices.update(id, patch, territory))
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a device; what it sent is kept', problems: [404] })
  remove(@Param('id') id: string, @Within() territory: Territory): Promise<void> {
    return this.devices.remove(id, territory)
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Endpoint({
    summary: 'Give a device a new secret; the old one ends at once',
    answer: deviceSecret,
    problems: [404],
  })
  rotate(@Param('id') id: string, @Within() territory: Territory): Promise<DeviceSecret> {
    return this.devices.rotate(id, territory)
  }

  private view({ id, stations, units, authentication, disabled, createdAt, rotatedAt }: Device): DeviceView {
    const presence = this.presence.get(id)
    const lastMessageAt = this.ledger.device(id)?.lastMessageAt ?? null
    return {
      id,
      stations,
      units,
      authentication,
      disabled,
      createdAt: createdAt.toISOString(),
      rotatedAt: rotatedAt.toISOString(),
      connected: presence?.connected ?? false,
      connectedSince: presence?.connected ? presence.since.toISOString() : null,
      disconnectedSince: disconnection(presence),
      address: presence?.connected ? presence.address : null,
      lastMessageAt: lastMessageAt === null ? null : new Date(lastMessageAt).toISOString(),
      status: presence?.status ? parsed(presence.status) : null,
    }
  }
}

/** A device that only published its status has no time of disconnection. */
function disconnection(presence: Presence | undefined): string | null {
  if (presence === undefined || presence.connected || presence.since.getTime() === 0) return null
  return presence.since.toISOString()
}

/** Kept cut to a length, so it may not parse any more. */
function parsed(status: string): unknown {
  try {
    return JSON.parse(status)
  } catch {
    return status
  }
}
