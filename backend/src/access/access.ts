import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Role } from '@osprey/core/api'
import { and, eq, inArray, lt, ne, notInArray, or, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { knownBrowsers, sessions, users } from '../database/schema.ts'
import { ProblemException, unavailable } from '../http/problem.ts'
import { Passwords, TooManyVerificationsError } from './passwords.ts'
import { addressOf, bearerOf, cookieOf, hashToken, hasLocalHost, isLocalPeer, sameSecret } from './peer.ts'
import { type Attempt, addressKey, LoginThrottle } from './throttle.ts'

export const SESSION_COOKIE = 'osprey_session'
export const BROWSER_COOKIE = 'osprey_browser'
export const IDLE_MS = 12 * 3_600_000
export const ABSOLUTE_MS = 7 * 86_400_000
export const BROWSER_MS = 180 * 86_400_000
/** `last_seen_at` is written at most this often per session. */
const SEEN_EVERY_MS = 60_000
const MAX_BROWSERS_PER_USER = 50
const ADMINISTRATOR = 'admin'
const VISITOR = 'visitor'
/** No Argon2 string: nothing verifies against it. */
const NO_PASSWORD = '!'

/** Who makes a request. */
export interface Principal {
  username: string
  role: Role
  via: 'session' | 'operator' | 'metrics'
  /** SHA-256 of the session's token, for `via: 'session'`. */
  session?: string
}

export interface AccessOptions {
  dataDir: string
  demo: boolean
  adminPassword: string | undefined
  metricsToken: string | undefined
  /** Prints the generated administrator password, once, to a person. */
  announce: (username: string, password: string) => void
}

export interface LoggedIn {
  principal: Principal
  /** The secrets the cookies carry. */
  sessionToken: string
  browserToken: string
}

/** Users, sessions and tokens: who is asking. What they may do is decided by the guard. */
export class Access {
  private readonly throttle = new LoginThrottle()
  private readonly passwords = new Passwords()
  private readonly operatorToken = randomBytes(32).toString('base64url')

  constructor(
    private readonly database: Database,
    private readonly options: AccessOptions,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Creates the first user on an empty database and the operator token of this run. */
  async start(): Promise<void> {
    this.writeOperatorToken()
    await this.createAdministrator()
    if (this.options.demo) await this.createVisitor()
  }

  /** The principal behind a request, by operator token, metrics token or session cookie. */
  async authenticate(request: IncomingMessage): Promise<Principal | undefined> {
    const bearer = bearerOf(request)
    if (bearer !== undefined) return this.byBearer(bearer, request)
    const token = cookieOf(request, SESSION_COOKIE)
    return token ? this.bySession(hashToken(token)) : undefined
  }

  /** The principal behind a connection that watches live values; the metrics token opens none. */
  async authenticateWatcher(request: IncomingMessage): Promise<Principal | undefined> {
    const principal = await this.authenticate(request)
    return principal?.via === 'metrics' ? undefined : principal
  }

  private byBearer(bearer: string, request: IncomingMessage): Principal | undefined {
    if (isLocalPeer(request) && sameSecret(bearer, this.operatorToken)) {
      return { username: 'operator', role: 'administrator', via: 'operator' }
    }
    const { metricsToken } = this.options
    if (metricsToken && sameSecret(bearer, metricsToken)) {
      return { username: 'metrics', role: 'visitor', via: 'metrics' }
    }
    this.log.warn({ event: 'bearer_refused', address: addressOf(request) }, 'bearer token refused')
    return undefined
  }

  private async bySession(tokenHash: string): Promise<Principal | undefined> {
    const now = this.now()
    const [found] = await this.database.queries
      .select({
        username: users.username,
        role: users.role,
        disabled: users.disabled,
        createdAt: sessions.createdAt,
        lastSeenAt: sessions.lastSeenAt,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user))
      .where(eq(sessions.tokenHash, tokenHash))
    if (!found || found.disabled || hasEnded(found, now)) return undefined
    if (found.role === 'visitor' && !this.options.demo) return undefined
    if (now - found.lastSeenAt.getTime() > SEEN_EVERY_MS) {
      await this.database.queries
        .update(sessions)
        .set({ lastSeenAt: new Date(now) })
        .where(eq(sessions.tokenHash, tokenHash))
    }
    return { username: found.username, role: found.role, via: 'session', session: tokenHash }
  }

  /** @throws ProblemException 401 for a wrong name or password (which one is not told), 429 when throttled. */
  async logIn(username: string, password: string, request: IncomingMessage): Promise<LoggedIn> {
    const account = username.toLowerCase()
    const address = addressOf(request)
    const user = await this.userNamed(account)
    const browser = await this.knownBrowserOf(user?.id, request)
    const attempt: Attempt = { account, address: addressKey(address), knownBrowser: browser }
    const verdict = this.throttle.judge(attempt, this.now())
    if (!verdict.allowed) {
      this.log.warn({ event: 'login_throttled', account, address, reason: verdict.reason }, 'login throttled')
      throw tooManyAttempts(verdict.retryAfterMs)
    }
    this.throttle.begun(attempt, this.now())
    if (!(await this.verify(user?.passwordHash, password)) || !user || user.disabled) {
      this.log.warn({ event: 'login_failed', account, address }, 'login failed')
      throw new ProblemException(401, 'user name or password is wrong')
    }
    this.throttle.succeeded(attempt)
    this.log.info({ event: 'login', account, address }, 'logged in')
    const sessionToken = await this.openSession(user.id)
    const browserToken = await this.rememberBrowser(user.id, browser, request)
    const principal = { username: user.username, role: user.role, via: 'session' as const }
    return { principal: { ...principal, session: hashToken(sessionToken) }, sessionToken, browserToken }
  }

  /** True when a stranger may look around without a password: demonstration mode, on this very machine. */
  mayVisit(request: IncomingMessage): boolean {
    return this.options.demo && isLocalPeer(request) && hasLocalHost(request)
  }

  /** A read-only session. @throws ProblemException 403 unless `mayVisit`. */
  async visit(request: IncomingMessage): Promise<{ principal: Principal; sessionToken: string }> {
    if (!this.mayVisit(request)) {
      throw new ProblemException(403, 'visits are open only on the machine itself, in demonstration mode')
    }
    const user = await this.userNamed(VISITOR)
    if (!user || user.disabled) throw new ProblemException(403, 'visits are disabled')
    this.log.info({ event: 'visit', address: addressOf(request) }, 'visit')
    const sessionToken = await this.openSession(user.id)
    const session = hashToken(sessionToken)
    return { principal: { username: VISITOR, role: 'visitor', via: 'session', session }, sessionToken }
  }

  async logOut(principal: Principal): Promise<void> {
    if (!principal.session) return
    await this.database.queries.delete(sessions).where(eq(sessions.tokenHash, principal.session))
    this.log.info({ event: 'logout', account: principal.username }, 'logged out')
  }

  /**
   * Gives the user of a session a new password, when they know the current one; the operator of this machine,
   * who needs none, gives one to the administrator. Ends every other session of that user.
   * @throws ProblemException 403 for a wrong current password, 429 when throttled.
   */
  async changePassword(
    principal: Principal,
    { current, password }: { current?: string | undefined; password: string },
    request: IncomingMessage,
  ): Promise<void> {
    const username = principal.via === 'operator' ? ADMINISTRATOR : principal.username
    const user = await this.userNamed(username)
    if (!user) throw new ProblemException(409, `there is no user ${username}`)
    if (principal.via !== 'operator')
      await this.checkCurrent(username, user.passwordHash, current ?? '', request)
    const passwordHash = await this.passwords.hash(password)
    await this.database.queries.transaction(async (transaction) => {
      await transaction.update(users).set({ passwordHash }).where(eq(users.id, user.id))
      await transaction
        .delete(sessions)
        .where(and(eq(sessions.user, user.id), ne(sessions.tokenHash, principal.session ?? '')))
      await transaction.delete(knownBrowsers).where(eq(knownBrowsers.user, user.id))
    })
    this.log.info(
      { event: 'password_changed', account: username, by: principal.username },
      'password changed',
    )
  }

  private async checkCurrent(
    account: string,
    passwordHash: string,
    current: string,
    request: IncomingMessage,
  ): Promise<void> {
    const attempt = { account, address: addressKey(addressOf(request)), knownBrowser: undefined }
    const verdict = this.throttle.judge(attempt, this.now())
    if (!verdict.allowed) throw tooManyAttempts(verdict.retryAfterMs)
    this.throttle.begun(attempt, this.now())
    if (!(await this.verify(passwordHash, current))) {
      throw new ProblemException(403, 'the current password is wrong', [
        { field: 'current', value: '(not shown)', expected: 'the current password' },
      ])
    }
    this.throttle.succeeded(attempt)
  }

  /** Of these session hashes, those that still stand: for connections that outlive a request. */
  async standing(hashes: readonly string[]): Promise<Set<string>> {
    if (hashes.length === 0) return new Set()
    const rows = await this.database.queries
      .select({
        tokenHash: sessions.tokenHash,
        createdAt: sessions.createdAt,
        lastSeenAt: sessions.lastSeenAt,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user))
      .where(and(inArray(sessions.tokenHash, [...hashes]), eq(users.disabled, false)))
    const now = this.now()
    return new Set(
      rows.filter((row) => now - row.createdAt.getTime() < ABSOLUTE_MS).map((row) => row.tokenHash),
    )
  }

  /** Deletes ended sessions and forgotten browsers. */
  async sweep(): Promise<void> {
    const now = this.now()
    await this.database.queries
      .delete(sessions)
      .where(
        or(
          lt(sessions.createdAt, new Date(now - ABSOLUTE_MS)),
          lt(sessions.lastSeenAt, new Date(now - IDLE_MS)),
        ),
      )
    await this.database.queries
      .delete(knownBrowsers)
      .where(lt(knownBrowsers.lastUsedAt, new Date(now - BROWSER_MS)))
  }

  private async userNamed(username: string) {
    if (username.includes('\0')) return undefined
    const [user] = await this.database.queries.select().from(users).where(eq(users.username, username))
    return user
  }

  private async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const usable = passwordHash === NO_PASSWORD ? undefined : passwordHash
    try {
      return await this.passwords.verify(usable, password)
    } catch (error) {
      if (error instanceof TooManyVerificationsError)
        throw unavailable('too many people log in at this moment')
      throw error
    }
  }

  private async openSession(user: number): Promise<string> {
    const token = randomBytes(32).toString('base64url')
    const now = new Date(this.now())
    await this.database.queries
      .insert(sessions)
      .values({ tokenHash: hashToken(token), user, createdAt: now, lastSeenAt: now })
    return token
  }

  /** Asked for unknown users too: the answer must not come sooner for them. */
  private async knownBrowserOf(
    user: number | undefined,
    request: IncomingMessage,
  ): Promise<string | undefined> {
    const token = cookieOf(request, BROWSER_COOKIE)
    if (!token) return undefined
    const tokenHash = hashToken(token)
    const [found] = await this.database.queries
      .select({ tokenHash: knownBrowsers.tokenHash })
      .from(knownBrowsers)
      .where(and(eq(knownBrowsers.tokenHash, tokenHash), eq(knownBrowsers.user, user ?? -1)))
    return found?.tokenHash
  }

  private async rememberBrowser(
    user: number,
    known: string | undefined,
    request: IncomingMessage,
  ): Promise<string> {
    const lastUsedAt = new Date(this.now())
    const { queries } = this.database
    if (known) {
      await queries.update(knownBrowsers).set({ lastUsedAt }).where(eq(knownBrowsers.tokenHash, known))
      return cookieOf(request, BROWSER_COOKIE) ?? ''
    }
    const token = randomBytes(32).toString('base64url')
    await queries.insert(knownBrowsers).values({ tokenHash: hashToken(token), user, lastUsedAt })
    const kept = queries
      .select({ tokenHash: knownBrowsers.tokenHash })
      .from(knownBrowsers)
      .where(eq(knownBrowsers.user, user))
      .orderBy(sql`${knownBrowsers.lastUsedAt} desc`)
      .limit(MAX_BROWSERS_PER_USER)
    await queries
      .delete(knownBrowsers)
      .where(and(eq(knownBrowsers.user, user), notInArray(knownBrowsers.tokenHash, kept)))
    return token
  }

  private async createAdministrator(): Promise<void> {
    if (await this.userNamed(ADMINISTRATOR)) return
    const given = this.options.adminPassword
    const password = given ?? randomBytes(15).toString('base64url')
    const passwordHash = await this.passwords.hash(password)
    const created = await this.database.queries
      .insert(users)
      .values({ username: ADMINISTRATOR, passwordHash, role: 'administrator' })
      .onConflictDoNothing()
      .returning({ id: users.id })
    if (created.length > 0 && given === undefined) this.options.announce(ADMINISTRATOR, password)
    this.log.info({ event: 'administrator_created', generated: given === undefined }, 'administrator created')
  }

  private async createVisitor(): Promise<void> {
    await this.database.queries
      .insert(users)
      .values({ username: VISITOR, passwordHash: NO_PASSWORD, role: 'visitor' })
      .onConflictDoNothing()
  }

  /** Command-line tools on this machine prove with it that they may read the data directory. */
  private writeOperatorToken(): void {
    const directory = join(this.options.dataDir, 'run')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = join(directory, 'operator-token')
    writeFileSync(file, `${this.operatorToken}\n`, { mode: 0o600 })
    chmodSync(file, 0o600)
  }
}

function hasEnded(session: { createdAt: Date; lastSeenAt: Date }, now: number): boolean {
  return now - session.createdAt.getTime() >= ABSOLUTE_MS || now - session.lastSeenAt.getTime() >= IDLE_MS
}

function tooManyAttempts(retryAfterMs: number): ProblemException {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return new ProblemException(429, `too many attempts, try again in ${seconds} s`, [], {
    'Retry-After': String(seconds),
  })
}
