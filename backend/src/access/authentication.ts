import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { type Actor, actingAs } from '../audit/actor.ts'
import { ProblemException } from '../http/problem.ts'
import type { Territories } from '../territory/territories.ts'
import type { Access } from './access.ts'
import { addressOf, isCrossOrigin } from './peer.ts'
import type { Principal } from './principal.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Finds out who asks before anything of the request's body is read, and refuses forged cross-site requests. */
export function authentication(
  access: Access,
  territories: Pick<Territories, 'of'>,
  allowedOrigins: readonly string[],
  log: Logger,
): RequestHandler {
  return async (request: Request, _response: Response, next: NextFunction) => {
    if (!SAFE.has(request.method) && isCrossOrigin(request, allowedOrigins)) {
      const { origin } = request.headers
      log.warn({ event: 'cross_origin', origin, address: addressOf(request) }, 'cross-origin request refused')
      throw new ProblemException(403, 'requests from pages of another origin are not accepted')
    }
    await settle(request, access, territories, next)
  }
}

/**
 * Finds out once more who asks when a body was read: whoever sends slowly must not act with rights that ended
 * meanwhile.
 */
export function authenticationAgain(
  access: Pick<Access, 'authenticate'>,
  territories: Pick<Territories, 'of'>,
): RequestHandler {
  return async (request: Request, _response: Response, next: NextFunction) => {
    if (!request.principal || request.body === undefined) return next()
    await settle(request, access, territories, next)
  }
}

async function settle(
  request: Request,
  access: Pick<Access, 'authenticate'>,
  territories: Pick<Territories, 'of'>,
  next: NextFunction,
): Promise<void> {
  const principal = await access.authenticate(request)
  request.principal = principal
  request.territory = principal && territories.of(principal.jurisdictions)
  actingAs(actorOf(principal, addressOf(request)), next)
}

function actorOf(principal: Principal | undefined, address: string): Actor {
  if (!principal) return { kind: 'anonymous', name: '', address }
  const { username, via, visitor, tokenName } = principal
  const name = via === 'token' ? `${username} (${tokenName})` : username
  return { kind: visitor ? 'visitor' : via === 'session' ? 'user' : via, name, address }
}
