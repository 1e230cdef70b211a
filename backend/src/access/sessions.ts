import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { OwnSessionView } from '@osprey/core/api/people'
import { and, desc, eq, gt, inArray, lt, lte, ne, or, type SQL } from 'drizzle-orm'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { sessions, users } from '../database/schema.ts'
import { notFound } from '../http/problem.ts'
import { accountColumns, lacksSecondFactor } from './account-record.ts'
import { addressOf, browserOf, cookieOf, hashToken } from './peer.ts'
import { type Principal, personOf } from './principal.ts'

export const SESSION_COOKIE = 'osprey_session'

export interface SessionPolicy {
  /** Without a request for this long, a session ends. */
  idleMs: number
  /** However busy, it ends after this long. */
  absoluteMs: number
  /** Administrators need a second factor (secondFactorDue). */
  exposed: boolean
  /** Sessions of the guest account count. */
  visits: boolean
}

/** `last_seen_at` is written at most this often per session. */
const SEEN_EVERY_MS = 60_000

/** Web sessions: the cookie holds a random token, the database its SHA-256. */
export class Sessions {
  private closeConnections: (ended: ReadonlySet<string>) => void = () => {}

  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly policy: SessionPolicy,
    private readonly now: () => number = Date.now,
  ) {}

  /** Told the token hashes of sessions that were ended, to close what outlives a request. */
  onEnded(listener: (ended: ReadonlySet<string>) => void): void {
    this.closeConnections = listener
  }

  /** How long the cookie lasts. */
  get longestMs(): number {
    return this.policy.absoluteMs
  }

  /** Answers the token for the cookie, in place of the session the browser may have and of `former`, by its hash. */
  async open(
    transaction: Transaction,
    user: number,
    request: IncomingMessage,
    { singleSignOn, former = '' }: { singleSignOn: boolean; former?: string | undefined },
  ): Promise<string> {
    const replaced = [hashToken(cookieOf(request, SESSION_COOKIE) ?? ''), former]
    await transaction.delete(sessions).where(inArray(sessions.tokenHash, replaced))
    this.closeConnections(new Set(replaced))
    const token = randomBytes(32).toString('base64url')
    const now = new Date(this.now())
    await transaction.insert(sessions).values({
      tokenHash: hashToken(token),
      user,
      address: addressOf(request),
      userAgent: browserOf(request),
      singleSignOn,
      createdAt: now,
      lastSeenAt: now,
    })
    return token
  }

  /** Whose session it is, when it still stands; this use keeps it alive. */
  async principalOf(tokenHash: string): Promise<Principal | undefined> {
    const [found] = await this.database.queries
      .select({ account: accountColumns, session: sessions })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user))
      .where(and(eq(sessions.tokenHash, tokenHash), this.stands()))
    if (!found) return undefined
    const { account, session } = found
    await this.seen(session)
    const { singleSignOn } = session
    const due = this.policy.exposed && lacksSecondFactor(account) && !singleSignOn
    return personOf(account, { session: tokenHash, singleSignOn, secondFactorDue: due })
  }

  private async seen({ tokenHash, lastSeenAt }: { tokenHash: string; lastSeenAt: Date }): Promise<void> {
    const now = this.now()
    if (now - lastSeenAt.getTime() <= SEEN_EVERY_MS) return
    await this.database.queries
      .update(sessions)
      .set({ lastSeenAt: new Date(now) })
      .where(eq(sessions.tokenHash, tokenHash))
  }

  /** The open sessions of whoever asks, last used first; a guest, who shares the account, sees the own alone. */
  async list(principal: Principal): Promise<OwnSessionView[]> {
    const { account, session, visitor } = principal
    if (account === undefined) return []
    const rows = await this.database.queries
      .select({ session: sessions })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user))
      .where(
        and(
          eq(sessions.user, account),
          this.stands(),
          visitor ? eq(sessions.tokenHash, session ?? '') : undefined,
        ),
      )
      .orderBy(desc(sessions.lastSeenAt))
    return rows.map(({ session: { tokenHash, id, createdAt, lastSeenAt, address, userAgent } }) => ({
      id,
      current: tokenHash === session,
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      address,
      browser: userAgent,
    }))
  }

  /** Ends one of the own sessions. @throws ProblemException 404 when it is not one. */
  async revoke(principal: Principal, id: string): Promise<void> {
    const mine = and(eq(sessions.user, principal.account ?? -1), eq(sessions.id, id))
    const ended = id.includes('\0') ? 0 : await this.end(mine as SQL)
    if (ended === 0) throw notFound('session', id)
  }

  /** Ends all the own sessions but the one that asks. */
  async revokeOthers(principal: Principal): Promise<void> {
    const { account = -1, session = '' } = principal
    await this.end(and(eq(sessions.user, account), ne(sessions.tokenHash, session)) as SQL)
  }

  private async end(which: SQL): Promise<number> {
    const ended = await this.database.queries.transaction(async (transaction) => {
      const rows = await transaction
        .delete(sessions)
        .where(which)
        .returning({ id: sessions.id, tokenHash: sessions.tokenHash })
      const events = rows.map(({ id }) => ({
        action: 'session.revoked' as const,
        object: { kind: 'session', id },
      }))
      await this.audit.record(transaction, ...events)
      return rows
    })
    this.closeConnections(new Set(ended.map(({ tokenHash }) => tokenHash)))
    return ended.length
  }

  /** Ends the session of whoever logs out. */
  async logOut(principal: Principal): Promise<void> {
    const { session, username } = principal
    if (principal.via !== 'session' || session === undefined) return
    await this.database.queries.transaction(async (transaction) => {
      await transaction.delete(sessions).where(eq(sessions.tokenHash, session))
      await this.audit.record(transaction, {
        action: 'session.logout',
        object: { kind: 'account', id: username },
      })
    })
    this.closeConnections(new Set([session]))
  }

  /**
   * Ends every session of an account but the one whose token hash is `except`, within the caller's transaction
   * when given. Answers how many. Recording why is the caller's.
   */
  async endAll(user: number, except?: string, transaction?: Transaction): Promise<number> {
    const rows = await (transaction ?? this.database.queries)
      .delete(sessions)
      .where(and(eq(sessions.user, user), except === undefined ? undefined : ne(sessions.tokenHash, except)))
      .returning({ tokenHash: sessions.tokenHash })
    this.closeConnections(new Set(rows.map(({ tokenHash }) => tokenHash)))
    return rows.length
  }

  /** Of these token hashes, those that still stand: for connections that outlive a request. */
  async standing(tokenHashes: readonly string[]): Promise<string[]> {
    if (tokenHashes.length === 0) return []
    const rows = await this.database.queries
      .select({ tokenHash: sessions.tokenHash })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.user))
      .where(and(inArray(sessions.tokenHash, [...tokenHashes]), this.stands()))
    return rows.map(({ tokenHash }) => tokenHash)
  }

  /** Deletes ended sessions. */
  async sweep(): Promise<void> {
    const { idleSince, openedSince } = this.bounds()
    await this.database.queries
      .delete(sessions)
      .where(or(lte(sessions.createdAt, openedSince), lt(sessions.lastSeenAt, idleSince)))
  }

  private stands(): SQL {
    const { idleSince, openedSince } = this.bounds()
    return and(
      eq(users.disabled, false),
      this.policy.visits ? undefined : eq(users.visitor, false),
      gt(sessions.createdAt, openedSince),
      gt(sessions.lastSeenAt, idleSince),
    ) as SQL
  }

  private bounds(): { idleSince: Date; openedSince: Date } {
    const now = this.now()
    const { idleMs, absoluteMs } = this.policy
    return { idleSince: new Date(now - idleMs), openedSince: new Date(now - absoluteMs) }
  }
}
