export declare function recall<T extends string>(key: string, allowed: readonly T[]): T | undefined;
export declare function remember(key: string, value: string): void;
//# sourceMappingURL=preferences.d.ts.map