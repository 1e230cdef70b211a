import type {
  AccountCreated,
  AccountInput,
  AccountLinkView,
  AccountPatch,
  AccountView,
} from '@osprey/core/api/people'
import { and, eq, inArray, isNotNull, ne, or, type SQL } from 'drizzle-orm'
import { lockAccount, NO_PASSWORD } from '../access/account-record.ts'
import type { Principal } from '../access/principal.ts'
import type { SecondFactor } from '../access/second-factor.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { accountLinks, jurisdictions, userJurisdictions, users } from '../database/schema.ts'
import { invalidFields, notFound, ProblemException } from '../http/problem.ts'
import { invitation, passwordReset } from '../mail/letters.ts'
import type { Mail } from '../mail/mail.ts'
import { emailTaken, refusal, reservedName, usernameTaken } from './account-problems.ts'
import {
  type AccountRow,
  accountRecord,
  accountRows,
  accountView,
  differences,
  type SessionLimits,
} from './account-rows.ts'
import {
  type Circumstances,
  judgeAccount,
  judgeChange,
  judgeRemoval,
  RESERVED_NAMES,
} from './account-rules.ts'
import { checkActs, endSessionsOf, endTokensOf, takeTurn } from './account-transactions.ts'
import { type Links, linkUrl, type NewLink } from './links.ts'
import type { Notices } from './notices.ts'

export interface AccountsOptions {
  database: Database
  audit: Audit
  links: Links
  mail: Mail
  notices: Notices
  secondFactor: Pick<SecondFactor, 'clear'>
  limits: SessionLimits
  /** What links begin with; unless set, the origin the administrator's own request was made to. */
  publicUrl: string | undefined
  /** Closes what outlives a request: the live connections of this user name. */
  disconnect: (username: string) => void
  now?: () => number
}

const MAX_ACCOUNTS = 10_000

/** The accounts of people, for administrators. */
export class Accounts {
  private readonly now: () => number

  constructor(private readonly options: AccountsOptions) {
    this.now = options.now ?? Date.now
  }

  /** By user name. */
  async list(): Promise<AccountView[]> {
    return (await this.rows(this.options.database.queries)).map(accountView)
  }

  /** @throws ProblemException 404 */
  async get(username: string): Promise<AccountView> {
    return accountView(await this.found(this.options.database.queries, username))
  }

  /** Makes an account and the link with which its person chooses a password. `origin`: see publicUrl. */
  async create(input: AccountInput, by: Principal, origin: string): Promise<AccountCreated> {
    const { username, displayName, role } = input
    if (RESERVED_NAMES.has(username)) throw reservedName(username)
    const verdict = judgeAccount(input)
    if (!verdict.allowed) throw refusal(verdict.reason, input)
    const email = input.email?.toLowerCase() ?? null
    const { database, audit, links } = this.options
    const made = await database.queries.transaction(async (transaction) => {
      await takeTurn(transaction)
      await checkActs(transaction, by)
      await this.checkRoom(transaction)
      await checkFree(transaction, { username, email })
      const [user] = await transaction
        .insert(users)
        .values({
          username,
          displayName,
          email,
          role,
          passwordHash: NO_PASSWORD,
          wholeTerritory: input.jurisdictions === null,
        })
        .returning({ id: users.id })
      const { id } = user as { id: number }
      await assign(transaction, id, input.jurisdictions)
      const link = await links.create(transaction, id, 'invitation', by.username)
      const row = await this.found(transaction, username)
      await audit.record(
        transaction,
        { action: 'account.created', object: account(username), after: accountRecord(row) },
        linkCreated(username, link),
      )
      return { row, link }
    })
    return { account: accountView(made.row), link: this.handOver(made.row, made.link, origin) }
  }

  /**
   * Changes an account. Other rights count from the next request on, and live connections are closed to begin anew
   * with them. Disabling ends sessions, tokens and links.
   */
  async update(username: string, patch: AccountPatch, by: Principal): Promise<AccountView> {
    const { database, audit } = this.options
    const change = await database.queries.transaction(async (transaction) => {
      const before = await this.locked(transaction, username, by)
      const after = { ...accountRecord(before), ...changesOf(patch) }
      const verdict = judgeChange(before, after, await this.circumstances(transaction, before, by))
      if (!verdict.allowed) throw refusal(verdict.reason, after)
      const changed = differences(accountRecord(before), after)
      if (!changed) return { before, after }
      if (changed.after.email) await checkFree(transaction, { email: changed.after.email })
      await this.save(transaction, before.id, after)
      if ('jurisdictions' in changed.after) await assign(transaction, before.id, after.jurisdictions)
      await this.endWhatFollows(transaction, before, after)
      await audit.record(transaction, { action: 'account.changed', object: account(username), ...changed })
      return { before, after }
    })
    if (rightsDiffer(change.before, change.after)) this.options.disconnect(username)
    return this.get(username)
  }

  /** Removes an account with all that belongs to it; the audit log keeps its name. */
  async remove(username: string, by: Principal): Promise<void> {
    const { database, audit, disconnect } = this.options
    await database.queries.transaction(async (transaction) => {
      const before = await this.locked(transaction, username, by)
      const verdict = judgeRemoval(before, await this.circumstances(transaction, before, by))
      if (!verdict.allowed) throw refusal(verdict.reason, before)
      await transaction.delete(users).where(eq(users.id, before.id))
      const event = { action: 'account.removed' as const, object: account(username) }
      await audit.record(transaction, { ...event, before: accountRecord(before) })
    })
    disconnect(username)
  }

  /**
   * A new link with which the person chooses a password. `origin`: see publicUrl.
   * @throws ProblemException 409 for the own account, where the current password is asked for, and a disabled one.
   */
  async createLink(username: string, by: Principal, origin: string): Promise<AccountLinkView> {
    const { database, audit, links } = this.options
    const made = await database.queries.transaction(async (transaction) => {
      const row = await this.locked(transaction, username, by)
      if (isOwn(row, by))
        throw new ProblemException(
          409,
          'nobody makes a link for their own account: change the password instead',
        )
      if (row.disabled) throw new ProblemException(409, 'this account is disabled: enable it first')
      const purpose = row.hasPassword ? 'reset' : 'invitation'
      const link = await links.create(transaction, row.id, purpose, by.username)
      await audit.record(transaction, linkCreated(username, link))
      return { row, link }
    })
    return this.handOver(made.row, made.link, origin)
  }

  /** Ends every session and API token of the account, at once, voids its links and forgets its browsers. */
  async endSessions(username: string, by: Principal): Promise<void> {
    const { database, audit, disconnect } = this.options
    await database.queries.transaction(async (transaction) => {
      const { id } = await this.locked(transaction, username, by)
      await transaction.delete(accountLinks).where(eq(accountLinks.user, id))
      const ended = await endSessionsOf(transaction, id)
      const tokens = await endTokensOf(transaction, id)
      const event = { action: 'session.revoked' as const, object: account(username) }
      await audit.record(transaction, { ...event, after: { sessions: ended, tokens } })
    })
    disconnect(username)
  }

  /**
   * For a person who lost their second factor. Their sessions end too, and links they were sent.
   * @throws ProblemException 409 for the own account, where a code is asked for, and one without second factor.
   */
  async removeSecondFactor(username: string, by: Principal): Promise<void> {
    const { database, audit, secondFactor, disconnect, notices } = this.options
    await database.queries.transaction(async (transaction) => {
      const before = await this.locked(transaction, username, by)
      if (isOwn(before, by))
        throw new ProblemException(
          409,
          'nobody resets their own second factor: switch it off with a code instead',
        )
      if (!before.secondFactor) throw new ProblemException(409, 'this account has no second factor')
      await secondFactor.clear(before.id, transaction)
      await transaction.delete(accountLinks).where(eq(accountLinks.user, before.id))
      await endSessionsOf(transaction, before.id)
      await audit.record(transaction, { action: 'second_factor.disabled', object: account(username) })
    })
    disconnect(username)
    await notices.secondFactorChanged(username, 'off')
  }

  private rows(queries: Database['queries'] | Transaction, which?: SQL): Promise<AccountRow[]> {
    return accountRows(queries, this.now(), this.options.limits, which)
  }

  private async found(queries: Database['queries'] | Transaction, username: string): Promise<AccountRow> {
    const [row] = username.includes('\0') ? [] : await this.rows(queries, eq(users.username, username))
    if (!row) throw notFound('account', username)
    return row
  }

  /** The account, with the right to change accounts. */
  private async locked(transaction: Transaction, username: string, by: Principal): Promise<AccountRow> {
    await takeTurn(transaction)
    await checkActs(transaction, by)
    const { id } = await this.found(transaction, username)
    await lockAccount(transaction, id)
    // As it is now that nothing else changes it.
    return this.found(transaction, username)
  }

  private async circumstances(
    transaction: Transaction,
    row: AccountRow,
    by: Principal,
  ): Promise<Circumstances> {
    const otherAdministrators = await transaction.$count(
      users,
      and(
        eq(users.role, 'administrator'),
        eq(users.disabled, false),
        ne(users.id, row.id),
        // One who never chose a password cannot stand in for the last one.
        or(ne(users.passwordHash, NO_PASSWORD), isNotNull(users.oidcSubject)),
      ),
    )
    return { own: isOwn(row, by), otherAdministrators }
  }

  private async checkRoom(transaction: Transaction): Promise<void> {
    if ((await transaction.$count(users)) >= MAX_ACCOUNTS)
      throw new ProblemException(409, `at most ${MAX_ACCOUNTS} accounts can be made`)
  }

  private async save(
    transaction: Transaction,
    id: number,
    after: ReturnType<typeof accountRecord>,
  ): Promise<void> {
    const { displayName, email, role, jurisdictions: territory, disabled } = after
    const wholeTerritory = territory === null
    await transaction
      .update(users)
      .set({ displayName, email, role, disabled, wholeTerritory })
      .where(eq(users.id, id))
  }

  private async endWhatFollows(
    transaction: Transaction,
    before: AccountRow,
    after: ReturnType<typeof accountRecord>,
  ): Promise<void> {
    const disabled = after.disabled && !before.disabled
    // A link may lie in a mailbox that is no longer, or never was, this person's.
    if (disabled || after.email !== before.email)
      await transaction.delete(accountLinks).where(eq(accountLinks.user, before.id))
    if (!disabled) return
    await endSessionsOf(transaction, before.id)
    await endTokensOf(transaction, before.id)
  }

  /** Mails the link where that is possible, and shows it to the administrator who made it. */
  private handOver(row: AccountRow, link: NewLink, origin: string): AccountLinkView {
    const { mail, publicUrl } = this.options
    const url = linkUrl(publicUrl ?? origin, link.token)
    const expiresAt = link.expiresAt.getTime()
    const letter = link.purpose === 'invitation' ? invitation : passwordReset
    // Mails never carry an address taken from a request.
    const mailed =
      row.email !== null &&
      publicUrl !== undefined &&
      mail.send(letter({ ...row, email: row.email }, { url, expiresAt }))
    return { url, purpose: link.purpose, expiresAt: link.expiresAt.toISOString(), mailed }
  }
}

function account(username: string): { kind: string; id: string } {
  return { kind: 'account', id: username }
}

function linkCreated(username: string, { purpose, expiresAt }: NewLink) {
  const after = { purpose, expiresAt: expiresAt.toISOString() }
  return { action: 'link.created' as const, object: account(username), after }
}

function isOwn(row: AccountRow, by: Principal): boolean {
  return by.account === row.id
}

function rightsDiffer(before: AccountRow, after: ReturnType<typeof accountRecord>): boolean {
  const rights = ({ role, jurisdictions: territory, disabled }: typeof after) =>
    JSON.stringify([role, territory, disabled])
  return rights(before) !== rights(after)
}

/** The members that are given, as they are stored. */
function changesOf({ email, jurisdictions: territory, ...patch }: AccountPatch) {
  return {
    ...patch,
    ...(email !== undefined && { email: email?.toLowerCase() ?? null }),
    ...(territory !== undefined && { jurisdictions: territory && [...new Set(territory)].sort() }),
  }
}

async function checkFree(
  transaction: Transaction,
  { username, email }: { username?: string; email: string | null },
): Promise<void> {
  const taken = await transaction
    .select({ username: users.username, email: users.email })
    .from(users)
    .where(
      or(
        username === undefined ? undefined : eq(users.username, username),
        email === null ? undefined : eq(users.email, email),
      ),
    )
  if (taken.some((one) => one.username === username)) throw usernameTaken(username as string)
  if (taken.length > 0) throw emailTaken(email as string)
}

/** Makes these the account's jurisdictions. @throws ProblemException 400 that names each one there is not. */
async function assign(transaction: Transaction, user: number, ids: readonly string[] | null): Promise<void> {
  await transaction.delete(userJurisdictions).where(eq(userJurisdictions.user, user))
  if (ids === null) return
  // The lock keeps them from being removed before this is committed.
  const existing = await transaction
    .select({ id: jurisdictions.id })
    .from(jurisdictions)
    .where(inArray(jurisdictions.id, [...ids]))
    .for('key share')
  const known = new Set(existing.map(({ id }) => id))
  const unknown = ids.filter((id) => !known.has(id))
  if (unknown.length > 0) {
    const expected = 'ids of existing jurisdictions'
    throw invalidFields(unknown.map((value) => ({ field: 'jurisdictions', value, expected })))
  }
  await transaction
    .insert(userJurisdictions)
    .values([...known].map((jurisdiction) => ({ user, jurisdiction })))
}
