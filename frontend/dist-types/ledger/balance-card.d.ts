import type { LedgerView } from '@osprey/core/api';
/** received = stored + rejected + pending, as numbers and as a bar, and whether it holds. */
export declare function Balance({ account }: {
    account: LedgerView;
}): import("react").JSX.Element;
//# sourceMappingURL=balance-card.d.ts.map