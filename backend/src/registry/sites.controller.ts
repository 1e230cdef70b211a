import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common'
import {
  type SiteInput,
  type SitePatch,
  type SiteView,
  siteInput,
  sitePatch,
  siteView,
} from '@osprey/core/api'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { Sites } from './sites.ts'

@Controller('api/sites')
export class SitesController {
  constructor(private readonly sites: Sites) {}

  @Get()
  @Endpoint({ access: 'reader', summary: 'The supervised sites', answer: z.array(siteView) })
  list(): SiteView[] {
    return this.sites.list()
  }

  @Post()
  @Endpoint({ access: 'reader', summary: 'Register a site', answer: siteView, problems: [409] })
  create(@Body({ schema: siteInput }) input: SiteInput): Promise<SiteView> {
    return this.sites.create(input)
  }

  @Get(':id')
  @Endpoint({ access: 'reader', summary: 'One site', answer: siteView, problems: [404] })
  get(@Param('id') id: string): SiteView {
    return this.sites.get(id)
  }

  @Patch(':id')
  @Endpoint({ access: 'reader', summary: 'Change a site', answer: siteView, problems: [404] })
  update(@Param('id') id: string, @Body({ schema: sitePatch }) patch: SitePatch): Promise<SiteView> {
    return this.sites.update(id, patch)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ access: 'reader', summary: 'Remove a site; its stations stay', problems: [404] })
  remove(@Param('id') id: string): Promise<void> {
    return this.sites.remove(id)
  }
}
