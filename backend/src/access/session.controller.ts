import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common'
import {
  loginInput,
  passwordInput,
  type SessionOptions,
  type SessionView,
  sessionOptions,
  sessionView,
} from '@osprey/core/api/people'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { setCookie, setLogInCookies } from './cookies.ts'
import { LogIn } from './log-in.ts'
import { OwnAccount } from './own-account.ts'
import type { Principal } from './principal.ts'
import { SESSION_COOKIE, Sessions } from './sessions.ts'
import { SingleSignOn } from './single-sign-on.ts'

@Controller('api/session')
export class SessionController {
  constructor(
    private readonly logIns: LogIn,
    private readonly sessions: Sessions,
    private readonly singleSignOn: SingleSignOn,
    private readonly own: OwnAccount,
  ) {}

  @Post()
  @HttpCode(200)
  @Endpoint({ summary: 'Log in', answer: sessionView, problems: [429, 503] })
  async logIn(
    @Body({ schema: loginInput }) input: z.infer<typeof loginInput>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const loggedIn = await this.logIns.withPassword(input, request)
    setLogInCookies(response, loggedIn, this.sessions.longestMs)
    return this.own.view(loggedIn.principal)
  }

  @Get()
  @Endpoint({ summary: 'Who is logged in', answer: sessionView })
  current(@Req() request: Request): Promise<SessionView> {
    return this.own.view(request.principal as Principal)
  }

  @Delete()
  @HttpCode(204)
  @Endpoint({ summary: 'Log out' })
  async logOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    if (request.principal) await this.sessions.logOut(request.principal)
    setCookie(response, SESSION_COOKIE, '', 0)
  }

  @Put('password')
  @HttpCode(204)
  @Endpoint({
    summary: 'Change the own password, or as operator that of the administrator; other sessions end',
    problems: [409, 429, 503],
  })
  async changePassword(
    @Body({ schema: passwordInput }) input: z.infer<typeof passwordInput>,
    @Req() request: Request,
  ): Promise<void> {
    await this.own.changePassword(request.principal as Principal, input, request)
  }

  @Get('options')
  @Endpoint({
    summary: 'Ways to log in that are open to this client',
    answer: sessionOptions,
  })
  options(@Req() request: Request): SessionOptions {
    return {
      visit: this.logIns.mayVisit(request),
      singleSignOn: this.singleSignOn.offer(request),
      passwordReset: this.own.canMailLinks,
    }
  }

  @Post('visit')
  @HttpCode(200)
  @Endpoint({
    summary: 'Look around without a password (demonstration mode)',
    answer: sessionView,
  })
  async visit(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SessionView> {
    const loggedIn = await this.logIns.visit(request)
    setLogInCookies(response, loggedIn, this.sessions.longestMs)
    return this.own.view(loggedIn.principal)
  }
}
