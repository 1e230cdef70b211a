import nodemailer from 'nodemailer'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { Backoff } from '../pipeline/retry.ts'
import { deliverable, judgeFailure, reasonOf } from './failure.ts'
import { serverOf } from './server.ts'

export const MAIL_KINDS = ['invitation', 'reset', 'password_changed', 'second_factor_changed'] as const

/** One mail to one person. */
export interface Letter {
  kind: (typeof MAIL_KINDS)[number]
  /** User name it is about, for the log; the address is not logged. */
  account: string
  to: { name: string; address: string }
  subject: string
  text: string
  /** Not worth sending after this, epoch milliseconds. */
  until: number
}

export interface MailStats {
  waiting: number
  sent: number
  /** Refused for good by the server, or too late. */
  failed: number
  /** Not taken, because the queue was full or the address is none. */
  turnedAway: number
}

export interface MailOptions {
  config: Config['mail']
  log: Logger
  now?: () => number
  /** Most letters that wait. */
  capacity?: number
  /** First and longest pause between attempts, ms. */
  pauses?: { first: number; longest: number }
}

interface Waiting {
  letter: Letter
  dueAt: number
  backoff: Backoff
}

const CAPACITY = 1000
const PAUSES = { first: 2000, longest: 5 * 60_000 }
/** When the process stops, what waits gets one more attempt within this time. */
const DRAIN_MS = 5000
/** A mail server that does not answer holds up only mail, but must not do so for nodemailer's ten minutes. */
const TIMEOUTS = {
  dnsTimeout: 10_000,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 60_000,
}

/**
 * Sends mail over SMTP, one letter at a time, from a bounded queue in memory. A server that is away or busy is
 * tried again with growing pauses. What is lost with the process is logged: every link mailed here was also shown
 * to an administrator, or can be asked for again.
 */
export class Mail {
  /** False: there is no mail server, and nothing may be sent. */
  readonly configured: boolean
  private readonly transport: ReturnType<typeof transportOf> | undefined
  private readonly log: Logger
  private readonly now: () => number
  private readonly capacity: number
  private readonly pauses: { first: number; longest: number }
  private readonly serverBackoff: Backoff
  private waiting: Waiting[] = []
  /** Not before this, whatever waits: the server was away. */
  private serverDueAt = 0
  private working: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  private stopped = false
  private readonly ending = new AbortController()
  private counts = { sent: 0, failed: 0, turnedAway: 0 }

  constructor({ config, log, now = Date.now, capacity = CAPACITY, pauses = PAUSES }: MailOptions) {
    this.configured = config !== null
    this.transport = config ? transportOf(config) : undefined
    this.log = log
    this.now = now
    this.capacity = capacity
    this.pauses = pauses
    this.serverBackoff = new Backoff(pauses.first, pauses.longest)
  }

  /** Takes a letter to be sent soon; false when there is no server, no proper address, or no room. */
  send(letter: Letter): boolean {
    if (!this.transport || this.stopped) return false
    const problem = deliverable(letter.to.address) ? this.fullness() : 'not an address mail can be sent to'
    if (problem) {
      this.counts.turnedAway++
      this.log.error({ event: 'mail_turned_away', ...about(letter), reason: problem }, 'mail not taken')
      return false
    }
    const { first, longest } = this.pauses
    this.waiting.push({ letter, dueAt: this.now(), backoff: new Backoff(first, longest) })
    this.arm()
    return true
  }

  /**
   * Sends one letter at once and waits for the answer; who keeps a queue of their own tries again. `id` becomes part
   * of the Message-ID, the same in every attempt. @throws what judgeFailure judges.
   */
  async deliver(
    letter: { to: { name: string; address: string }; subject: string; text: string; id: string },
    signal?: AbortSignal,
  ): Promise<void> {
    const { to, subject, text, id } = letter
    if (!this.transport) throw new Error('no mail server is configured')
    if (!deliverable(to.address)) {
      throw Object.assign(new Error('not an address mail can be sent to'), { code: 'EENVELOPE' })
    }
    await this.transport.sendMail({
      to,
      subject,
      text,
      messageId: `<${id}@osprey.invalid>`,
      ...(signal && { signal }),
    })
  }

  stats(): MailStats {
    return { waiting: this.waiting.length, ...this.counts }
  }

  /** Tries what waits once more, then gives it up with a line in the log each. */
  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    const late = setTimeout(() => this.ending.abort(), DRAIN_MS)
    await this.working
    for (const one of [...this.waiting]) {
      if (this.serverDueAt > this.now() || this.ending.signal.aborted) break
      await this.attempt(one)
    }
    clearTimeout(late)
    for (const { letter } of this.waiting)
      this.log.error({ event: 'mail_lost', ...about(letter) }, 'mail not sent before the process stopped')
    this.counts.failed += this.waiting.length
    this.waiting = []
    this.transport?.close()
  }

  private fullness(): string | undefined {
    return this.waiting.length < this.capacity ? undefined : `${this.capacity} letters wait already`
  }

  /** Sets the alarm for the earliest letter. */
  private arm(): void {
    clearTimeout(this.timer)
    if (this.stopped || this.working || this.waiting.length === 0) return
    const due = Math.max(this.serverDueAt, this.earliest().dueAt)
    this.timer = setTimeout(
      () => {
        this.working = this.attempt(this.earliest()).finally(() => {
          this.working = undefined
          this.arm()
        })
      },
      Math.max(0, due - this.now()),
    )
  }

  private earliest(): Waiting {
    return this.waiting.reduce((first, one) => (one.dueAt < first.dueAt ? one : first))
  }

  private async attempt(one: Waiting): Promise<void> {
    const { letter } = one
    if (letter.until <= this.now()) {
      this.giveUp(one, 'not sent in time')
      return
    }
    try {
      const { to, subject, text } = letter
      await this.transport?.sendMail({ to, subject, text, signal: this.ending.signal })
      this.remove(one)
      this.counts.sent++
      this.serverBackoff.reset()
      this.serverDueAt = 0
      this.log.info({ event: 'mail_sent', ...about(letter) }, 'mail sent')
    } catch (error) {
      this.failed(one, error)
    }
  }

  private failed(one: Waiting, error: unknown): void {
    const verdict = judgeFailure(error)
    if (verdict === 'refused') {
      this.giveUp(one, reasonOf(error))
      return
    }
    if (verdict === 'server_away') this.serverDueAt = this.now() + this.serverBackoff.next()
    one.dueAt = this.now() + one.backoff.next()
    this.log.warn(
      { event: 'mail_deferred', ...about(one.letter), verdict, reason: reasonOf(error) },
      'mail not sent yet',
    )
  }

  private giveUp(one: Waiting, reason: string): void {
    this.remove(one)
    this.counts.failed++
    this.log.error({ event: 'mail_failed', ...about(one.letter), reason }, 'mail given up')
  }

  private remove(one: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== one)
  }
}

function transportOf({ url, from }: NonNullable<Config['mail']>) {
  return nodemailer.createTransport(
    { ...serverOf(url), ...TIMEOUTS, disableFileAccess: true, disableUrlAccess: true },
    // RFC 3834: no vacation notices in answer.
    { from, headers: { 'Auto-Submitted': 'auto-generated' } },
  )
}

/** What of a letter the log may hold: neither its text, which carries a link, nor the address. */
function about({ kind, account }: Letter): { kind: string; account: string } {
  return { kind, account }
}
