import type { IncomingMessage } from 'node:http'
import type { loginInput } from '@osprey/core/api/people'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { invalid, ProblemException } from '../http/problem.ts'
import { type Account, accountNamed, NO_PASSWORD } from './account-record.ts'
import type { AuthenticationEvents } from './authentication-events.ts'
import { type BrowserState, browserState } from './browser-state.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import type { Passwords } from './passwords.ts'
import { addressOf, hashToken, hasLocalHost, isLocalPeer } from './peer.ts'
import type { Principal } from './principal.ts'
import { type SecondFactor, wrongCode } from './second-factor.ts'
import type { Sessions } from './sessions.ts'
import { type Attempt, addressKey, LoginThrottle, tooManyAttempts } from './throttle.ts'

export const VISITOR = 'visitor'

export interface LoggedIn {
  principal: Principal
  /** The secrets the cookies carry. */
  sessionToken: string
  browserToken: string | undefined
}

export interface LogInParts {
  database: Database
  audit: Audit
  passwords: Passwords
  browsers: KnownBrowsers
  sessions: Sessions
  secondFactor: SecondFactor
  events: AuthenticationEvents
  /** Visits without a password (mayVisit in exposure.ts). */
  visits: boolean
  log: Logger
  now: () => number
}

/** The ways into a session. */
export class LogIn {
  private readonly throttle = new LoginThrottle()

  constructor(private readonly parts: LogInParts) {}

  /**
   * By password and, where the account has one, second factor.
   * @throws ProblemException 401 for a wrong name or password (which one is not told), or with `errors` naming
   * `code`; 429 when throttled.
   */
  async withPassword(input: z.infer<typeof loginInput>, request: IncomingMessage): Promise<LoggedIn> {
    const name = input.username.toLowerCase()
    const account = await accountNamed(this.parts.database.queries, name)
    const attempt = await this.attempt(name, account?.id, request)
    await this.admit(attempt, request)
    if (
      !(await this.verify(account?.passwordHash, input.password, attempt)) ||
      !account ||
      account.disabled
    ) {
      await this.parts.events.loginFailed(name, request, 'wrong user name or password')
      throw new ProblemException(401, 'user name or password is wrong')
    }
    await this.checkSecondFactor(account, input.code, attempt, request)
    this.throttle.succeeded(attempt)
    const method = account.totpSecret ? 'password and second factor' : 'password'
    const known = attempt.knownBrowser
    return this.enter({ account, method, known, verified: asSeen(account) }, request)
  }

  /**
   * Whom the OpenID Connect provider vouches for. `bind` runs in the transaction of the log-in. `left` are the
   * cookies of the browser when it left for the provider: on the way back it sends no strict ones.
   */
  async withSingleSignOn(
    account: Account,
    bind: (transaction: Transaction) => Promise<AuditEvent[]>,
    left: BrowserState,
    request: IncomingMessage,
  ): Promise<LoggedIn> {
    const known = await this.parts.browsers.find(account.id, left.browser)
    return this.enter({ account, method: 'single sign-on', known, bind, former: left.session }, request)
  }

  /** True when a stranger may look around without a password: demonstration mode, on this very machine. */
  mayVisit(request: IncomingMessage): boolean {
    return this.parts.visits && isLocalPeer(request) && hasLocalHost(request)
  }

  /** A read-only session. @throws ProblemException 403 unless `mayVisit`. */
  async visit(request: IncomingMessage): Promise<LoggedIn> {
    if (!this.mayVisit(request)) {
      throw new ProblemException(403, 'visits are open only on the machine itself, in demonstration mode')
    }
    const account = await accountNamed(this.parts.database.queries, VISITOR)
    if (!account?.visitor || account.disabled) throw new ProblemException(403, 'visits are disabled')
    return this.enter({ account, method: 'visit' }, request)
  }

  /**
   * Checks the password of someone who is logged in, as often as a log-in may be tried. An account without one has
   * none to be asked for.
   * @throws ProblemException 400 or 403 naming `current` when it is missing or wrong, 429 when throttled.
   */
  async confirmPassword(
    account: Account,
    current: string | undefined,
    request: IncomingMessage,
  ): Promise<void> {
    if (account.passwordHash === NO_PASSWORD) return
    if (!current) throw invalid('current', null, 'the current password')
    const attempt = await this.attempt(account.username, account.id, request)
    await this.admit(attempt, request)
    if (!(await this.verify(account.passwordHash, current, attempt))) {
      await this.parts.events.loginFailed(account.username, request, 'wrong current password')
      throw new ProblemException(403, 'the current password is wrong', [
        { field: 'current', value: '(not shown)', expected: 'the current password' },
      ])
    }
    this.throttle.succeeded(attempt)
  }

  /** How the throttles see this request. */
  async attempt(account: string, user: number | undefined, request: IncomingMessage): Promise<Attempt> {
    const knownBrowser = await this.parts.browsers.find(user, browserState(request).browser)
    return { account, address: addressKey(addressOf(request)), knownBrowser }
  }

  /** Lets an attempt through, counted as failed until it succeeds. */
  private async admit(attempt: Attempt, request: IncomingMessage): Promise<void> {
    const { events, now } = this.parts
    const verdict = this.throttle.judge(attempt, now())
    if (verdict.allowed) {
      this.throttle.begun(attempt, now())
      return
    }
    await events.loginThrottled(attempt.account, request, `too many failures of the ${verdict.reason}`)
    throw tooManyAttempts(verdict.retryAfterMs)
  }

  /** A wrong code leaves the attempt counted as failed; a missing one is asked for and counts as nothing. */
  private async checkSecondFactor(
    account: Account,
    code: string | undefined,
    attempt: Attempt,
    request: IncomingMessage,
  ): Promise<void> {
    if (!account.totpSecret) return
    if (code === undefined) {
      this.throttle.withdrawn(attempt)
      // Whoever tries out stolen passwords stops here: the record must show it.
      await this.parts.events.loginFailed(account.username, request, 'password right, code missing')
      throw wrongCode(401, false)
    }
    if (!(await this.parts.secondFactor.accepts(account, code, attempt, request))) throw wrongCode(401)
  }

  private async verify(
    passwordHash: string | undefined,
    password: string,
    attempt: Attempt,
  ): Promise<boolean> {
    const usable = passwordHash === NO_PASSWORD ? undefined : passwordHash
    try {
      return await this.parts.passwords.verify(usable, password)
    } catch (error) {
      // Nobody looked at it.
      this.throttle.withdrawn(attempt)
      throw error
    }
  }

  /**
   * Session, known browser and record in one transaction, which begins with taking the account's row: a log-in
   * with a password that is changed, or for an account that is disabled, at the same time comes too late.
   */
  private async enter(entry: Entry, request: IncomingMessage): Promise<LoggedIn> {
    const { database, sessions, browsers, audit, now, log } = this.parts
    const { account, method, known, former, verified, bind } = entry
    const { id, username, visitor } = account
    const address = addressOf(request)
    const actor = { kind: visitor ? ('visitor' as const) : ('user' as const), name: username, address }
    const object = { kind: 'account', id: username }
    const tokens = await database.queries.transaction(async (transaction) => {
      const entered = await transaction
        .update(users)
        .set({ lastLoginAt: new Date(now()) })
        .where(and(eq(users.id, id), eq(users.disabled, false), verified))
        .returning({ id: users.id })
      if (entered.length === 0) return undefined
      const bound = (await bind?.(transaction)) ?? []
      const singleSignOn = method === 'single sign-on'
      const sessionToken = await sessions.open(transaction, id, request, { singleSignOn, former })
      const browserToken = visitor ? undefined : await browsers.remember(transaction, id, known, request)
      const action = visitor ? ('session.visit' as const) : ('session.login' as const)
      const events = [...bound, { action, object, after: { method } }]
      await audit.record(transaction, ...events.map((event) => ({ ...event, actor })))
      return { sessionToken, browserToken }
    })
    if (!tokens) throw await this.changedMeanwhile(username, request)
    log.info({ event: 'login', account: username, method, address }, 'logged in')
    const principal = await sessions.principalOf(hashToken(tokens.sessionToken))
    if (!principal) throw await this.changedMeanwhile(username, request)
    return { principal, ...tokens }
  }

  private async changedMeanwhile(username: string, request: IncomingMessage): Promise<ProblemException> {
    await this.parts.events.loginFailed(username, request, 'account changed meanwhile')
    return new ProblemException(401, 'user name or password is wrong')
  }
}

interface Entry {
  account: Account
  method: 'password' | 'password and second factor' | 'single sign-on' | 'visit'
  /** Hash of the known browser's token. */
  known?: string | undefined
  /** Hash of the token of a session that ends, besides the one whose cookie the request carries. */
  former?: string | undefined
  /** What must still be so. */
  verified?: SQL | undefined
  /** Runs in the transaction of the log-in. */
  bind?: (transaction: Transaction) => Promise<AuditEvent[]>
}

/** The password and second factor that were verified are still those of the account. */
export function asSeen({ passwordHash, totpSecret }: Account): SQL {
  return and(
    eq(users.passwordHash, passwordHash),
    sql`${users.totpSecret} is not distinct from ${totpSecret}`,
  ) as SQL
}
