import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { ProblemException } from '../http/problem.ts'
import type { Access } from './access.ts'
import { addressOf, isCrossOrigin } from './peer.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Finds out who asks before anything of the request's body is read, and refuses forged cross-site requests. */
export function authentication(
  access: Access,
  allowedOrigins: readonly string[],
  log: Logger,
): RequestHandler {
  return async (request: Request, _response: Response, next: NextFunction) => {
    if (!SAFE.has(request.method) && isCrossOrigin(request, allowedOrigins)) {
      const { origin } = request.headers
      log.warn({ event: 'cross_origin', origin, address: addressOf(request) }, 'cross-origin request refused')
      throw new ProblemException(403, 'requests from pages of another origin are not accepted')
    }
    request.principal = await access.authenticate(request)
    next()
  }
}
