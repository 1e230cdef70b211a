import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common'
import {
  type AccountCreated,
  type AccountInput,
  type AccountLinkView,
  type AccountPatch,
  type AccountView,
  accountCreated,
  accountInput,
  accountLinkView,
  accountPatch,
  accountView,
} from '@osprey/core/api/people'
import type { Request } from 'express'
import { z } from 'zod'
import type { Principal } from '../access/principal.ts'
import { Endpoint } from '../http/endpoint.ts'
import { Accounts } from './accounts.ts'
import { requestedOrigin } from './links.ts'

@Controller('api/accounts')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Get()
  @Endpoint({ summary: 'The accounts of people', answer: z.array(accountView) })
  list(): Promise<AccountView[]> {
    return this.accounts.list()
  }

  @Post()
  @Endpoint({
    summary: 'Make an account, and a link with which its person chooses a password',
    answer: accountCreated,
    problems: [409],
  })
  create(
    @Body({ schema: accountInput }) input: AccountInput,
    @Req() request: Request,
  ): Promise<AccountCreated> {
    return this.accounts.create(input, principalOf(request), requestedOrigin(request))
  }

  @Get(':username')
  @Endpoint({ summary: 'One account', answer: accountView, problems: [404] })
  get(@Param('username') username: string): Promise<AccountView> {
    return this.accounts.get(username)
  }

  @Patch(':username')
  @Endpoint({
    summary: 'Change an account; disabling it ends its sessions, tokens and links at once',
    answer: accountView,
    problems: [404, 409],
  })
  update(
    @Param('username') username: string,
    @Body({ schema: accountPatch }) patch: AccountPatch,
    @Req() request: Request,
  ): Promise<AccountView> {
    return this.accounts.update(username, patch, principalOf(request))
  }

  @Delete(':username')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove an account', problems: [404, 409] })
  remove(@Param('username') username: string, @Req() request: Request): Promise<void> {
    return this.accounts.remove(username, principalOf(request))
  }

  @Post(':username/link')
  @Endpoint({
    summary: 'Make a new link with which the person chooses a password; earlier ones work no more',
    answer: accountLinkView,
    problems: [404, 409],
  })
  createLink(@Param('username') username: string, @Req() request: Request): Promise<AccountLinkView> {
    return this.accounts.createLink(username, principalOf(request), requestedOrigin(request))
  }

  @Delete(':username/sessions')
  @HttpCode(204)
  @Endpoint({ summary: 'End all sessions and API tokens of an account', problems: [404] })
  endSessions(@Param('username') username: string, @Req() request: Request): Promise<void> {
    return this.accounts.endSessions(username, principalOf(request))
  }

  @Delete(':username/second-factor')
  @HttpCode(204)
  @Endpoint({ summary: 'Take away a second factor that was lost', problems: [404, 409] })
  removeSecondFactor(@Param('username') username: string, @Req() request: Request): Promise<void> {
    return this.accounts.removeSecondFactor(username, principalOf(request))
  }
}

function principalOf(request: Request): Principal {
  return request.principal as Principal
}
