import type { StationStore } from '../stations/station-store.ts';
/** The closest the map zooms in. */
export declare const MAX_ZOOM = 18;
/** From here on only glyphs that would overlap are drawn together. */
export declare const SEPARATE_ZOOM = 13;
/** Something to draw: one station (`row` ≥ 0) or a cluster (`row` −1) at a place in the unit square. */
export interface Mark {
    x: number;
    y: number;
    row: number;
    /** 0 for a single station. */
    cluster: number;
    count: number;
}
/**
 * Which stations are drawn together at which zoom. Positions and membership change rarely, states all the time, so
 * the index holds positions only; the state of a cluster is read from its members when it is drawn
 * (cluster-state.ts). Two bands: clusters by neighbourhood when zoomed out, by overlap when zoomed in.
 */
export declare class ClusterIndex {
    private wide;
    private close;
    private points;
    private members;
    load(store: StationStore, rows: Int32Array): void;
    /** Builds the band for close zooms ahead of time, so that zooming in does not wait for it. */
    prepare(): void;
    /** Marks within west, south, east, north (degrees) at a zoom, which may be fractional. */
    marks(bounds: [number, number, number, number], zoom: number): Mark[];
    /** Rows of a cluster's members. */
    membersOf(cluster: number): Int32Array;
    /** The zoom at which the cluster falls apart; beyond MAX_ZOOM when it never does. */
    expansionZoom(cluster: number): number;
    private band;
    /** Both bands number their clusters alike; those of the close band carry a minus. */
    private identify;
    private locate;
}
//# sourceMappingURL=cluster-index.d.ts.map