import { Body, Controller, Get, Post } from '@nestjs/common'
import { type PropertyInput, type PropertyView, propertyInput, propertyView } from '@osprey/core/api'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { Properties } from './properties.ts'

@Controller('api/properties')
export class PropertiesController {
  constructor(private readonly properties: Properties) {}

  @Get()
  @Endpoint({
    summary: 'Observed properties, built-in and added, with their level scales',
    answer: z.array(propertyView),
  })
  list(): PropertyView[] {
    return this.properties.list()
  }

  @Post()
  @Endpoint({ summary: 'Add an observed property', answer: propertyView, problems: [409] })
  create(@Body({ schema: propertyInput }) input: PropertyInput): Promise<PropertyView> {
    return this.properties.create(input)
  }
}
