import type { IncomingMessage } from 'node:http'
import { isLoopback } from '@osprey/core/config'
import { and, eq, isNull } from 'drizzle-orm'
import * as openid from 'openid-client'
import type { Logger } from 'pino'
import type { AuditEvent } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { ProblemException } from '../http/problem.ts'
import { type Account, accountWhere } from './account-record.ts'
import type { AuthenticationEvents } from './authentication-events.ts'
import { type BrowserState, browserState } from './browser-state.ts'
import type { LoggedIn, LogIn } from './log-in.ts'
import { addressOf, hasLocalHost } from './peer.ts'
import { RateWindow } from './rate-window.ts'
import type { SecretBox } from './secret-box.ts'
import { addressKey } from './throttle.ts'

export const SIGN_ON_COOKIE = 'osprey_sign_on'
export const SIGN_ON_PATH = '/api/session/oidc'
/** A person has this long to log in at the provider. */
export const SIGN_ON_MS = 10 * 60_000
const PROVIDER_TIMEOUT_SECONDS = 10
const PURPOSE = 'single sign-on'
/** Of one address, which may be that of a whole agency: each way out and each way back. */
const PER_ADDRESS = 100
const WINDOW_MS = 60_000
/** While the provider is away it is asked no more often than this. */
const DISCOVERY_PAUSE_MS = 5000

/** What the web app tells the person, as `/#/?problem=…`. */
export type SignOnProblem =
  /** The provider does not answer, or answers nonsense. */
  | 'sso_unavailable'
  /** The person or the provider broke it off. */
  | 'sso_denied'
  /** Not begun in this browser, or too long ago. */
  | 'sso_expired'
  /** What came back does not fit what was asked: forged, replayed or damaged. */
  | 'sso_failed'
  /** The provider's person has no account here. */
  | 'sso_unknown'
  /** The provider does not vouch for the mail address. */
  | 'sso_unverified'
  | 'sso_disabled'
  /** Too many from this address. */
  | 'sso_throttled'

export type SignOnResult = { ok: true; loggedIn: LoggedIn } | { ok: false; problem: SignOnProblem }

export interface SignOnConfig {
  oidc: { issuer: string; clientId: string; clientSecret: string | undefined; label: string } | null
  publicUrl: string | undefined
  loopback: boolean
  tls: object | null
}

/** What must come back unchanged, sealed into a cookie of the browser that began. */
interface Begun {
  state: string
  nonce: string
  verifier: string
  redirectUri: string
  until: number
  /** The browser's strict cookies do not come back with it from the provider's page. */
  left: BrowserState
}

interface Person {
  issuer: string
  subject: string
  email: string | undefined
  emailVerified: boolean
}

type Found =
  | { ok: true; account: Account; bound: boolean }
  | { ok: false; problem: SignOnProblem; account: string; reason: string }

/**
 * Log-in through an OpenID Connect provider: authorization code flow with PKCE (RFC 7636), state and nonce. It
 * opens accounts an administrator has made and never makes one: by (issuer, subject) once bound, before that by
 * the mail address the provider has verified.
 */
export class SingleSignOn {
  private provider: Promise<openid.Configuration> | undefined
  private providerFailedAt = Number.NEGATIVE_INFINITY
  private readonly begins = new RateWindow(PER_ADDRESS, WINDOW_MS)
  private readonly returns = new RateWindow(PER_ADDRESS, WINDOW_MS)

  constructor(
    private readonly config: SignOnConfig,
    private readonly database: Database,
    private readonly box: SecretBox,
    private readonly logIn: LogIn,
    private readonly events: AuthenticationEvents,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** The text of the button; null when it is not set up, or not for this request's address. */
  offer(request: IncomingMessage): { label: string } | null {
    const { oidc } = this.config
    return oidc && this.redirectUri(request) !== undefined ? { label: oidc.label } : null
  }

  /** Where to send the browser, and the cookie it must bring back. */
  async begin(
    request: IncomingMessage,
  ): Promise<{ ok: true; url: string; cookie: string } | { ok: false; problem: SignOnProblem }> {
    if (!this.admits(this.begins, request)) return this.throttled(request)
    const redirectUri = this.redirectUri(request)
    const provider = redirectUri && (await this.discovered())
    if (!redirectUri || !provider) return { ok: false, problem: 'sso_unavailable' }
    const verifier = openid.randomPKCECodeVerifier()
    const begun: Begun = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier,
      redirectUri,
      until: this.now() + SIGN_ON_MS,
      left: browserState(request),
    }
    const url = openid.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    return { ok: true, url: url.href, cookie: this.box.seal(JSON.stringify(begun), PURPOSE) }
  }

  /** Ends what `begin` began. `query` is the request's, from the question mark on. */
  async complete(query: string, cookie: string | undefined, request: IncomingMessage): Promise<SignOnResult> {
    if (!this.admits(this.returns, request)) return this.throttled(request)
    const begun = this.opened(cookie)
    if (!begun) return this.refused('sso_expired', '', 'not begun in this browser, or too long ago', request)
    const provider = await this.discovered()
    if (!provider) return { ok: false, problem: 'sso_unavailable' }
    let person: Person
    try {
      person = await vouchedFor(provider, new URL(begun.redirectUri + query), begun)
    } catch (error) {
      const { problem, reason } = problemOf(error)
      this.log.warn(
        { event: 'single_sign_on_failed', reason, error: (error as Error).message },
        'single sign-on failed',
      )
      return this.refused(problem, '', reason, request)
    }
    const found = await this.accountOf(person)
    if (!found.ok) return this.refused(found.problem, found.account, found.reason, request)
    const { account, bound } = found
    const bind = async (transaction: Transaction) => (bound ? [] : bindTo(transaction, account, person))
    try {
      return { ok: true, loggedIn: await this.logIn.withSingleSignOn(account, bind, begun.left, request) }
    } catch (error) {
      if (error instanceof ProblemException && error.getStatus() === 401)
        return { ok: false, problem: 'sso_disabled' }
      if (!(error instanceof TakenMeanwhile)) throw error
      return this.refused('sso_unknown', account.username, 'the account was bound to another person', request)
    }
  }

  private admits(window: RateWindow, request: IncomingMessage): boolean {
    const key = addressKey(addressOf(request))
    const { allowed } = window.judge(key, this.now())
    if (allowed) window.count(key, this.now())
    return allowed
  }

  private async throttled(request: IncomingMessage): Promise<{ ok: false; problem: SignOnProblem }> {
    await this.events.loginThrottled('', request, 'single sign-on: too many from this address')
    return { ok: false, problem: 'sso_throttled' }
  }

  private async refused(
    problem: SignOnProblem,
    account: string,
    reason: string,
    request: IncomingMessage,
  ): Promise<SignOnResult> {
    await this.events.loginFailed(account, request, `single sign-on: ${reason}`)
    return { ok: false, problem }
  }

  private opened(cookie: string | undefined): Begun | undefined {
    const text = cookie && this.box.open(cookie, PURPOSE)
    const begun: Begun | undefined = text ? JSON.parse(text) : undefined
    return begun && begun.until > this.now() ? begun : undefined
  }

  /** Bound accounts by the subject alone: a mail address may change hands, a subject never does. */
  private async accountOf({ issuer, subject, email, emailVerified }: Person): Promise<Found> {
    const { queries } = this.database
    const refuse = (problem: SignOnProblem, reason: string, account = ''): Found => ({
      ok: false,
      problem,
      account,
      reason,
    })
    const bound = await accountWhere(queries, eq(users.oidcIssuer, issuer), eq(users.oidcSubject, subject))
    if (bound?.disabled) return refuse('sso_disabled', 'account disabled', bound.username)
    if (bound) return { ok: true, account: bound, bound: true }
    if (email === undefined) return refuse('sso_unknown', 'the provider names no mail address')
    if (!emailVerified) return refuse('sso_unverified', 'the provider has not verified the mail address')
    const named = await accountWhere(queries, eq(users.email, email.toLowerCase()), eq(users.visitor, false))
    if (!named) return refuse('sso_unknown', 'no account has this mail address')
    if (named.disabled) return refuse('sso_disabled', 'account disabled', named.username)
    const free = await accountWhere(queries, eq(users.id, named.id), isNull(users.oidcSubject))
    if (!free) return refuse('sso_unknown', 'the account is bound to another person', named.username)
    return { ok: true, account: free, bound: false }
  }

  /** At first use, once for all who wait; after a failure asked again with the next try after a pause. */
  private async discovered(): Promise<openid.Configuration | undefined> {
    const { oidc } = this.config
    const sinceFailure = this.now() - this.providerFailedAt
    const pausing = sinceFailure >= 0 && sinceFailure < DISCOVERY_PAUSE_MS
    if (!oidc || (!this.provider && pausing)) return undefined
    this.provider ??= discover(oidc)
    try {
      return await this.provider
    } catch (error) {
      this.provider = undefined
      this.providerFailedAt = this.now()
      const { message, cause } = error as Error
      const reason = cause instanceof Error ? `${message}: ${cause.message}` : message
      this.log.error({ event: 'provider_unavailable', issuer: oidc.issuer, reason }, 'no single sign-on')
      return undefined
    }
  }

  /** Where the provider sends the browser back to: never an address that a request made up. */
  private redirectUri(request: IncomingMessage): string | undefined {
    const { publicUrl, loopback, tls } = this.config
    if (publicUrl) return `${publicUrl}${SIGN_ON_PATH}/callback`
    if (!loopback || !hasLocalHost(request)) return undefined
    return `${tls ? 'https' : 'http'}://${request.headers.host}${SIGN_ON_PATH}/callback`
  }
}

function discover({ issuer, clientId, clientSecret }: NonNullable<SignOnConfig['oidc']>) {
  const url = new URL(issuer)
  const plain = url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
  return openid.discovery(
    url,
    clientId,
    undefined,
    clientSecret === undefined ? openid.None() : openid.ClientSecretPost(clientSecret),
    {
      timeout: PROVIDER_TIMEOUT_SECONDS,
      // Without it the library trusts TLS to the provider and does not look at the ID token's signature.
      execute: [openid.enableNonRepudiationChecks, ...(plain ? [openid.allowInsecureRequests] : [])],
    },
  )
}

/** Exchanges the code; the library checks state, nonce, PKCE, signature, issuer, audience and times. */
async function vouchedFor(provider: openid.Configuration, returned: URL, begun: Begun): Promise<Person> {
  const tokens = await openid.authorizationCodeGrant(provider, returned, {
    expectedState: begun.state,
    expectedNonce: begun.nonce,
    pkceCodeVerifier: begun.verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims) throw new Error('the provider sent no ID token')
  // Many providers tell the mail address at the userinfo endpoint only.
  const asked = claims['email'] === undefined && provider.serverMetadata().userinfo_endpoint !== undefined
  const facts = asked ? await openid.fetchUserInfo(provider, tokens.access_token, claims.sub) : claims
  const email = facts['email']
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: typeof email === 'string' && !email.includes('\0') ? email : undefined,
    emailVerified: facts['email_verified'] === true,
  }
}

function problemOf(error: unknown): { problem: SignOnProblem; reason: string } {
  if (error instanceof openid.AuthorizationResponseError) {
    return { problem: 'sso_denied', reason: 'broken off at the provider' }
  }
  const { name, code, cause } = error as Error & { code?: string; cause?: Error }
  // fetch says so with a TypeError, by name because the realm may be another.
  if (name === 'TypeError' || cause?.name === 'TypeError' || code === 'OAUTH_TIMEOUT') {
    return { problem: 'sso_unavailable', reason: 'the provider does not answer' }
  }
  return { problem: 'sso_failed', reason: 'the answer of the provider does not fit the request' }
}

class TakenMeanwhile extends Error {}

/** Of two people who claim the account at the same time one gets it. */
async function bindTo(
  transaction: Transaction,
  { id, username }: Account,
  { issuer, subject }: Person,
): Promise<AuditEvent[]> {
  const bound = await transaction
    .update(users)
    .set({ oidcIssuer: issuer, oidcSubject: subject })
    .where(and(eq(users.id, id), isNull(users.oidcSubject), eq(users.disabled, false)))
    .returning({ id: users.id })
  if (bound.length === 0) throw new TakenMeanwhile()
  return [
    {
      action: 'account.changed',
      object: { kind: 'account', id: username },
      before: { singleSignOn: false },
      after: { singleSignOn: true, issuer, subject },
    },
  ]
}
