import 'leaflet/dist/leaflet.css';
import type { ConfigView } from '@osprey/core/api';
import type { BoundingBox } from '@osprey/core/live';
import type { TerritoryLayer } from '../layers/layer-store.ts';
import { type StationFilter } from '../stations/filter.ts';
import type { StationStore } from '../stations/station-store.ts';
import { type ClusterState } from './cluster-state.ts';
import { StationLayer } from './station-layer.ts';
import { type TooltipText } from './tooltip.ts';
export interface Place {
    latitude: number;
    longitude: number;
    zoom: number;
}
export interface MapView extends Place {
    bounds: BoundingBox;
}
/** Stations at one place that no zoom takes apart, and where on the page the list of them belongs. */
export interface StationPile {
    rows: readonly number[];
    x: number;
    y: number;
}
export interface MapCallbacks {
    viewChanged(view: MapView): void;
    selected(station: string | null): void;
    piled(pile: StationPile | null): void;
    describeStation(row: number): TooltipText;
    describeCluster(state: ClusterState): TooltipText;
    labelStation(row: number): string | null;
}
/** Owns the Leaflet map and everything drawn on it. React hands it state and receives the callbacks. */
export declare class MapController {
    private readonly store;
    private readonly callbacks;
    private readonly tiles;
    readonly stations: StationLayer;
    private readonly map;
    private readonly index;
    private readonly territory;
    private readonly backdrop;
    private readonly tooltip;
    private readonly unsubscribe;
    private filter;
    private rows;
    private registryVersion;
    private refilterTimer;
    private selectedId;
    private hovered;
    constructor(container: HTMLElement, store: StationStore, callbacks: MapCallbacks, tiles: ConfigView['tiles']);
    /** Begins at `view`, or with everything in sight. */
    start(view: Place | null, filter: StationFilter, selected: string | null): void;
    /** At the view of the link, else at its station, else with everything in sight. */
    private begin;
    destroy(): void;
    setFilter(filter: StationFilter): void;
    setTerritory(layers: readonly TerritoryLayer[], language: string): void;
    refreshColours(): void;
    select(station: string | null): void;
    highlight(row: number | null): void;
    /** Brings a station into the middle, close enough to stand on its own. */
    flyTo(station: string): void;
    /** Moves just enough that a station is in sight; `covered` is the share of the map's height under a sheet. */
    reveal(station: string, covered: number): void;
    show(view: Place): void;
    zoomBy(steps: number): void;
    /** Shows every station, and the territory when there is no station. */
    showAll(animate?: boolean): void;
    resized(): void;
    /** Rows that pass the filter and lie within the bounds. */
    rowsWithin([west, south, east, north]: BoundingBox): number[];
    private move;
    private readonly storeChanged;
    private readonly refilter;
    private reindex;
    private load;
    private readonly tellView;
    private readonly click;
    /** Zooms to the members; when they stand at one place, lists them instead. */
    private openCluster;
    private readonly hover;
    private readonly leave;
    private describe;
    private boundsOf;
}
//# sourceMappingURL=map-controller.d.ts.map