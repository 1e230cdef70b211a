import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common'
import {
  type JurisdictionDetail,
  type JurisdictionInput,
  type JurisdictionPatch,
  type JurisdictionView,
  jurisdictionDetail,
  jurisdictionInput,
  jurisdictionPatch,
  jurisdictionsImported,
  jurisdictionView,
} from '@osprey/core/api/jurisdictions'
import type { Request } from 'express'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { notFound, ProblemException } from '../http/problem.ts'
import { readJurisdictions } from './jurisdiction-file.ts'
import { Jurisdictions } from './jurisdictions.ts'
import { Territories } from './territories.ts'
import type { Territory } from './territory.ts'
import { Within } from './within.ts'

@Controller('api/jurisdictions')
export class JurisdictionsController {
  constructor(
    private readonly jurisdictions: Jurisdictions,
    private readonly territories: Territories,
  ) {}

  @Get()
  @Endpoint({
    summary: 'The own jurisdictions and what is part of them, by id; all for the whole territory',
    answer: z.array(jurisdictionView),
  })
  async list(@Within() territory: Territory, @Req() request: Request): Promise<JurisdictionView[]> {
    const complete = await this.completer(territory, request)
    return this.jurisdictions
      .list()
      .flatMap((one) => (territory.hasJurisdiction(one.id) ? complete(one) : []))
  }

  @Post()
  @Endpoint({ summary: 'Create a jurisdiction', answer: jurisdictionDetail, problems: [409, 413] })
  async create(
    @Body({ schema: jurisdictionInput }) input: JurisdictionInput,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<JurisdictionDetail> {
    await this.jurisdictions.create(input)
    return this.get(input.id, territory, request)
  }

  @Post('import')
  @HttpCode(200)
  @Endpoint({
    summary: 'Create or replace jurisdictions from a GeoJSON file, all or none',
    accepts: ['application/geo+json'],
    answer: jurisdictionsImported,
    problems: [409, 413, 415, 422],
  })
  import(@Req() request: Request): Promise<z.infer<typeof jurisdictionsImported>> {
    if (typeof request.body !== 'string') {
      throw new ProblemException(415, 'expected GeoJSON as application/geo+json')
    }
    const all = readJurisdictions(request.body, (id) => this.jurisdictions.has(id))
    return this.jurisdictions.putAll(all)
  }

  @Get(':id')
  @Endpoint({ summary: 'A jurisdiction with its polygon', answer: jurisdictionDetail, problems: [404] })
  async get(
    @Param('id') id: string,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<JurisdictionDetail> {
    if (!territory.hasJurisdiction(id)) throw notFound('jurisdiction', id)
    const { geometry, ...found } = this.jurisdictions.get(id)
    return { ...(await this.completer(territory, request))(found), geometry }
  }

  @Patch(':id')
  @Endpoint({ summary: 'Change a jurisdiction', answer: jurisdictionDetail, problems: [404, 413] })
  async update(
    @Param('id') id: string,
    @Body({ schema: jurisdictionPatch }) patch: JurisdictionPatch,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<JurisdictionDetail> {
    await this.jurisdictions.update(id, patch)
    return this.get(id, territory, request)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({
    summary: 'Remove a jurisdiction that has no parts and no people',
    problems: [404, 409],
  })
  remove(@Param('id') id: string): Promise<void> {
    return this.jurisdictions.remove(id)
  }

  /** Adds the counts. What a jurisdiction is part of is shown only to whoever reaches that too. */
  private async completer({ hasJurisdiction }: Territory, { principal }: Request) {
    const stations = this.territories.stationCounts()
    const mayCount = principal?.permissions.has('accounts:read') && principal.jurisdictions === null
    const accounts = mayCount ? await this.jurisdictions.accountCounts() : undefined
    return ({ id, name, parent }: Pick<JurisdictionView, 'id' | 'name' | 'parent'>): JurisdictionView => ({
      id,
      name,
      parent: parent !== null && hasJurisdiction(parent) ? parent : null,
      stations: stations.get(id) ?? 0,
      accounts: accounts ? (accounts.get(id) ?? 0) : null,
    })
  }
}
