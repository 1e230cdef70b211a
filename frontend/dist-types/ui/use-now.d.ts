/** Epoch milliseconds, renewed each second while the component is mounted. */
export declare function useNow(): number;
//# sourceMappingURL=use-now.d.ts.map