import { Controller, Get, Param } from '@nestjs/common'
import { type DeviceMessageView, deviceMessageView } from '@osprey/core/api'
import { REJECTION_ADVICE } from '@osprey/core/rejections'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { reasonWithin } from '../territory/reach.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { Devices } from './devices.ts'

/** The last messages of a device as far as HTTP needs them, newest first. */
export class DeviceMessages {
  constructor(readonly of: (device: string) => DeviceMessageView[]) {}
}

@Controller('api/devices/:id/messages')
export class DeviceMessagesController {
  constructor(
    private readonly devices: Devices,
    private readonly messages: DeviceMessages,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Last messages of a device and what became of every reading in them; kept in memory',
    answer: z.array(deviceMessageView),
    problems: [404],
  })
  list(@Param('id') id: string, @Within() territory: Territory): DeviceMessageView[] {
    return this.messages
      .of(this.devices.get(id, territory).id)
      .map((message) => viewWithin(message, territory))
  }
}

/** Partly accepted messages have the advice of their first rejection, and no reason of their own. */
function viewWithin(message: DeviceMessageView, territory: Territory): DeviceMessageView {
  if (territory.whole) return message
  const { station_not_allowed: notAllowed, unknown_station: unknown } = REJECTION_ADVICE
  const reason = reasonWithin(message.reason, territory)
  const readings = message.readings.map((reading) => ({
    ...reading,
    reason: reasonWithin(reading.reason, territory),
  }))
  return { ...message, reason, readings, advice: message.advice === notAllowed ? unknown : message.advice }
}
