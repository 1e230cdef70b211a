import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TokenCreated, TokenInput, TokenView } from '@osprey/core/api/people'
import type { Permission } from '@osprey/core/permissions'
import { and, count, desc, eq, gt, inArray, isNull, lt, or } from 'drizzle-orm'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { apiTokens, users } from '../database/schema.ts'
import { invalid, notFound, ProblemException } from '../http/problem.ts'
import {
  type Account,
  accountColumns,
  accountWhere,
  lacksSecondFactor,
  NO_PASSWORD,
} from './account-record.ts'
import type { AuthenticationEvents } from './authentication-events.ts'
import type { LogIn } from './log-in.ts'
import { hashToken } from './peer.ts'
import { machineOf, type Principal } from './principal.ts'

/** Scanners that look for leaked secrets know a token by its prefix. */
export const TOKEN_PREFIX = 'osp_'
const MAX_PER_USER = 50
const DAY_MS = 86_400_000
/** `last_used_at` is written at most this often per token. */
const USED_EVERY_MS = 60_000
/** People see for a while that a token has expired. */
const KEPT_AFTER_EXPIRY_MS = 30 * DAY_MS

export interface ApiTokensParts {
  database: Database
  audit: Audit
  events: AuthenticationEvents
  logIn: Pick<LogIn, 'confirmPassword'>
  /** Administrators need a second factor, and so do their tokens. */
  exposed: boolean
  now: () => number
}

/** API tokens: machines that act for a user, within scopes and until a day. */
export class ApiTokens {
  private closeConnections: (ended: ReadonlySet<string>) => void = () => {}

  constructor(private readonly parts: ApiTokensParts) {}

  /** Told what ended, as `Principal.session` names it, to close what outlives a request. */
  onEnded(listener: (ended: ReadonlySet<string>) => void): void {
    this.closeConnections = listener
  }

  /**
   * The token's secret is answered this once. Whoever found a browser open must not take a token along: the
   * password is asked for, where there is one.
   * @throws ProblemException 400, 403, 409 or 429 with the reason.
   */
  async create(principal: Principal, input: TokenInput, request: IncomingMessage): Promise<TokenCreated> {
    const { database, audit, logIn } = this.parts
    const user = ownerOf(principal)
    for (const scope of input.scopes) {
      if (!principal.permissions.has(scope)) throw invalid('scopes', scope, 'permissions you hold yourself')
    }
    const account = await accountWhere(database.queries, eq(users.id, user))
    if (account) await logIn.confirmPassword(account, input.current, request)
    const token = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`
    const now = this.parts.now()
    const row = {
      id: randomUUID(),
      tokenHash: hashToken(token),
      user,
      name: input.name,
      scopes: [...new Set(input.scopes)],
      createdAt: new Date(now),
      expiresAt: new Date(now + input.expiresInDays * DAY_MS),
      lastUsedAt: null,
    }
    await database.queries.transaction(async (transaction) => {
      // Of requests at the same time, one counts after the other.
      const [enabled] = await transaction
        .select({ id: users.id })
        .from(users)
        .where(and(eq(users.id, user), eq(users.disabled, false)))
        .for('update')
      if (!enabled) throw new ProblemException(401, 'log in first')
      const [held] = await transaction
        .select({ tokens: count() })
        .from(apiTokens)
        .where(and(eq(apiTokens.user, user), gt(apiTokens.expiresAt, new Date(now))))
      if ((held?.tokens ?? 0) >= MAX_PER_USER) {
        throw new ProblemException(409, `an account has at most ${MAX_PER_USER} API tokens; revoke one first`)
      }
      await transaction.insert(apiTokens).values(row)
      const { id, name, scopes, expiresAt } = viewOf(row)
      await audit.record(transaction, {
        action: 'token.created',
        object: { kind: 'token', id },
        after: { name, scopes, expiresAt },
      })
    })
    return { ...viewOf(row), token }
  }

  /** Newest first, those that expired lately too. */
  async list({ account = -1, visitor }: Principal): Promise<TokenView[]> {
    if (visitor) return []
    const rows = await this.parts.database.queries
      .select()
      .from(apiTokens)
      .where(eq(apiTokens.user, account))
      .orderBy(desc(apiTokens.createdAt))
    return rows.map(viewOf)
  }

  /** Ends one of the own tokens. @throws ProblemException 404 when it is not one. */
  async revoke({ account = -1 }: Principal, id: string): Promise<void> {
    if (id.includes('\0')) throw notFound('token', id)
    await this.parts.database.queries.transaction(async (transaction) => {
      const [gone] = await transaction
        .delete(apiTokens)
        .where(and(eq(apiTokens.id, id), eq(apiTokens.user, account)))
        .returning()
      if (!gone) throw notFound('token', id)
      const { name, scopes, expiresAt } = viewOf(gone)
      await this.parts.audit.record(transaction, {
        action: 'token.revoked',
        object: { kind: 'token', id },
        before: { name, scopes, expiresAt },
      })
    })
    this.closeConnections(new Set([`token ${id}`]))
  }

  /** Who asks with `token`; undefined, with the reason on record, when it is none that holds. */
  async principalOf(token: string, request: IncomingMessage): Promise<Principal | undefined> {
    const [found] = await this.parts.database.queries
      .select({ token: apiTokens, account: accountColumns })
      .from(apiTokens)
      .innerJoin(users, eq(users.id, apiTokens.user))
      .where(eq(apiTokens.tokenHash, hashToken(token)))
    const now = new Date(this.parts.now())
    const reason = !found
      ? 'unknown token'
      : found.account.disabled
        ? 'account disabled'
        : found.token.expiresAt <= now
          ? 'expired'
          : undefined
    if (!found || reason !== undefined) {
      await this.parts.events.tokenRefused(found?.account.username ?? '', request, reason ?? 'unknown token')
      return undefined
    }
    await this.used(found.token, now)
    return machineOf(found.account, found.token, this.parts.exposed && couldComeByPassword(found.account))
  }

  private async used({ id, lastUsedAt }: { id: string; lastUsedAt: Date | null }, now: Date): Promise<void> {
    const before = new Date(now.getTime() - USED_EVERY_MS)
    if (lastUsedAt && lastUsedAt > before) return
    await this.parts.database.queries
      .update(apiTokens)
      .set({ lastUsedAt: now })
      .where(and(eq(apiTokens.id, id), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, before))))
  }

  /** Of these ids, those whose token still holds. */
  async standing(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return []
    const rows = await this.parts.database.queries
      .select({ id: apiTokens.id })
      .from(apiTokens)
      .innerJoin(users, eq(users.id, apiTokens.user))
      .where(
        and(
          inArray(apiTokens.id, [...ids]),
          gt(apiTokens.expiresAt, new Date(this.parts.now())),
          eq(users.disabled, false),
        ),
      )
    return rows.map(({ id }) => id)
  }

  /** Deletes those that expired a month ago. */
  async sweep(): Promise<void> {
    const bound = new Date(this.parts.now() - KEPT_AFTER_EXPIRY_MS)
    await this.parts.database.queries.delete(apiTokens).where(lt(apiTokens.expiresAt, bound))
  }
}

/** An administrator without second factor who is not bound to come by single sign-on, which would vouch for them. */
function couldComeByPassword(account: Account): boolean {
  return lacksSecondFactor(account) && account.passwordHash !== NO_PASSWORD
}

function ownerOf({ account, visitor, secondFactorDue, username }: Principal): number {
  if (visitor) throw new ProblemException(403, 'guests have no API tokens')
  if (secondFactorDue)
    throw new ProblemException(403, 'set up a second factor first: this account must have one')
  if (account === undefined) throw new ProblemException(409, `${username} has no account of its own`)
  return account
}

function viewOf(row: typeof apiTokens.$inferSelect): TokenView {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes as Permission[],
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}
