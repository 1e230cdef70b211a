import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { and, desc, eq, lt, notInArray } from 'drizzle-orm'
import type { Database, Transaction } from '../database/database.ts'
import { knownBrowsers } from '../database/schema.ts'
import { cookieOf, hashToken } from './peer.ts'

export const BROWSER_COOKIE = 'osprey_browser'
export const BROWSER_MS = 180 * 86_400_000
const MAX_PER_USER = 50

/** Browsers that logged in before, by a cookie of their own: the throttle judges them by themselves. */
export class KnownBrowsers {
  constructor(
    private readonly database: Database,
    private readonly now: () => number = Date.now,
  ) {}

  /** `tokenHash` when it is of a browser of `user`. Asked for unknown users too: it takes as long. */
  async find(user: number | undefined, tokenHash: string | undefined): Promise<string | undefined> {
    if (tokenHash === undefined) return undefined
    const [found] = await this.database.queries
      .select({ tokenHash: knownBrowsers.tokenHash })
      .from(knownBrowsers)
      .where(and(eq(knownBrowsers.tokenHash, tokenHash), eq(knownBrowsers.user, user ?? -1)))
    return found?.tokenHash
  }

  /** Answers the token for the cookie: the one the browser has, or a new one; undefined when it did not send it. */
  async remember(
    transaction: Transaction,
    user: number,
    known: string | undefined,
    request: IncomingMessage,
  ): Promise<string | undefined> {
    const lastUsedAt = new Date(this.now())
    if (known) {
      await transaction.update(knownBrowsers).set({ lastUsedAt }).where(eq(knownBrowsers.tokenHash, known))
      return cookieOf(request, BROWSER_COOKIE)
    }
    const token = randomBytes(32).toString('base64url')
    await transaction.insert(knownBrowsers).values({ tokenHash: hashToken(token), user, lastUsedAt })
    const kept = transaction
      .select({ tokenHash: knownBrowsers.tokenHash })
      .from(knownBrowsers)
      .where(eq(knownBrowsers.user, user))
      .orderBy(desc(knownBrowsers.lastUsedAt))
      .limit(MAX_PER_USER)
    await transaction
      .delete(knownBrowsers)
      .where(and(eq(knownBrowsers.user, user), notInArray(knownBrowsers.tokenHash, kept)))
    return token
  }

  /** After a change of password no browser of the account is known any more. */
  async forget(user: number, transaction: Transaction): Promise<void> {
    await transaction.delete(knownBrowsers).where(eq(knownBrowsers.user, user))
  }

  /** Forgets those not used for half a year. */
  async sweep(): Promise<void> {
    await this.database.queries
      .delete(knownBrowsers)
      .where(lt(knownBrowsers.lastUsedAt, new Date(this.now() - BROWSER_MS)))
  }
}
