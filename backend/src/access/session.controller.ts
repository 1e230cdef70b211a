import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common'
import { loginInput, passwordInput, type SessionView, sessionOptions, sessionView } from '@osprey/core/api'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { LiveHub } from '../live/live.ts'
import { ABSOLUTE_MS, Access, BROWSER_COOKIE, BROWSER_MS, type Principal, SESSION_COOKIE } from './access.ts'

@Controller('api/session')
export class SessionController {
  constructor(
    private readonly access: Access,
    private readonly live: LiveHub,
  ) {}

  @Post()
  @HttpCode(200)
  @Endpoint({ access: 'public', summary: 'Log in', answer: sessionView, problems: [429, 503] })
  async logIn(
    @Body({ schema: loginInput }) { username, password }: z.infer<typeof loginInput>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const { principal, sessionToken, browserToken } = await this.access.logIn(username, password, request)
    setCookie(response, SESSION_COOKIE, sessionToken, ABSOLUTE_MS)
    setCookie(response, BROWSER_COOKIE, browserToken, BROWSER_MS)
    return view(principal)
  }

  @Get()
  @Endpoint({ access: 'reader', summary: 'Who is logged in', answer: sessionView })
  current(@Req() request: Request): SessionView {
    return view(request.principal as Principal)
  }

  @Delete()
  @HttpCode(204)
  @Endpoint({ access: 'public', summary: 'Log out' })
  async logOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const { principal } = request
    if (principal?.session) {
      await this.access.logOut(principal)
      this.live.disconnect(({ session }) => session === principal.session)
    }
    setCookie(response, SESSION_COOKIE, '', 0)
  }

  @Put('password')
  @HttpCode(204)
  @Endpoint({
    access: 'administrator',
    summary: 'Change the own password, or as operator that of the administrator; other sessions end',
    problems: [409, 429],
  })
  async changePassword(
    @Body({ schema: passwordInput }) input: z.infer<typeof passwordInput>,
    @Req() request: Request,
  ): Promise<void> {
    await this.access.changePassword(request.principal as Principal, input, request)
  }

  @Get('options')
  @Endpoint({
    access: 'public',
    summary: 'Ways to log in that are open to this client',
    answer: sessionOptions,
  })
  options(@Req() request: Request): z.infer<typeof sessionOptions> {
    return { visit: this.access.mayVisit(request) }
  }

  @Post('visit')
  @HttpCode(200)
  @Endpoint({
    access: 'public',
    summary: 'Look around without a password (demonstration mode)',
    answer: sessionView,
  })
  async visit(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SessionView> {
    const { principal, sessionToken } = await this.access.visit(request)
    setCookie(response, SESSION_COOKIE, sessionToken, ABSOLUTE_MS)
    return view(principal)
  }
}

function view({ username, role }: Principal): SessionView {
  return { user: { username, role } }
}

/** Secure where the page came over TLS, be it ended here or at a reverse proxy. */
function setCookie(response: Response, name: string, value: string, maxAge: number): void {
  const { req } = response
  const secure = req.secure || req.headers.origin?.startsWith('https://') === true
  response.cookie(name, value, { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge })
}
