import type { StationCollection, StationFeature } from '@osprey/core/api';
import type { LatestValue, StationState, StationStatus } from '@osprey/core/live';
import { type Medium } from '@osprey/core/properties';
import type { Listener } from '../ui/observable.ts';
export declare const STATUSES: readonly StationStatus[];
export declare const NO_LEVEL = -1;
/** Property id → value, phenomenon time (epoch milliseconds) and QARTOD flag. */
export type Latest = Readonly<Record<string, LatestValue>>;
export type StationRecord = StationFeature['properties'];
/**
 * Every station and its present state in flat columns, one row per station, outside any framework. The canvas
 * reads the columns directly; panels watch `subscribe` and take small unchanging snapshots.
 */
export declare class StationStore {
    /** Rises with every change of the stations themselves; rows are renumbered. */
    registryVersion: number;
    /** Rises with every applied state message. */
    revision: number;
    ids: readonly string[];
    records: readonly StationRecord[];
    /** Web Mercator, the world as 0..1. */
    x: Float64Array<ArrayBuffer>;
    y: Float64Array<ArrayBuffer>;
    /** Index into MEDIA. */
    medium: Uint8Array<ArrayBuffer>;
    /** Index into STATUSES. */
    status: Uint8Array<ArrayBuffer>;
    /** 0 best … 5 worst, NO_LEVEL when none applies. */
    level: Int8Array<ArrayBuffer>;
    exceeding: Uint8Array<ArrayBuffer>;
    /** Phenomenon time of the shown value, NaN when there is none. */
    time: Float64Array<ArrayBuffer>;
    value: (number | string | null)[];
    property: (string | null)[];
    private rows;
    private measured;
    private details;
    private states;
    private readonly listeners;
    get size(): number;
    readonly subscribe: (listener: Listener) => (() => void);
    row(id: string): number | undefined;
    /** The registry's fields of a station. */
    readonly recordOf: (id: string) => StationRecord | undefined;
    /** Latest value of every property of a station; the same object until one of them changes. */
    readonly latestOf: (id: string) => Latest;
    /** The station's present state; the same object until it changes. */
    readonly stateOf: (id: string) => StationState | undefined;
    measures(row: number, property: string): boolean;
    mediumOf(row: number): Medium;
    /** Ids of the properties at least one station has reported. */
    measuredProperties(): Set<string>;
    /** Takes the whole registry: every row is replaced, so nothing removed lingers. */
    replaceStations(collection: StationCollection): void;
    /** A snapshot is the truth about everything it covers; details of stations no longer watched are let go. */
    applySnapshot(states: readonly StationState[], details: Readonly<Record<string, Latest>>): void;
    applyDelta(states: readonly StationState[], details: Readonly<Record<string, Latest>>): void;
    private readRecord;
    private applyState;
    private writeState;
    private changed;
}
//# sourceMappingURL=station-store.d.ts.map