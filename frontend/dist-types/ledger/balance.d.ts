import type { LedgerView } from '@osprey/core/api';
export type Account = Pick<LedgerView, 'received' | 'stored' | 'rejected' | 'pending'>;
/** Readings rejected for any reason. */
export declare function rejectedTotal({ rejected }: Pick<Account, 'rejected'>): number;
/** How many readings are unaccounted for: 0 when the books balance. */
export declare function imbalance(account: Account): number;
export interface BalanceShare {
    part: 'stored' | 'rejected' | 'pending';
    count: number;
    /** Of everything received, 0..1. */
    share: number;
}
/** The parts of what was received, for drawing. Empty while nothing was received. */
export declare function shares(account: Account): BalanceShare[];
/** Reasons that occurred, most frequent first. */
export declare function rankedReasons(rejected: Readonly<Record<string, number>>): [string, number][];
//# sourceMappingURL=balance.d.ts.map