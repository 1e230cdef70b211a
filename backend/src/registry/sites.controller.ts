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
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { Sites } from './sites.ts'

@Controller('api/sites')
export class SitesController {
  constructor(private readonly sites: Sites) {}

  @Get()
  @Endpoint({ summary: 'The supervised sites', answer: z.array(siteView) })
  list(@Within() territory: Territory): SiteView[] {
    return this.sites.list(territory)
  }

  @Post()
  @Endpoint({ summary: 'Register a site', answer: siteView, problems: [409] })
  create(@Body({ schema: siteInput }) input: SiteInput, @Within() territory: Territory): Promise<SiteView> {
    return this.sites.create(input, territory)
  }

  @Get(':id')
  @Endpoint({ summary: 'One site', answer: siteView, problems: [404] })
  get(@Param('id') id: string, @Within() territory: Territory): SiteView {
    return this.sites.get(id, territory)
  }

  @Patch(':id')
  @Endpoint({ summary: 'Change a site', answer: siteView, problems: [404, 409] })
  update(
    @Param('id') id: string,
    @Body({ schema: sitePatch }) patch: SitePatch,
    @Within() territory: Territory,
  ): Promise<SiteView> {
    return this.sites.update(id, patch, territory)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a site; its stations stay', problems: [404, 409] })
  remove(@Param('id') id: string, @Within() territory: Territory): Promise<void> {
    return this.sites.remove(id, territory)
  }
}
