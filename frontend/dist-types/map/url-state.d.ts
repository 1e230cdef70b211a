import { type Medium } from '@osprey/core/properties';
import { type Condition } from '../stations/filter.ts';
/** What of the map page can be shared as a link. */
export interface MapState {
    station: string | null;
    /** null: show the whole territory. */
    view: {
        latitude: number;
        longitude: number;
        zoom: number;
    } | null;
    property: string | null;
    media: readonly Medium[];
    conditions: readonly Condition[];
}
export type Route = {
    page: 'map';
    map: MapState;
} | {
    page: 'ledger';
    device: string | null;
};
export declare const WHOLE_MAP: MapState;
/** Reads a location hash. Whatever cannot be right is left out rather than refused: links age. */
export declare function parseHash(hash: string): Route;
/** Writes the hash that parseHash reads back. */
export declare function formatHash(route: Route): string;
//# sourceMappingURL=url-state.d.ts.map