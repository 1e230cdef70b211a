import { type Medium } from '@osprey/core/properties';
import type { StationStore } from './station-store.ts';
export declare const CONDITIONS: readonly ['exceeding', 'live', 'silent', 'never'];
export type Condition = (typeof CONDITIONS)[number];
/** What the map and the list show. An empty list of media or conditions means all of them. */
export interface StationFilter {
    readonly media: readonly Medium[];
    readonly conditions: readonly Condition[];
    /** Only stations that measure it, coloured by it; null for every station by its worst property. */
    readonly property: string | null;
}
export declare const EVERYTHING: StationFilter;
/** Adds the choice, or takes it out when it is already there; the order is that of `all`. */
export declare function toggled<T>(chosen: readonly T[], choice: T, all: readonly T[]): T[];
/** Whether membership can change without a change of the registry. */
export declare function dependsOnState(filter: StationFilter): boolean;
/** Rows of the stations that pass the filter, ascending. */
export declare function matchingRows(store: StationStore, filter: StationFilter): Int32Array;
//# sourceMappingURL=filter.d.ts.map