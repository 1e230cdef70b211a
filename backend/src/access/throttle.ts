import { ProblemException } from '../http/problem.ts'
import { SlidingWindow } from './sliding-window.ts'

/**
 * Who may try a password now.
 *
 * Failures are counted per address and per account over a sliding window. A browser that logged in before
 * carries a token of its own and is judged by its own failures alone, so other people's guessing cannot lock
 * its user out. Towards strangers a besieged account stays open for the first try of each address and closes
 * for every further one: guessing costs an address per try, while a user on a new machine who knows the
 * password gets in.
 */
const WINDOW_MS = 15 * 60_000
const MAX_FAILURES_PER_ADDRESS = 10
const MAX_FAILURES_PER_ACCOUNT = 30
/** More than is asked about: a few that are taken back open nothing. */
const REMEMBERED_FAILURES = 2 * MAX_FAILURES_PER_ACCOUNT

export interface Attempt {
  account: string
  /** Address of the peer, IPv6 by /64 (see addressKey). */
  address: string
  /** Hash of a known browser's token that belongs to this account. */
  knownBrowser: string | undefined
}

export type ThrottleVerdict =
  | { allowed: true }
  | { allowed: false; reason: 'browser' | 'address' | 'account'; retryAfterMs: number }

export class LoginThrottle {
  private readonly failures = new SlidingWindow(WINDOW_MS, REMEMBERED_FAILURES)

  /** Addresses, accounts and browsers whose failures are remembered. */
  get remembered(): number {
    return this.failures.size
  }

  /** Decides at the instant `now` (epoch milliseconds). Changes nothing. */
  judge(attempt: Attempt, now: number): ThrottleVerdict {
    if (attempt.knownBrowser) {
      return this.under(`browser ${attempt.knownBrowser}`, MAX_FAILURES_PER_ADDRESS, 'browser', now)
    }
    const address = `address ${attempt.address}`
    const byAddress = this.under(address, MAX_FAILURES_PER_ADDRESS, 'address', now)
    if (!byAddress.allowed || this.failures.recent(address, now) === 0) return byAddress
    return this.under(`account ${attempt.account}`, MAX_FAILURES_PER_ACCOUNT, 'account', now)
  }

  /**
   * Counts an attempt as failed before its password is looked at, so that attempts in flight count too;
   * `succeeded` takes it back.
   */
  begun(attempt: Attempt, now: number): void {
    for (const key of keysOf(attempt)) this.failures.add(key, now)
  }

  /** Forgets the address's (or browser's) failures and takes this attempt's one off the account. */
  succeeded(attempt: Attempt): void {
    const [own, account] = keysOf(attempt)
    this.failures.forget(own)
    if (account) this.failures.takeBack(account)
  }

  /** Takes this attempt back and no other: it came to no decision. */
  withdrawn(attempt: Attempt): void {
    for (const key of keysOf(attempt)) this.failures.takeBack(key)
  }

  private under(
    key: string,
    limit: number,
    reason: 'browser' | 'address' | 'account',
    now: number,
  ): ThrottleVerdict {
    const retryAfterMs = this.failures.wait(key, limit, now)
    return retryAfterMs === 0 ? { allowed: true } : { allowed: false, reason, retryAfterMs }
  }
}

function keysOf(attempt: Attempt): [string, ...string[]] {
  if (attempt.knownBrowser) return [`browser ${attempt.knownBrowser}`]
  return [`address ${attempt.address}`, `account ${attempt.account}`]
}

/** One household or server gets a whole IPv6 /64, so the first four groups are the address. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1] as string
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const middle =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...middle, ...right].slice(0, 4)
  return groups.map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')
}

export function tooManyAttempts(retryAfterMs: number): ProblemException {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return new ProblemException(429, `too many attempts, try again in ${seconds} s`, [], {
    'Retry-After': String(seconds),
  })
}
