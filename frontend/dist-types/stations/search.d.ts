import type { StationStore } from './station-store.ts';
/**
 * Rows whose name or id contains every word of the query, best first: an exact id, then a beginning of name or
 * id, then a beginning of a word, then anywhere; ranks of several words add up. Case and width (full-width letters of Chinese input) are ignored.
 */
export declare class StationSearch {
    private readonly store;
    private version;
    private texts;
    constructor(store: StationStore);
    find(query: string, limit: number): number[];
    private refresh;
}
//# sourceMappingURL=search.d.ts.map