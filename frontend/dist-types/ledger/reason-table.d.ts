/** Why readings were rejected, how often, and what the sender can do about it. */
export declare function ReasonTable({ rejected }: {
    rejected: Readonly<Record<string, number>>;
}): import("react").JSX.Element;
/** The reason in words, and as the interface writes it. */
export declare function ReasonName({ reason }: {
    reason: string;
}): import("react").JSX.Element;
//# sourceMappingURL=reason-table.d.ts.map