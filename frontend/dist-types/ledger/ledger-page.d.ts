import './ledger.css';
/** What happened to every reading: received = stored + rejected + pending, in total and per device. */
export declare function LedgerPage({ device }: {
    device: string | null;
}): import("react").JSX.Element;
//# sourceMappingURL=ledger-page.d.ts.map