import type { IncomingMessage } from 'node:http'
import type { AuthenticationEvents } from './authentication-events.ts'
import type { OperatorToken } from './operator-token.ts'
import { bearerOf, cookieOf, hashToken, sameSecret } from './peer.ts'
import { METRICS, OPERATOR, type Principal } from './principal.ts'
import { SESSION_COOKIE, type Sessions } from './sessions.ts'
import { type ApiTokens, TOKEN_PREFIX } from './tokens.ts'

/** Who is asking. What they may do is decided by the guard. */
export class Access {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: ApiTokens,
    private readonly operatorToken: OperatorToken,
    private readonly metricsToken: string | undefined,
    private readonly events: AuthenticationEvents,
  ) {}

  /** The principal behind a request, by bearer token (operator, metrics, API) or session cookie. */
  async authenticate(request: IncomingMessage): Promise<Principal | undefined> {
    const bearer = bearerOf(request)
    if (bearer !== undefined) return this.byBearer(bearer, request)
    const token = cookieOf(request, SESSION_COOKIE)
    return token ? this.sessions.principalOf(hashToken(token)) : undefined
  }

  /** Of these connections (`Principal.session`), those whose session or token still stands. */
  async standing(connections: readonly string[]): Promise<Set<string>> {
    const tokens = connections
      .filter((one) => one.startsWith('token '))
      .map((one) => one.slice('token '.length))
    const sessions = connections.filter((one) => !one.startsWith('token '))
    const [standing, held] = await Promise.all([
      this.sessions.standing(sessions),
      this.tokens.standing(tokens),
    ])
    return new Set([...standing, ...held.map((id) => `token ${id}`)])
  }

  private async byBearer(bearer: string, request: IncomingMessage): Promise<Principal | undefined> {
    if (bearer.startsWith(TOKEN_PREFIX)) return this.tokens.principalOf(bearer, request)
    if (this.operatorToken.isCarriedBy(request, bearer)) return OPERATOR
    if (this.metricsToken && sameSecret(bearer, this.metricsToken)) return METRICS
    await this.events.tokenRefused('', request, 'unknown token')
    return undefined
  }
}
