export interface Polled<T> {
    data: T | null;
    /** The last reading failed; `data` is what was read before. */
    failed: boolean;
    retry: () => void;
}
/** Reads a resource now and again every `interval` milliseconds while the page is visible. */
export declare function usePolled<T>(path: string, interval: number): Polled<T>;
//# sourceMappingURL=use-polled.d.ts.map