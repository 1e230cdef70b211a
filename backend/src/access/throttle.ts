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
/** Bounds the memory an attacker with many addresses can take; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000

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
  private readonly failures = new Map<string, number[]>()

  /** Addresses, accounts and browsers whose failures are remembered. */
  get remembered(): number {
    return this.failures.size
  }

  /** Decides at the instant `now` (epoch milliseconds). Changes nothing. */
  judge(attempt: Attempt, now: number): ThrottleVerdict {
    if (attempt.knownBrowser) {
      return this.under(`browser ${attempt.knownBrowser}`, MAX_FAILURES_PER_ADDRESS, 'browser', now)
    }
    const byAddress = this.under(`address ${attempt.address}`, MAX_FAILURES_PER_ADDRESS, 'address', now)
    if (!byAddress.allowed || this.recent(`address ${attempt.address}`, now).length === 0) return byAddress
    return this.under(`account ${attempt.account}`, MAX_FAILURES_PER_ACCOUNT, 'account', now)
  }

  /**
   * Counts an attempt as failed before its password is looked at, so that attempts in flight count too;
   * `succeeded` takes it back.
   */
  begun(attempt: Attempt, now: number): void {
    for (const key of keysOf(attempt)) {
      const times = [...this.recent(key, now), now].slice(-MAX_FAILURES_PER_ACCOUNT)
      this.failures.delete(key)
      this.failures.set(key, times)
    }
    for (const key of this.failures.keys()) {
      if (this.failures.size <= MAX_REMEMBERED) break
      this.failures.delete(key)
    }
  }

  /** Forgets the address's (or browser's) failures and takes this attempt's one off the account. */
  succeeded(attempt: Attempt): void {
    const [own, account] = keysOf(attempt)
    this.failures.delete(own)
    if (account) this.failures.get(account)?.pop()
  }

  private under(
    key: string,
    limit: number,
    reason: 'browser' | 'address' | 'account',
    now: number,
  ): ThrottleVerdict {
    const times = this.recent(key, now)
    if (times.length < limit) return { allowed: true }
    const oldest = times[times.length - limit] as number
    return { allowed: false, reason, retryAfterMs: oldest + WINDOW_MS - now }
  }

  private recent(key: string, now: number): number[] {
    return this.failures.get(key)?.filter((time) => time > now - WINDOW_MS) ?? []
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
