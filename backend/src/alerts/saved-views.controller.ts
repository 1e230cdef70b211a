import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common'
import { type SavedView, savedView, savedViewInput } from '@osprey/core/api/alerts'
import type { Request } from 'express'
import { z } from 'zod'
import type { Principal } from '../access/principal.ts'
import { Endpoint } from '../http/endpoint.ts'
import { SavedViews } from './saved-views.ts'

@Controller('api/session/alert-views')
export class SavedViewsController {
  constructor(private readonly views: SavedViews) {}

  @Get()
  @Endpoint({ summary: 'The own saved searches of the inbox, by name', answer: z.array(savedView) })
  list(@Req() request: Request): Promise<SavedView[]> {
    return this.views.list(request.principal as Principal)
  }

  @Post()
  @Endpoint({
    summary: 'Save a search of the inbox; one of the same name is replaced',
    answer: savedView,
    problems: [409],
  })
  save(
    @Body({ schema: savedViewInput }) input: z.infer<typeof savedViewInput>,
    @Req() request: Request,
  ): Promise<SavedView> {
    return this.views.save(request.principal as Principal, input)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a saved search', problems: [404] })
  remove(@Param('id') id: string, @Req() request: Request): Promise<void> {
    return this.views.remove(request.principal as Principal, id)
  }
}
