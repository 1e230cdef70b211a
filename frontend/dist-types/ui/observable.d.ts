export type Listener = () => void;
/** One value outside React that can be watched. Listeners run only when the value really changes. */
export declare class Observable<T> {
    private value;
    private readonly listeners;
    constructor(value: T);
    readonly get: () => T;
    readonly subscribe: (listener: Listener) => (() => void);
    set(value: T): void;
}
export declare function useObservable<T>(observable: Observable<T>): T;
//# sourceMappingURL=observable.d.ts.map