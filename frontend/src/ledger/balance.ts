import type { LedgerView } from '@osprey/core/api'

export type Account = Pick<LedgerView, 'received' | 'stored' | 'rejected' | 'pending'>

/** Readings rejected for any reason. */
export function rejectedTotal({ rejected }: Pick<Account, 'rejected'>): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0)
}

/** How many readings are unaccounted for: 0 when the books balance. */
export function imbalance(account: Account): number {
  return account.received - account.stored - rejectedTotal(account) - account.pending
}

export interface BalanceShare {
  part: 'stored' | 'rejected' | 'pending'
  count: number
  /** Of everything received, 0..1. */
  share: number
}

/** The parts of what was received, for drawing. Empty while nothing was received. */
export function shares(account: Account): BalanceShare[] {
  const { received, stored, pending } = account
  if (received <= 0) return []
  const counts = { stored, rejected: rejectedTotal(account), pending }
  return (['stored', 'rejected', 'pending'] as const).map((part) => ({
    part,
    count: counts[part],
    share: Math.max(0, Math.min(1, counts[part] / received)),
  }))
}

/** Reasons that occurred, most frequent first. */
export function rankedReasons(rejected: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(rejected)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}
