import type { StationCollection, StationFeature } from '@osprey/core/api';
import { StationStore } from './station-store.ts';
type Fields = Partial<StationFeature['properties']> & {
    id: string;
};
/** A registry of stations with sensible defaults, for tests. */
export declare function collectionOf(...stations: Fields[]): StationCollection;
export declare function storeOf(...stations: Fields[]): StationStore;
export {};
//# sourceMappingURL=stations.fixture.d.ts.map