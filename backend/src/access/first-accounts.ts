import { randomBytes } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { NO_PASSWORD } from './account-record.ts'
import { VISITOR } from './log-in.ts'
import type { Passwords } from './passwords.ts'

export const ADMINISTRATOR = 'admin'

export interface FirstAccountsOptions {
  demo: boolean
  adminPassword: string | undefined
  /** Prints the generated administrator password, once, to a person. */
  announce: (username: string, password: string) => void
}

/** The accounts an empty database needs: the administrator and, for demonstrations, the guest. */
export async function createFirstAccounts(
  database: Database,
  audit: Audit,
  passwords: Passwords,
  options: FirstAccountsOptions,
  log: Logger,
): Promise<void> {
  await createAdministrator(database, audit, passwords, options, log)
  if (options.demo) await createVisitor(database, audit)
}

async function createAdministrator(
  { queries }: Database,
  audit: Audit,
  passwords: Passwords,
  { adminPassword: given, announce }: FirstAccountsOptions,
  log: Logger,
): Promise<void> {
  const administrators = and(eq(users.role, 'administrator'), eq(users.visitor, false))
  if ((await queries.$count(users, administrators)) > 0) return
  const password = given ?? randomBytes(15).toString('base64url')
  const passwordHash = await passwords.hash(password)
  const account = { displayName: 'Administrator', role: 'administrator' as const }
  const made = await queries.transaction(async (transaction) => {
    const created = await transaction
      .insert(users)
      .values({ ...account, username: ADMINISTRATOR, passwordHash, wholeTerritory: true })
      .onConflictDoNothing()
      .returning({ id: users.id })
    if (created.length === 0) return false
    await audit.record(transaction, {
      action: 'account.created',
      object: { kind: 'account', id: ADMINISTRATOR },
      after: { username: ADMINISTRATOR, ...account, email: null, jurisdictions: null, disabled: false },
    })
    return true
  })
  if (!made) {
    log.error({ event: 'no_administrator' }, `no administrator, and the name ${ADMINISTRATOR} is taken`)
    return
  }
  if (given === undefined) announce(ADMINISTRATOR, password)
  log.info({ event: 'administrator_created', generated: given === undefined }, 'administrator created')
}

async function createVisitor({ queries }: Database, audit: Audit): Promise<void> {
  const account = { displayName: 'Visitor', role: 'inspector' as const }
  await queries.transaction(async (transaction) => {
    const created = await transaction
      .insert(users)
      .values({
        ...account,
        username: VISITOR,
        passwordHash: NO_PASSWORD,
        wholeTerritory: true,
        visitor: true,
      })
      .onConflictDoNothing()
      .returning({ id: users.id })
    if (created.length === 0) return
    await audit.record(transaction, {
      action: 'account.created',
      object: { kind: 'account', id: VISITOR },
      after: { username: VISITOR, ...account, email: null, jurisdictions: null, disabled: false },
    })
  })
}
