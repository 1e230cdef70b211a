import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common'
import {
  type TokenCreated,
  type TokenInput,
  type TokenView,
  tokenCreated,
  tokenInput,
  tokenView,
} from '@osprey/core/api/people'
import type { Request } from 'express'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import type { Principal } from './principal.ts'
import { ApiTokens } from './tokens.ts'

@Controller('api/session/tokens')
export class TokensController {
  constructor(private readonly tokens: ApiTokens) {}

  @Get()
  @Endpoint({ summary: 'The own API tokens, without their secrets', answer: z.array(tokenView) })
  list(@Req() request: Request): Promise<TokenView[]> {
    return this.tokens.list(request.principal as Principal)
  }

  @Post()
  @Endpoint({
    summary: 'Create an API token; its secret is shown this once',
    answer: tokenCreated,
    problems: [409, 429, 503],
  })
  create(@Body({ schema: tokenInput }) input: TokenInput, @Req() request: Request): Promise<TokenCreated> {
    return this.tokens.create(request.principal as Principal, input, request)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'End an API token', problems: [404] })
  async revoke(@Param('id') id: string, @Req() request: Request): Promise<void> {
    await this.tokens.revoke(request.principal as Principal, id)
  }
}
