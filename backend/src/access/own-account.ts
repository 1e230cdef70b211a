import type { IncomingMessage } from 'node:http'
import type { passwordInput, SecondFactorStart, SessionView } from '@osprey/core/api/people'
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { accountLinks, users } from '../database/schema.ts'
import { ProblemException } from '../http/problem.ts'
import { type Account, accountNamed, accountWhere, NO_PASSWORD } from './account-record.ts'
import { ADMINISTRATOR } from './first-accounts.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import { asSeen, type LogIn } from './log-in.ts'
import { checkNewPassword } from './new-password.ts'
import type { Passwords } from './passwords.ts'
import type { Principal } from './principal.ts'
import type { SecondFactor } from './second-factor.ts'
import type { Sessions } from './sessions.ts'
import type { Attempt } from './throttle.ts'

export interface OwnAccountParts {
  database: Database
  audit: Audit
  passwords: Passwords
  browsers: KnownBrowsers
  sessions: Sessions
  logIn: LogIn
  secondFactor: Pick<SecondFactor, 'begin'>
  /** Reset links can be sent. */
  mail: boolean
}

/** What people do with the account they are logged in to. */
export class OwnAccount {
  private passwordChanged: (username: string) => void = () => {}

  constructor(private readonly parts: OwnAccountParts) {}

  /** Told whose password is another one now. */
  onPasswordChanged(listener: (username: string) => void): void {
    this.passwordChanged = listener
  }

  /** Someone who forgot the password can ask for a link by mail. */
  get canMailLinks(): boolean {
    return this.parts.mail
  }

  /** Who asks, as the web app shows it. */
  async view(principal: Principal): Promise<SessionView> {
    const { username, role, jurisdictions, permissions, secondFactorDue, visitor, account } = principal
    const { queries } = this.parts.database
    const own = account === undefined ? undefined : await accountWhere(queries, eq(users.id, account))
    return {
      user: {
        username,
        displayName: own?.displayName || username,
        role,
        jurisdictions: jurisdictions && [...jurisdictions],
        hasPassword: own !== undefined && own.passwordHash !== NO_PASSWORD,
        visitor,
      },
      permissions: [...permissions],
      secondFactor: secondFactorDue ? 'required' : own?.totpSecret ? 'on' : 'off',
      singleSignOn: principal.singleSignOn === true,
    }
  }

  /**
   * The account of whoever asks, and the request as the throttles see it.
   * @throws ProblemException 409 for the operator of the machine, who has none.
   */
  async of(principal: Principal, request: IncomingMessage): Promise<{ account: Account; attempt: Attempt }> {
    const { database, logIn } = this.parts
    const { account: id, username } = principal
    const account = id === undefined ? undefined : await accountWhere(database.queries, eq(users.id, id))
    if (!account) throw new ProblemException(409, `${username} has no account of its own`)
    return { account, attempt: await logIn.attempt(account.username, account.id, request) }
  }

  /**
   * A new secret for an authenticator app. Whoever found a browser open must not put their own telephone in: the
   * password is asked for, unless the person came by single sign-on.
   * @throws ProblemException 400 or 403 naming `current`, 409 when there is a second factor, 429 when throttled.
   */
  async beginSecondFactor(
    principal: Principal,
    current: string | undefined,
    request: IncomingMessage,
  ): Promise<SecondFactorStart> {
    const { account } = await this.of(principal, request)
    const { logIn, secondFactor } = this.parts
    if (!principal.singleSignOn) await logIn.confirmPassword(account, current, request)
    return secondFactor.begin(account)
  }

  /**
   * Gives the user of a session a new password, when they know the current one; the operator of this machine,
   * who needs none, gives one to the administrator. Ends every other session of that user and voids their links; API
   * tokens stay.
   * @throws ProblemException 403 for a wrong current password, 409 without one, 429 when throttled.
   */
  async changePassword(
    principal: Principal,
    { current, password }: z.infer<typeof passwordInput>,
    request: IncomingMessage,
  ): Promise<void> {
    const { database, logIn, passwords, sessions, browsers, audit } = this.parts
    const operator = principal.via === 'operator'
    const username = operator ? ADMINISTRATOR : principal.username
    const account = await accountNamed(database.queries, username)
    if (!account) throw new ProblemException(409, `there is no user ${username}`)
    if (!operator) {
      if (account.passwordHash === NO_PASSWORD) throw noPassword()
      await logIn.confirmPassword(account, current, request)
    }
    checkNewPassword(password, username)
    const passwordHash = await passwords.hash(password)
    await database.queries.transaction(async (transaction) => {
      const stillSo = operator ? undefined : and(eq(users.disabled, false), asSeen(account))
      const changed = await transaction
        .update(users)
        .set({ passwordHash })
        .where(and(eq(users.id, account.id), stillSo))
        .returning({ id: users.id })
      if (changed.length === 0) throw changedMeanwhile()
      await transaction.delete(accountLinks).where(eq(accountLinks.user, account.id))
      const sessionsEnded = await sessions.endAll(account.id, principal.session, transaction)
      await browsers.forget(account.id, transaction)
      await audit.record(transaction, {
        action: 'password.changed',
        object: { kind: 'account', id: username },
        after: { sessionsEnded },
      })
    })
    this.passwordChanged(username)
  }
}

function noPassword(): ProblemException {
  return new ProblemException(
    409,
    'this account has no password: ask an administrator for a link to choose one',
  )
}

function changedMeanwhile(): ProblemException {
  return new ProblemException(409, 'the account was changed at the same time: try again')
}
