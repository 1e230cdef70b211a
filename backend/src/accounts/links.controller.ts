import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common'
import { type LinkView, linkInput, linkRedeemInput, linkView, resetInput } from '@osprey/core/api/people'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { addressOf } from '../access/peer.ts'
import { RateWindow } from '../access/rate-window.ts'
import { addressKey } from '../access/throttle.ts'
import { Endpoint } from '../http/endpoint.ts'
import { ProblemException } from '../http/problem.ts'
import { LiveHub } from '../live/live.ts'
import { Links } from './links.ts'
import { Notices } from './notices.ts'
import { ResetRequests } from './reset-requests.ts'

/** Wrong links of one address; nobody guesses 256 bits, but each costs a line in the audit log. */
const REFUSALS_PER_ADDRESS = 20
const WINDOW_MS = 15 * 60_000

/** What a person does who cannot log in yet, or no more. Open to everyone. */
@Controller('api/session')
export class LinksController {
  private readonly refusals = new RateWindow(REFUSALS_PER_ADDRESS, WINDOW_MS)

  constructor(
    private readonly links: Links,
    private readonly resets: ResetRequests,
    private readonly notices: Notices,
    private readonly live: LiveHub,
  ) {}

  @Post('reset')
  @HttpCode(202)
  @Endpoint({
    summary:
      'Ask for a link to a new password by mail; the answer is the same whether there is such an account',
    problems: [409],
  })
  reset(
    @Body({ schema: resetInput }) { username }: z.infer<typeof resetInput>,
    @Res({ passthrough: true }) response: Response,
  ): void {
    if (!this.resets.available) {
      throw new ProblemException(409, 'this installation sends no mail: ask an administrator for a link')
    }
    const request = this.resets.taken(username)
    // After the answer, so that nothing that is done about it can show in the answer's time.
    response.once('close', request)
  }

  @Post('link')
  @HttpCode(200)
  @Endpoint({ summary: 'Whom a one-time link is for', answer: linkView, problems: [404, 429] })
  view(
    @Body({ schema: linkInput }) { token }: z.infer<typeof linkInput>,
    @Req() request: Request,
  ): Promise<LinkView> {
    return this.unlessGuessing(request, () => this.links.view(token))
  }

  @Post('link/redeem')
  @HttpCode(204)
  @Endpoint({
    summary: 'Choose a password with a one-time link; all sessions of the account end',
    problems: [404, 429, 503],
  })
  async redeem(
    @Body({ schema: linkRedeemInput }) { token, password }: z.infer<typeof linkRedeemInput>,
    @Req() request: Request,
  ): Promise<void> {
    const username = await this.unlessGuessing(request, () => this.links.redeem(token, password))
    this.live.disconnect((identity) => identity.username === username)
    await this.notices.passwordChanged(username)
  }

  /** @throws ProblemException 429 for an address that tried too many links that are none. */
  private async unlessGuessing<Result>(request: Request, work: () => Promise<Result>): Promise<Result> {
    const key = addressKey(addressOf(request))
    const verdict = this.refusals.judge(key, Date.now())
    if (!verdict.allowed) throw tooMany(verdict.retryAfterMs)
    // Counted as long as it is under way, so that a thousand at once count too.
    this.refusals.count(key, Date.now())
    let refused = false
    try {
      return await work()
    } catch (error) {
      refused = error instanceof ProblemException && error.getStatus() === 404
      throw error
    } finally {
      if (!refused) this.refusals.takeBack(key)
    }
  }
}

function tooMany(retryAfterMs: number): ProblemException {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return new ProblemException(429, `too many links that do not work, try again in ${seconds} s`, [], {
    'Retry-After': String(seconds),
  })
}
