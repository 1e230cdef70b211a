import { Body, Controller, Get, Put } from '@nestjs/common'
import { type Holiday, holiday, holidaysInput } from '@osprey/core/api/rules'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { Holidays } from './holidays.ts'

@Controller('api/holidays')
export class HolidaysController {
  constructor(private readonly holidays: Holidays) {}

  @Get()
  @Endpoint({ summary: 'The public holidays that schedules refer to, by date', answer: z.array(holiday) })
  list(): readonly Holiday[] {
    return this.holidays.list()
  }

  @Put()
  @Endpoint({ summary: 'Replace the public holidays', answer: z.array(holiday) })
  save(@Body({ schema: holidaysInput }) input: z.infer<typeof holidaysInput>): Promise<readonly Holiday[]> {
    return this.holidays.save(input.holidays)
  }
}
