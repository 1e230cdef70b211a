import type { Role } from '@osprey/core/permissions'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Queries, Transaction } from '../database/database.ts'
import { userJurisdictions, users } from '../database/schema.ts'

/** No Argon2 string: nothing verifies against it. */
export const NO_PASSWORD = '!'

/** An account as log-in and second factor need it. */
export interface Account {
  id: number
  username: string
  displayName: string
  role: Role
  wholeTerritory: boolean
  visitor: boolean
  disabled: boolean
  passwordHash: string
  /** Sealed; null without a second factor. */
  totpSecret: string | null
  totpPending: string | null
  jurisdictions: string[]
}

export const accountColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  role: users.role,
  wholeTerritory: users.wholeTerritory,
  visitor: users.visitor,
  disabled: users.disabled,
  passwordHash: users.passwordHash,
  totpSecret: users.totpSecret,
  totpPending: users.totpPending,
  /** The ids of the account's jurisdictions, as one column. */
  jurisdictions: sql<string[]>`array(
    select ${userJurisdictions.jurisdiction} from ${userJurisdictions}
    where ${userJurisdictions.user} = ${users.id} order by 1)`,
}

/** Needs a second factor once people come from other machines, and has none. */
export function lacksSecondFactor({ role, totpSecret }: Pick<Account, 'role' | 'totpSecret'>): boolean {
  return role === 'administrator' && totpSecret === null
}

export async function accountWhere(
  queries: Queries | Transaction,
  ...conditions: SQL[]
): Promise<Account | undefined> {
  const [found] = await queries
    .select(accountColumns)
    .from(users)
    .where(and(...conditions))
  return found
}

/**
 * Whoever changes an account and what belongs to it takes the account's row first, so that no two wait for each
 * other.
 */
export async function lockAccount(transaction: Transaction, user: number): Promise<void> {
  await transaction.select({ id: users.id }).from(users).where(eq(users.id, user)).for('no key update')
}

/** No account has a name that PostgreSQL cannot hold. */
export async function accountNamed(
  queries: Queries | Transaction,
  username: string,
): Promise<Account | undefined> {
  return username.includes('\0') ? undefined : accountWhere(queries, eq(users.username, username))
}
