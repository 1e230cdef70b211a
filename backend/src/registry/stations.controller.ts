import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common'
import {
  exportQuery,
  type ImportResult,
  importQuery,
  importResult,
  type StationInput,
  type StationPatch,
  type StationView,
  stationCollection,
  stationInput,
  stationPatch,
  stationView,
} from '@osprey/core/api'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { sendText } from '../http/send-text.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { StationFiles } from './station-files.ts'
import { StationJson } from './station-json.ts'
import { Stations } from './stations.ts'

const FILES = ['text/csv', 'application/geo+json']

@Controller('api/stations')
export class StationsController {
  constructor(
    private readonly stations: Stations,
    private readonly json: StationJson,
    private readonly files: StationFiles,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Every station with its state and latest values',
    answer: stationCollection,
  })
  async list(
    @Within() territory: Territory,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendText(request, response, 'application/geo+json', await this.json.collection(territory))
  }

  @Post()
  @Endpoint({ summary: 'Register a station', answer: stationView, problems: [409] })
  async create(
    @Body({ schema: stationInput }) input: StationInput,
    @Within() territory: Territory,
  ): Promise<StationView> {
    return this.json.single(await this.stations.create(input, territory))
  }

  @Post('import')
  @HttpCode(200)
  @Endpoint({
    summary: 'Create or replace stations from a CSV or GeoJSON file, all or none',
    accepts: FILES,
    answer: importResult,
    problems: [409, 413, 415],
  })
  import(
    @Query({ schema: importQuery }) { dryRun }: z.infer<typeof importQuery>,
    @Within() territory: Territory,
    @Req() request: Request,
  ): Promise<ImportResult> {
    return this.files.import(request.body, request.headers['content-type'], dryRun === 'true', territory)
  }

  @Get('export')
  @Endpoint({
    summary: 'All stations as a file to keep, edit and import again',
    answer: FILES,
  })
  export(
    @Query({ schema: exportQuery }) { format }: z.infer<typeof exportQuery>,
    @Within() territory: Territory,
    @Res() response: Response,
  ): void {
    const stations = this.stations.within(territory)
    response.attachment(`stations.${format}`)
    if (format === 'csv') response.type('text/csv').send(this.files.csv(stations))
    else response.type('application/geo+json').send(this.files.geoJson(stations))
  }

  @Get(':id')
  @Endpoint({
    summary: 'One station with its datastreams',
    answer: stationView,
    problems: [404],
  })
  get(@Param('id') id: string, @Within() territory: Territory): StationView {
    return this.json.single(this.stations.get(id, territory))
  }

  @Patch(':id')
  @Endpoint({ summary: 'Change a station', answer: stationView, problems: [404] })
  async update(
    @Param('id') id: string,
    @Body({ schema: stationPatch }) patch: StationPatch,
    @Within() territory: Territory,
  ): Promise<StationView> {
    return this.json.single(await this.stations.update(id, patch, territory))
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a station; its observations are kept', problems: [404] })
  remove(@Param('id') id: string, @Within() territory: Territory): Promise<void> {
    return this.stations.remove(id, territory)
  }
}
