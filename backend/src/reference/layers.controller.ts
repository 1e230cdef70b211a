import { Controller, Delete, Get, HttpCode, Param, Put, Query, Req, Res } from '@nestjs/common'
import { geoJson, type LayerView, layerQuery, layerView } from '@osprey/core/api'
import { identifier } from '@osprey/core/api/fields'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { ProblemException } from '../http/problem.ts'
import { sendText } from '../http/send-text.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { Layers } from './layers.ts'

@Controller('api/layers')
export class LayersController {
  constructor(private readonly layers: Layers) {}

  @Get()
  @Endpoint({ summary: 'The map layers', answer: z.array(layerView) })
  list(@Within() territory: Territory): Promise<LayerView[]> {
    return this.layers.list(territory)
  }

  @Get(':id')
  @Endpoint({ summary: 'The GeoJSON of a layer', answer: geoJson, problems: [404] })
  async get(
    @Param('id') id: string,
    @Within() territory: Territory,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendText(request, response, 'application/geo+json', await this.layers.get(id, territory))
  }

  @Put(':id')
  @Endpoint({
    summary: 'Create or replace a layer',
    accepts: ['application/geo+json'],
    answer: layerView,
    problems: [409, 413, 415],
  })
  put(
    @Param('id', { schema: identifier }) id: string,
    @Query({ schema: layerQuery }) query: z.infer<typeof layerQuery>,
    @Req() request: Request,
  ): Promise<LayerView> {
    if (typeof request.body !== 'string') {
      throw new ProblemException(415, 'expected GeoJSON as application/geo+json')
    }
    return this.layers.put(id, query, request.body)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a layer', problems: [404] })
  remove(@Param('id') id: string): Promise<void> {
    return this.layers.remove(id)
  }
}
