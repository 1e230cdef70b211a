import { and, eq, sql } from 'drizzle-orm'
import type { Principal } from '../access/principal.ts'
import type { Transaction } from '../database/database.ts'
import { apiTokens, knownBrowsers, sessions, users } from '../database/schema.ts'
import { ProblemException } from '../http/problem.ts'

/** Steps of the transactions in which accounts are changed. */

/**
 * One change of accounts at a time, until the end of the transaction: two at once could each take the other's
 * administrator for the one that remains, or give out the same name.
 */
export async function takeTurn(transaction: Transaction): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtext('osprey accounts'))`)
}

/**
 * Between the guard and this transaction another administrator may have had their turn.
 * @throws ProblemException 401 when whoever asks is no administrator any more.
 */
export async function checkActs(transaction: Transaction, { account: user }: Principal): Promise<void> {
  if (user === undefined) return
  const acts = and(eq(users.id, user), eq(users.disabled, false), eq(users.role, 'administrator'))
  if ((await transaction.$count(users, acts)) === 0) throw new ProblemException(401, 'log in first')
}

/** Answers how many there were. */
export async function endSessionsOf(transaction: Transaction, user: number): Promise<number> {
  const ended = await transaction.delete(sessions).where(eq(sessions.user, user)).returning({ one: sql`1` })
  await transaction.delete(knownBrowsers).where(eq(knownBrowsers.user, user))
  return ended.length
}

/** Answers how many there were. */
export async function endTokensOf(transaction: Transaction, user: number): Promise<number> {
  const ended = await transaction.delete(apiTokens).where(eq(apiTokens.user, user)).returning({ one: sql`1` })
  return ended.length
}
