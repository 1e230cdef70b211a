import { type CanActivate, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
import type { Logger } from 'pino'
import { ProblemException } from '../http/problem.ts'
import { ruleOf } from '../http/routes.ts'
import type { Rule } from './access-table.ts'
import type { AuthenticationEvents } from './authentication-events.ts'
import { addressOf } from './peer.ts'
import type { Principal } from './principal.ts'

export type AccessVerdict =
  | { allowed: true }
  | { allowed: false; reason: 'not_logged_in' | 'not_allowed' | 'second_factor_due' | 'read_only' }

const ALLOWED: AccessVerdict = { allowed: true }
const refused = (reason: Extract<AccessVerdict, { allowed: false }>['reason']): AccessVerdict => ({
  allowed: false,
  reason,
})

/** May `principal` call a route of this rule? What of it they see is decided by their territory. */
export function mayCall(
  rule: Rule | undefined,
  method: string,
  principal: Principal | undefined,
): AccessVerdict {
  if (rule?.reach === 'public') return ALLOWED
  if (!principal) return refused('not_logged_in')
  if (rule === undefined) return refused('not_allowed')
  if (rule.reach === 'own') {
    if (principal.via === 'metrics' || principal.via === 'token') return refused('not_allowed')
    if (principal.visitor && !isRead(method)) return refused('read_only')
    return principal.secondFactorDue && rule.settled ? refused('second_factor_due') : ALLOWED
  }
  if (principal.secondFactorDue) return refused('second_factor_due')
  if (!principal.permissions.has(rule.permission)) return refused('not_allowed')
  if (rule.reach === 'whole' && principal.jurisdictions !== null) return refused('not_allowed')
  return ALLOWED
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

const DETAILS = {
  not_allowed: 'your role does not allow this',
  read_only: 'guests may look and change nothing',
  second_factor_due: 'set up a second factor first: this account must have one',
}

/** Default deny on every route. Whoever is known and turned away is on record; the log has strangers too. */
export class AccessGuard implements CanActivate {
  constructor(
    private readonly events: Pick<AuthenticationEvents, 'denied'>,
    private readonly log: Logger,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>()
    const { method, path, principal } = request
    const rule = ruleOf(context.getClass(), context.getHandler())
    const verdict = mayCall(rule, method, principal)
    if (verdict.allowed) return true
    if (verdict.reason === 'not_logged_in' || !principal) {
      this.log.info({ event: 'stranger', method, path, address: addressOf(request) }, 'not logged in')
      throw new ProblemException(401, 'log in first')
    }
    await this.events.denied(principal, method, path, verdict.reason)
    throw new ProblemException(403, DETAILS[verdict.reason])
  }
}
