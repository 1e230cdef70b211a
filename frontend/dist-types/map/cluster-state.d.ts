import { type StationStore } from '../stations/station-store.ts';
/** The worst of the members' states, and how many are in it. */
export interface ClusterState {
    /** Worst level of the live members; of all members when none is live; NO_LEVEL when none has one. */
    level: number;
    exceeding: number;
    silent: number;
    live: number;
    count: number;
}
/** Reduces the members' present states. Reads flat columns: a whole screen of clusters takes well under 1 ms. */
export declare function clusterState(store: StationStore, rows: Int32Array): ClusterState;
//# sourceMappingURL=cluster-state.d.ts.map