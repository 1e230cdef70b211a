import { isCleanText } from '@osprey/core/api/fields'
import { eq, or } from 'drizzle-orm'
import type { Logger } from 'pino'
import { NO_PASSWORD } from '../access/account-record.ts'
import type { AuthenticationEvents } from '../access/authentication-events.ts'
import { RateWindow } from '../access/rate-window.ts'
import { addressKey } from '../access/throttle.ts'
import { type Actor, currentActor } from '../audit/actor.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { invitation, passwordReset } from '../mail/letters.ts'
import type { Mail } from '../mail/mail.ts'
import { type LinkPurpose, type Links, linkUrl } from './links.ts'

export interface ResetOptions {
  database: Database
  audit: Audit
  events: AuthenticationEvents
  links: Links
  mail: Mail
  /** What links in mails begin with. Never taken from a request: whoever asks could put their own server there. */
  publicUrl: string | undefined
  log: Logger
  now?: () => number
}

/** Why nothing is mailed. Only the log and the audit log are told. */
export type ResetRefusal = 'unknown' | 'disabled' | 'no_address' | 'single_sign_on' | 'throttled' | 'no_room'

const HOUR_MS = 3_600_000
const PER_ADDRESS = 20
/** An account's mailbox gets no more than this many in an hour, whoever asks. */
const PER_ACCOUNT = 3
const MAX_WAITING = 1000

interface Request {
  name: string
  actor: Actor
}

/**
 * Requests for a new password from the log-in page. They are answered before anything is looked up, always alike,
 * and worked off one after the other, so neither answer nor time tells whether there is such an account.
 */
export class ResetRequests {
  private readonly byAddress = new RateWindow(PER_ADDRESS, HOUR_MS)
  private readonly byAccount = new RateWindow(PER_ACCOUNT, HOUR_MS)
  private readonly now: () => number
  private waiting: Request[] = []
  private working: Promise<void> | undefined
  private stopped = false

  constructor(private readonly options: ResetOptions) {
    this.now = options.now ?? Date.now
  }

  /** Whether links can be mailed at all. */
  get available(): boolean {
    return this.options.mail.configured && this.options.publicUrl !== undefined
  }

  /**
   * Notes a request by whoever acts now; the work begins with the call of what is handed back. `name` is a user
   * name or an e-mail address.
   */
  taken(name: string): () => void {
    const actor = currentActor()
    return () => this.take({ name, actor })
  }

  private take(request: Request): void {
    const now = this.now()
    const key = addressKey(request.actor.address)
    if (!this.byAddress.judge(key, now).allowed) this.refuse(undefined, request, 'throttled')
    else if (this.waiting.length >= MAX_WAITING || this.stopped) this.refuse(undefined, request, 'no_room')
    else {
      this.byAddress.count(key, now)
      this.waiting.push(request)
      this.working ??= this.work()
    }
  }

  /** Finishes what was taken. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.working
  }

  private async work(): Promise<void> {
    for (let request = this.waiting.shift(); request; request = this.waiting.shift()) {
      try {
        await this.answer(request)
      } catch (error) {
        this.options.log.error({ err: error, event: 'reset_request_failed' }, 'password reset request failed')
      }
    }
    this.working = undefined
  }

  private async answer(request: Request): Promise<void> {
    const user = await this.accountOf(request.name)
    const decision = this.decide(user)
    if ('refused' in decision) this.refuse(user, request, decision.refused)
    else await this.mailLink(decision, request)
  }

  /** Which link the account may be mailed, or why none. */
  private decide(user: Account | undefined): LinkToMail | { refused: ResetRefusal } {
    if (!user || user.visitor) return { refused: 'unknown' }
    if (user.disabled) return { refused: 'disabled' }
    if (user.email === null) return { refused: 'no_address' }
    const hasPassword = user.passwordHash !== NO_PASSWORD
    // A password would be a way around the provider's rules; an administrator may still make a link.
    if (!hasPassword && user.oidcSubject !== null) return { refused: 'single_sign_on' }
    if (!this.byAccount.judge(user.username, this.now()).allowed) return { refused: 'throttled' }
    return { user: { ...user, email: user.email }, purpose: hasPassword ? 'reset' : 'invitation' }
  }

  private async mailLink({ user, purpose }: LinkToMail, request: Request): Promise<void> {
    const { links, audit, mail, database, publicUrl } = this.options
    this.byAccount.count(user.username, this.now())
    const link = await database.queries.transaction(async (transaction) => {
      const made = await links.create(transaction, user.id, purpose, null)
      await audit.record(transaction, {
        action: 'password.reset_requested',
        object: { kind: 'account', id: user.username },
        after: { purpose, expiresAt: made.expiresAt.toISOString() },
        actor: request.actor,
      })
      return made
    })
    const letter = purpose === 'invitation' ? invitation : passwordReset
    const url = linkUrl(publicUrl as string, link.token)
    const sent = mail.send(letter(user, { url, expiresAt: link.expiresAt.getTime() }))
    if (!sent) this.refuse(user, request, 'no_room')
  }

  /** User names hold no @ and addresses do, so a name cannot mean two accounts. */
  private async accountOf(name: string): Promise<Account | undefined> {
    if (!isCleanText(name)) return undefined
    const folded = name.trim().toLowerCase()
    const [found] = await this.options.database.queries
      .select({
        id: users.id,
        username: users.username,
        displayName: users.displayName,
        email: users.email,
        passwordHash: users.passwordHash,
        oidcSubject: users.oidcSubject,
        disabled: users.disabled,
        visitor: users.visitor,
      })
      .from(users)
      .where(or(eq(users.username, folded), eq(users.email, folded)))
    return found
  }

  private refuse(user: Account | undefined, { actor }: Request, reason: ResetRefusal): void {
    void this.options.events.resetRefused(user?.username, actor, reason)
  }
}

interface LinkToMail {
  user: Account & { email: string }
  purpose: LinkPurpose
}

interface Account {
  id: number
  username: string
  displayName: string
  email: string | null
  passwordHash: string
  oidcSubject: string | null
  disabled: boolean
  visitor: boolean
}
