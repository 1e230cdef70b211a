import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common'
import {
  type RecoveryCodesView,
  recoveryCodesView,
  type SecondFactorStart,
  secondFactorBegin,
  secondFactorConfirm,
  secondFactorProof,
  secondFactorStart,
} from '@osprey/core/api/people'
import type { Request } from 'express'
import type { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import { OwnAccount } from './own-account.ts'
import type { Principal } from './principal.ts'
import { SecondFactor } from './second-factor.ts'

type Proof = z.infer<typeof secondFactorProof>

@Controller('api/session/second-factor')
export class SecondFactorController {
  constructor(
    private readonly own: OwnAccount,
    private readonly secondFactor: SecondFactor,
  ) {}

  @Post()
  @HttpCode(200)
  @Endpoint({
    summary: 'A new secret for an authenticator app; it counts once a code confirms it',
    answer: secondFactorStart,
    problems: [409, 429, 503],
  })
  begin(
    @Body({ schema: secondFactorBegin }) { current }: z.infer<typeof secondFactorBegin>,
    @Req() request: Request,
  ): Promise<SecondFactorStart> {
    return this.own.beginSecondFactor(request.principal as Principal, current, request)
  }

  @Post('confirm')
  @HttpCode(200)
  @Endpoint({
    summary: 'Turn the second factor on with a first code; answers the recovery codes',
    answer: recoveryCodesView,
    problems: [409, 429],
  })
  async confirm(
    @Body({ schema: secondFactorConfirm }) { code }: Proof,
    @Req() request: Request,
  ): Promise<RecoveryCodesView> {
    const { account, attempt } = await this.own.of(request.principal as Principal, request)
    return this.secondFactor.confirm(account, code, attempt, request)
  }

  @Post('disable')
  @HttpCode(204)
  @Endpoint({ summary: 'Turn the second factor off', problems: [409, 429] })
  async disable(
    @Body({ schema: secondFactorProof }) { code }: Proof,
    @Req() request: Request,
  ): Promise<void> {
    const { account, attempt } = await this.own.of(request.principal as Principal, request)
    await this.secondFactor.disable(account, code, attempt, request)
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @Endpoint({
    summary: 'New recovery codes; the old ones end',
    answer: recoveryCodesView,
    problems: [409, 429],
  })
  async renewRecoveryCodes(
    @Body({ schema: secondFactorProof }) { code }: Proof,
    @Req() request: Request,
  ): Promise<RecoveryCodesView> {
    const { account, attempt } = await this.own.of(request.principal as Principal, request)
    return this.secondFactor.renewRecoveryCodes(account, code, attempt, request)
  }
}
