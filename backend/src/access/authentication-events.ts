import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import { type Actor, currentActor } from '../audit/actor.ts'
import type { Audit } from '../audit/audit.ts'
import { storable } from '../database/storable.ts'
import { Coalescer, type FrequentEvent } from './coalescer.ts'
import { addressOf } from './peer.ts'
import type { Principal } from './principal.ts'

const FLUSH_EVERY_MS = 5000
/** While the database is away. The log has every one. */
const MAX_KEPT = 1000
/** Someone who types the password into the wrong field must not find it in the record. */
const ACCOUNT_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** Refusals, in the log and, bounded (coalescer.ts), in the audit log. What succeeds is recorded where it happens. */
export class AuthenticationEvents {
  private readonly coalescer = new Coalescer()
  private writing: Promise<void> = Promise.resolve()
  /** What the database would not take; told again with the next flush. */
  private kept: FrequentEvent[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly audit: Audit,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS)
    this.timer.unref()
  }

  /** Everything that is counted and not told yet is written. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.write(this.coalescer.drain())
  }

  /** Resolves when the record has it, be it in a count. */
  loginFailed(account: string, request: IncomingMessage, reason: string): Promise<void> {
    return this.refused('session.login_failed', account, request, reason)
  }

  loginThrottled(account: string, request: IncomingMessage, reason: string): Promise<void> {
    return this.refused('session.login_throttled', account, request, reason)
  }

  /** `account` is empty for a token that nobody has. */
  tokenRefused(account: string, request: IncomingMessage, reason: string): Promise<void> {
    return this.refused('token.refused', account, request, reason)
  }

  /** Someone who is logged in asked for what they may not have (403). */
  denied(principal: Principal, method: string, path: string, reason: string): Promise<void> {
    const actor = currentActor()
    const where = { method, path: storable(path, 200), reason }
    this.log.warn({ event: 'denied', user: principal.username, address: actor.address, ...where }, 'denied')
    return this.take({
      action: 'session.denied',
      object: { kind: 'account', id: principal.username },
      actor,
      after: where,
    })
  }

  /** Someone tried a one-time link that is none, or no more. */
  linkRefused(): Promise<void> {
    const actor = currentActor()
    const reason = 'unknown, used or expired'
    this.log.warn({ event: 'link.refused', address: actor.address, reason }, 'refused')
    return this.take({ action: 'link.refused', object: null, actor, after: { reason } })
  }

  /** Someone asked for a link and was sent none. `account` is undefined where there is none of the name given. */
  resetRefused(account: string | undefined, actor: Actor, reason: string): Promise<void> {
    this.log.warn({ event: 'password.reset_requested', account, address: actor.address, reason }, 'refused')
    const object = account === undefined ? null : { kind: 'account', id: account }
    return this.take({ action: 'password.reset_requested', object, actor, after: { reason } })
  }

  private refused(
    action: 'session.login_failed' | 'session.login_throttled' | 'token.refused',
    account: string,
    request: IncomingMessage,
    reason: string,
  ): Promise<void> {
    const name = ACCOUNT_NAME.test(account) ? account : ''
    const actor: Actor = { kind: 'anonymous', name: '', address: addressOf(request) }
    const event = action.replace(/^session\./, '').replace('.', '_')
    this.log.warn({ event, account: name, address: actor.address, reason }, 'refused')
    return this.take({
      action,
      object: name === '' ? null : { kind: 'account', id: name },
      actor,
      after: { reason },
    })
  }

  private async take(event: FrequentEvent): Promise<void> {
    const now = this.coalescer.take(event, this.now())
    if (now) await this.write([now])
  }

  private flush(): Promise<void> {
    const due = this.coalescer.due(this.now())
    return due.length + this.kept.length === 0 ? Promise.resolve() : this.write(due)
  }

  /** One write after the other: the log of a flood must not take the connections of the pool. */
  private write(events: FrequentEvent[]): Promise<void> {
    this.writing = this.writing.then(async () => {
      const all = [...this.kept, ...events]
      if (all.length === 0) return
      try {
        await this.audit.note(...all)
        this.kept = []
      } catch (error) {
        this.kept = all.slice(-MAX_KEPT)
        const lost = all.length - this.kept.length
        this.log.error(
          { err: error, waiting: this.kept.length, lost },
          'refusals are not in the audit log yet',
        )
      }
    })
    return this.writing
  }
}
