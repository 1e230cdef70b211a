import { Observable } from '../ui/observable.ts';
import { type MapState, type Route } from './url-state.ts';
/** The location hash as state. Moves of the map replace the entry in the history; choices add one. */
export declare class RouteStore {
    readonly route: Observable<Route>;
    /** Counts changes that came from outside: the back button, an edited address. */
    readonly arrivals: Observable<number>;
    /** A station the map is asked to fly to; a new object for every request. */
    readonly flight: Observable<{
        station: string;
    } | null>;
    /** The last map state, so that returning from another page finds it again. */
    private map;
    start(): void;
    go(route: Route): void;
    /** Address of the map as it was left. */
    get mapHash(): string;
    /** Opens a station's panel and brings it into sight, from whatever page. */
    visit(station: string): void;
    /** Changes part of the map's state. `record`: worth a step of the back button. */
    changeMap(change: Partial<MapState>, record: boolean): void;
    private set;
}
//# sourceMappingURL=route-store.d.ts.map