import type { BoundingBox } from '@osprey/core/live';
import { LayerStore } from './layers/layer-store.ts';
import { LiveClient } from './live/live-client.ts';
import type { Request } from './session/request.ts';
import { Catalogue } from './stations/catalogue.ts';
import { StationStore } from './stations/station-store.ts';
import { Observable } from './ui/observable.ts';
export type Loading = 'loading' | 'ready' | 'failed';
export interface Watched {
    view: BoundingBox | null;
    property: string | null;
    station: string | null;
}
/** Everything a signed-in person works with: stations and their live state, catalogue, layers, settings. */
export declare class Workspace {
    readonly request: Request;
    readonly stations: StationStore;
    readonly loading: Observable<Loading>;
    readonly catalogue: Observable<Catalogue>;
    readonly config: Observable<{
        version: string;
        demo: boolean;
        tiles: {
            url: string;
            attribution: string;
        } | null;
        mqtt: {
            port: number;
            tls: boolean;
        };
    } | null>;
    readonly layers: LayerStore;
    readonly live: LiveClient;
    private watched;
    private box;
    private reloadTimer;
    private subscribeTimer;
    private wasLost;
    private stopped;
    private readings;
    constructor(request: Request, liveUrl: string, sessionValid: () => Promise<boolean>);
    /** Loads what the map needs, then connects. May be called again after it failed. */
    readonly start: () => Promise<void>;
    stop(): void;
    /** Fetches the stations again, for instance after an import. */
    readonly loadStations: () => Promise<void>;
    private loadCatalogue;
    /** Says what is being looked at; the subscription follows. */
    watch(change: Partial<Watched>): void;
    /** Whether the server tells the state of a station at this place. */
    covers({ longitude, latitude }: {
        longitude: number;
        latitude: number;
    }): boolean;
    private readonly subscribe;
    private readonly receive;
    /** Changes of the registry made while the connection was lost were not told. */
    private readonly connectionChanged;
    private scheduleReload;
    private readonly reload;
}
//# sourceMappingURL=workspace.d.ts.map