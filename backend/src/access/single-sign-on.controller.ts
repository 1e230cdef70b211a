import { Controller, Get, HttpCode, Req, Res } from '@nestjs/common'
import type { Request, Response } from 'express'
import { Endpoint } from '../http/endpoint.ts'
import { ProblemException } from '../http/problem.ts'
import { setLogInCookies } from './cookies.ts'
import { cookieOf, isSecure } from './peer.ts'
import { Sessions } from './sessions.ts'
import { SIGN_ON_COOKIE, SIGN_ON_MS, SIGN_ON_PATH, SingleSignOn } from './single-sign-on.ts'

@Controller('api/session/oidc')
export class SingleSignOnController {
  constructor(
    private readonly singleSignOn: SingleSignOn,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  @HttpCode(302)
  @Endpoint({
    summary: 'Log in through the OpenID Connect provider: sends the browser there',
    problems: [404],
  })
  async begin(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!this.singleSignOn.offer(request)) throw new ProblemException(404, 'single sign-on is not set up')
    // A page of another site must not have a person logged in anew, or their session ended.
    if (request.headers['sec-fetch-site'] === 'cross-site')
      throw new ProblemException(403, 'open the log-in page and begin there')
    const begun = await this.singleSignOn.begin(request)
    if (!begun.ok) return response.redirect(302, problemPage(begun.problem))
    // The provider's page leads back here: a strict cookie would stay behind.
    setSignOnCookie(response, begun.cookie, SIGN_ON_MS)
    response.redirect(302, begun.url)
  }

  @Get('callback')
  @HttpCode(302)
  @Endpoint({ summary: 'Where the OpenID Connect provider sends the browser back to' })
  async complete(@Req() request: Request, @Res() response: Response): Promise<void> {
    const query = request.originalUrl.replace(/^[^?]*/, '')
    const result = await this.singleSignOn.complete(query, cookieOf(request, SIGN_ON_COOKIE), request)
    setSignOnCookie(response, '', 0)
    if (!result.ok) return response.redirect(302, problemPage(result.problem))
    setLogInCookies(response, result.loggedIn, this.sessions.longestMs)
    response.redirect(302, '/')
  }
}

function problemPage(problem: string): string {
  return `/#/?problem=${problem}`
}

function setSignOnCookie(response: Response, value: string, maxAge: number): void {
  const secure = isSecure(response.req)
  response.cookie(SIGN_ON_COOKIE, value, {
    httpOnly: true,
    sameSite: 'lax',
    path: SIGN_ON_PATH,
    secure,
    maxAge,
  })
}
