import type { IncomingMessage } from 'node:http'
import type { AuditAction } from '@osprey/core/api/audit'
import type { RecoveryCodesView, SecondFactorStart } from '@osprey/core/api/people'
import { and, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Logger } from 'pino'

import { currentActor } from '../audit/actor.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { ProblemException } from '../http/problem.ts'
import type { Account } from './account-record.ts'
import type { AuthenticationEvents } from './authentication-events.ts'
import { CodeThrottle } from './code-throttle.ts'
import type { SecretBox } from './secret-box.ts'
import { type Attempt, tooManyAttempts } from './throttle.ts'
import { hashRecoveryCode, newRecoveryCodes, newSecret, stepOf, uriOf } from './totp.ts'

/** Second factors: time-based codes (RFC 6238) and recovery codes, each of which works once. */
export class SecondFactor {
  private readonly throttle = new CodeThrottle()
  private switched: (username: string, to: 'on' | 'off') => void = () => {}

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    private readonly audit: Audit,
    private readonly events: AuthenticationEvents,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Told whose second factor was switched on or off. */
  onSwitched(listener: (username: string, to: 'on' | 'off') => void): void {
    this.switched = listener
  }

  /** A secret that counts once a code of it was confirmed. @throws ProblemException 409 when there is one. */
  async begin(account: Account): Promise<SecondFactorStart> {
    if (account.totpSecret) throw alreadyOn()
    const secret = newSecret()
    const totpPending = this.box.seal(secret, purposeOf(account))
    await this.database.queries
      .update(users)
      .set({ totpPending })
      .where(and(eq(users.id, account.id), isNull(users.totpSecret)))
    return { secret, uri: uriOf(secret, account.username) }
  }

  /** Turns it on. @throws ProblemException 403 for a wrong code, 409 when none was begun, 429 when throttled. */
  async confirm(
    account: Account,
    code: string,
    attempt: Attempt,
    request: IncomingMessage,
  ): Promise<RecoveryCodesView> {
    const { totpPending } = account
    if (account.totpSecret) throw alreadyOn()
    if (!totpPending) throw new ProblemException(409, 'begin with a new secret first')
    const step = await this.tried(account, attempt, request, async () =>
      this.step(account, totpPending, code),
    )
    if (step === undefined) throw wrongCode(403)
    const recoveryCodes = newRecoveryCodes()
    const set = {
      totpSecret: totpPending,
      totpPending: null,
      totpLastStep: step,
      recoveryCodes: recoveryCodes.map(hashRecoveryCode),
    }
    const unchanged = and(eq(users.totpPending, totpPending), isNull(users.totpSecret))
    if (!(await this.change(account, set, unchanged, 'second_factor.enabled'))) throw alreadyOn()
    this.switched(account.username, 'on')
    return { recoveryCodes }
  }

  /**
   * Uses up `code`, a time-based or a recovery code of the account: nobody can use it a second time, nor at the
   * same time.
   * @throws ProblemException 429 when throttled.
   */
  async accepts(
    account: Account,
    code: string,
    attempt: Attempt,
    request: IncomingMessage,
  ): Promise<boolean> {
    const used = await this.tried(account, attempt, request, async () =>
      (await this.useCode(account, code)) || (await this.useRecoveryCode(account, code)) ? true : undefined,
    )
    return used === true
  }

  /** @throws ProblemException 403 for a wrong code, 409 when it is off, 429 when throttled. */
  async disable(account: Account, code: string, attempt: Attempt, request: IncomingMessage): Promise<void> {
    await this.prove(account, code, attempt, request)
    await this.change(account, OFF, undefined, 'second_factor.disabled')
    this.switched(account.username, 'off')
  }

  /** New recovery codes in place of those that are left. Throws as `disable`. */
  async renewRecoveryCodes(
    account: Account,
    code: string,
    attempt: Attempt,
    request: IncomingMessage,
  ): Promise<RecoveryCodesView> {
    await this.prove(account, code, attempt, request)
    const recoveryCodes = newRecoveryCodes()
    const set = { recoveryCodes: recoveryCodes.map(hashRecoveryCode) }
    await this.change(account, set, undefined, 'second_factor.recovery_codes_renewed')
    return { recoveryCodes }
  }

  /** For someone who lost it: takes it away, as an administrator. Recording it is the caller's. */
  async clear(user: number, transaction: Transaction): Promise<void> {
    await transaction.update(users).set(OFF).where(eq(users.id, user))
  }

  private async prove(account: Account, code: string, attempt: Attempt, request: IncomingMessage) {
    if (!account.totpSecret) throw new ProblemException(409, 'this account has no second factor')
    if (!(await this.accepts(account, code, attempt, request))) throw wrongCode(403)
  }

  /** Runs `attemptIt` unless there were too many wrong codes; it answers undefined for a wrong one. */
  private async tried<Outcome>(
    account: Account,
    attempt: Attempt,
    request: IncomingMessage,
    attemptIt: () => Promise<Outcome | undefined>,
  ): Promise<Outcome | undefined> {
    const verdict = this.throttle.judge(attempt, this.now())
    if (!verdict.allowed) {
      await this.events.loginThrottled(account.username, request, 'too many wrong codes')
      throw tooManyAttempts(verdict.retryAfterMs)
    }
    this.throttle.begun(attempt, this.now())
    const outcome = await attemptIt()
    if (outcome === undefined) await this.events.loginFailed(account.username, request, 'wrong code')
    else this.throttle.succeeded(attempt)
    return outcome
  }

  private step(account: Account, sealed: string, code: string): number | undefined {
    const secret = this.box.open(sealed, purposeOf(account))
    if (secret !== undefined) return stepOf(code, secret, this.now())
    this.log.error(
      { event: 'second_factor_unreadable', account: account.username },
      'a second factor cannot be read: secrets.key is not the one it was sealed with',
    )
    return undefined
  }

  /** The condition is what lets one of several requests with the same code through. */
  private async useCode(account: Account, code: string): Promise<boolean> {
    const { totpSecret } = account
    const step = totpSecret ? this.step(account, totpSecret, code) : undefined
    if (!totpSecret || step === undefined) return false
    const updated = await this.database.queries
      .update(users)
      .set({ totpLastStep: step })
      .where(
        and(
          eq(users.id, account.id),
          eq(users.totpSecret, totpSecret),
          or(isNull(users.totpLastStep), lt(users.totpLastStep, step)),
        ),
      )
      .returning({ id: users.id })
    return updated.length > 0
  }

  private async useRecoveryCode(account: Account, code: string): Promise<boolean> {
    const hash = hashRecoveryCode(code)
    const set = { recoveryCodes: sql`array_remove(${users.recoveryCodes}, ${hash})` }
    const unused = sql`${hash} = any(${users.recoveryCodes})`
    return this.change(account, set, unused, 'second_factor.recovery_code_used')
  }

  /** One change of the account's row with its entry in the audit log; false when `condition` does not hold. */
  private change(
    account: Account,
    set: Record<string, unknown>,
    condition: SQL | undefined,
    action: AuditAction,
  ): Promise<boolean> {
    return this.database.queries.transaction(async (transaction) => {
      const changed = await transaction
        .update(users)
        .set(set)
        .where(and(eq(users.id, account.id), condition))
        .returning({ left: sql<number>`cardinality(${users.recoveryCodes})` })
      const left = changed[0]?.left
      if (left === undefined) return false
      await this.audit.record(transaction, {
        action,
        object: { kind: 'account', id: account.username },
        after: { recoveryCodes: left },
        actor: { kind: 'user', name: account.username, address: currentActor().address },
      })
      return true
    })
  }
}

const OFF = { totpSecret: null, totpPending: null, totpLastStep: null, recoveryCodes: [] }

/** Wrong or missing at a log-in: 401; wrong afterwards: 403. */
export function wrongCode(status: 401 | 403, given = true): ProblemException {
  const detail = given
    ? 'the code is wrong or was used before'
    : 'this account needs a code of its second factor'
  return new ProblemException(status, detail, [
    {
      field: 'code',
      value: given ? '(not shown)' : null,
      expected: 'the six digits the authenticator app shows now, or an unused recovery code',
    },
  ])
}

function alreadyOn(): ProblemException {
  return new ProblemException(409, 'the second factor is on; turn it off first')
}

/** Bound to the account: a sealed secret copied to another row does not open. */
function purposeOf({ id }: Account): string {
  return `totp ${id}`
}
