import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { LinkView } from '@osprey/core/api/people'
import { and, eq, gt, lte } from 'drizzle-orm'
import { lockAccount } from '../access/account-record.ts'
import type { AuthenticationEvents } from '../access/authentication-events.ts'
import { checkNewPassword } from '../access/new-password.ts'
import type { Passwords } from '../access/passwords.ts'
import { hashToken } from '../access/peer.ts'
import { senderOf } from '../access/trusted-proxies.ts'
import { currentActor } from '../audit/actor.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { accountLinks, knownBrowsers, sessions, users } from '../database/schema.ts'
import { ProblemException } from '../http/problem.ts'

export type LinkPurpose = LinkView['purpose']

/** How long a link works. */
export const LINK_MS: Readonly<Record<LinkPurpose, number>> = {
  invitation: 7 * 86_400_000,
  reset: 2 * 3_600_000,
}
/** In place of the name of an administrator: whoever asked on the log-in page. */
const ASKED_FOR = ''

export interface NewLink {
  token: string
  purpose: LinkPurpose
  expiresAt: Date
}

/** One-time links: whoever holds one chooses the password of its account. */
export class Links {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly passwords: Passwords,
    private readonly events: AuthenticationEvents,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * A new link for an account, in the caller's transaction. One that an administrator makes voids all earlier ones;
   * one that was asked for on the log-in page voids only those asked for before, so that no stranger can void an
   * administrator's. The caller records it.
   */
  async create(
    transaction: Transaction,
    user: number,
    purpose: LinkPurpose,
    createdBy: string | null,
  ): Promise<NewLink> {
    const token = randomBytes(32).toString('base64url')
    const createdAt = new Date(this.now())
    const expiresAt = new Date(createdAt.getTime() + LINK_MS[purpose])
    const voided = createdBy === null ? eq(accountLinks.createdBy, ASKED_FOR) : undefined
    await transaction.delete(accountLinks).where(and(eq(accountLinks.user, user), voided))
    await transaction.insert(accountLinks).values({
      tokenHash: hashToken(token),
      user,
      purpose,
      createdBy: createdBy ?? ASKED_FOR,
      createdAt,
      expiresAt,
    })
    return { token, purpose, expiresAt }
  }

  /** Whom a link is for. @throws ProblemException 404 when it is unknown, used or expired. */
  async view(token: string): Promise<LinkView> {
    const found = await this.open(token)
    if (!found) throw await this.refused()
    const { username, displayName, purpose, expiresAt } = found
    return { username, displayName, purpose, expiresAt: expiresAt.toISOString() }
  }

  /**
   * Gives the account its password, once per link, and answers its name. Ends all its sessions and voids its
   * other links.
   * @throws ProblemException 404 when the link is unknown, used or expired; 400 for a password that is too weak,
   * which leaves the link as it is.
   */
  async redeem(token: string, password: string): Promise<string> {
    const found = await this.open(token)
    if (!found) throw await this.refused()
    checkNewPassword(password, found.username)
    const passwordHash = await this.passwords.hash(password)
    const redeemed = await this.database.queries.transaction(async (transaction) => {
      await lockAccount(transaction, found.user)
      const [used] = await transaction
        .delete(accountLinks)
        .where(
          and(eq(accountLinks.tokenHash, hashToken(token)), gt(accountLinks.expiresAt, new Date(this.now()))),
        )
        .returning({ user: accountLinks.user, purpose: accountLinks.purpose })
      if (!used) return undefined
      const [user] = await transaction
        .update(users)
        .set({ passwordHash })
        .where(and(eq(users.id, used.user), eq(users.disabled, false)))
        .returning({ username: users.username })
      if (!user) return undefined
      await transaction.delete(accountLinks).where(eq(accountLinks.user, used.user))
      await transaction.delete(sessions).where(eq(sessions.user, used.user))
      await transaction.delete(knownBrowsers).where(eq(knownBrowsers.user, used.user))
      const actor = { ...currentActor(), kind: 'user' as const, name: user.username }
      const object = { kind: 'account', id: user.username }
      await this.audit.record(
        transaction,
        { action: 'link.redeemed', object, after: { purpose: used.purpose }, actor },
        { action: 'password.changed', object, actor },
      )
      return user
    })
    if (!redeemed) throw await this.refused()
    return redeemed.username
  }

  /** Deletes expired links. */
  async sweep(): Promise<void> {
    await this.database.queries.delete(accountLinks).where(lte(accountLinks.expiresAt, new Date(this.now())))
  }

  private async open(token: string) {
    const [found] = await this.database.queries
      .select({
        user: users.id,
        username: users.username,
        displayName: users.displayName,
        purpose: accountLinks.purpose,
        expiresAt: accountLinks.expiresAt,
      })
      .from(accountLinks)
      .innerJoin(users, eq(users.id, accountLinks.user))
      .where(
        and(
          eq(accountLinks.tokenHash, hashToken(token)),
          gt(accountLinks.expiresAt, new Date(this.now())),
          eq(users.disabled, false),
        ),
      )
    return found
  }

  /** The same for every cause: a stranger learns nothing about links that were. */
  private async refused(): Promise<ProblemException> {
    await this.events.linkRefused()
    return new ProblemException(404, 'this link is unknown, was used, or has expired', [
      { field: 'token', value: '(not shown)', expected: 'a link that was not used yet' },
    ])
  }
}

/** The page of the web app that redeems a link. `base` is an origin. */
export function linkUrl(base: string, token: string): string {
  return `${base}/#/link?token=${token}`
}

/** The origin this request was made to, for the eyes of who made it: its Host is whatever they say it is. */
export function requestedOrigin(request: IncomingMessage): string {
  const { host = 'localhost', origin } = request.headers
  const secure = senderOf(request).secure || origin?.startsWith('https://') === true
  const base = `${secure ? 'https' : 'http'}://${host}`
  return URL.canParse(base) ? new URL(base).origin : 'http://localhost'
}
