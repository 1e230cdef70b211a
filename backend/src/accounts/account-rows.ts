import type { AccountView } from '@osprey/core/api/people'
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm'
import { NO_PASSWORD } from '../access/account-record.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { sessions, userJurisdictions, users } from '../database/schema.ts'

/** Sessions older or longer unused than this have ended. */
export interface SessionLimits {
  sessionIdleMinutes: number
  sessionHours: number
}

/** An account as administrators see it, with its number. */
export interface AccountRow extends Omit<AccountView, 'createdAt' | 'lastLoginAt'> {
  id: number
  createdAt: Date
  lastLoginAt: Date | null
}

/** Accounts by user name, each with what belongs to it. The guest of the demonstration mode is no person's. */
export async function accountRows(
  queries: Queries | Transaction,
  now: number,
  { sessionIdleMinutes, sessionHours }: SessionLimits,
  which?: SQL,
): Promise<AccountRow[]> {
  const open = queries
    .select({ user: sessions.user, count: sql<number>`count(*)::int`.as('count') })
    .from(sessions)
    .where(
      and(
        gt(sessions.createdAt, new Date(now - sessionHours * 3_600_000)),
        gt(sessions.lastSeenAt, new Date(now - sessionIdleMinutes * 60_000)),
      ),
    )
    .groupBy(sessions.user)
    .as('open')
  const rows = await queries
    .select({
      account: users,
      jurisdictions: sql<string[]>`array(
        select ${userJurisdictions.jurisdiction} from ${userJurisdictions}
        where ${userJurisdictions.user} = ${users.id}
        order by ${userJurisdictions.jurisdiction} collate "C")`,
      sessions: sql<number>`coalesce(${open.count}, 0)`,
    })
    .from(users)
    .leftJoin(open, eq(open.user, users.id))
    .where(and(eq(users.visitor, false), which))
    .orderBy(asc(users.username))
  return rows.map(({ account, jurisdictions, sessions }) => ({
    id: account.id,
    username: account.username,
    displayName: account.displayName,
    email: account.email,
    role: account.role,
    jurisdictions: account.wholeTerritory ? null : jurisdictions,
    disabled: account.disabled,
    hasPassword: account.passwordHash !== NO_PASSWORD,
    secondFactor: account.totpSecret !== null,
    singleSignOn: account.oidcSubject !== null,
    createdAt: account.createdAt,
    lastLoginAt: account.lastLoginAt,
    sessions,
  }))
}

export function accountView({ id: _id, createdAt, lastLoginAt, ...fields }: AccountRow): AccountView {
  return {
    ...fields,
    createdAt: createdAt.toISOString(),
    lastLoginAt: lastLoginAt?.toISOString() ?? null,
  }
}

/** What an administrator decides about an account, for the audit log: no secret, no hash of one. */
export interface AccountRecord {
  username: string
  displayName: string
  email: string | null
  role: AccountView['role']
  jurisdictions: string[] | null
  disabled: boolean
}

export function accountRecord(row: AccountRecord): AccountRecord {
  const { username, displayName, email, role, jurisdictions, disabled } = row
  return { username, displayName, email, role, jurisdictions, disabled }
}

/** The members in which the two differ, of each. */
export function differences(
  before: AccountRecord,
  after: AccountRecord,
): { before: Partial<AccountRecord>; after: Partial<AccountRecord> } | undefined {
  const names = (Object.keys(after) as (keyof AccountRecord)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  const pick = (record: AccountRecord) => Object.fromEntries(names.map((name) => [name, record[name]]))
  return names.length === 0 ? undefined : { before: pick(before), after: pick(after) }
}
