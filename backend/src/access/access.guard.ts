import { type CanActivate, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
import type { Logger } from 'pino'
import { ENDPOINT, type EndpointAccess, type EndpointDeclaration } from '../http/endpoint.ts'
import { ProblemException } from '../http/problem.ts'
import type { Principal } from './access.ts'
import { addressOf } from './peer.ts'

export type AccessVerdict = { allowed: true } | { allowed: false; reason: 'not_logged_in' | 'not_allowed' }

const ALLOWED: AccessVerdict = { allowed: true }
const NOT_ALLOWED: AccessVerdict = { allowed: false, reason: 'not_allowed' }

/** May `principal` call a route of this access with this method? A route without a declaration is closed. */
export function mayCall(
  access: EndpointAccess | undefined,
  method: string,
  principal: Principal | undefined,
): AccessVerdict {
  if (access === 'public') return ALLOWED
  if (!principal) return { allowed: false, reason: 'not_logged_in' }
  if (access === undefined) return NOT_ALLOWED
  if (principal.via === 'metrics') return access === 'metrics' ? ALLOWED : NOT_ALLOWED
  if (principal.role === 'administrator') return ALLOWED
  return access === 'reader' && (method === 'GET' || method === 'HEAD') ? ALLOWED : NOT_ALLOWED
}

/** Default deny on every route. */
export class AccessGuard implements CanActivate {
  constructor(private readonly log: Logger) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>()
    const declared: EndpointDeclaration | undefined = Reflect.getMetadata(ENDPOINT, context.getHandler())
    const verdict = mayCall(declared?.access, request.method, request.principal)
    if (verdict.allowed) return true
    this.log.warn(
      {
        event: 'denied',
        reason: verdict.reason,
        user: request.principal?.username,
        method: request.method,
        path: request.path,
        address: addressOf(request),
      },
      'request denied',
    )
    if (verdict.reason === 'not_logged_in') throw new ProblemException(401, 'log in first')
    throw new ProblemException(403, 'your role does not allow this')
  }
}
