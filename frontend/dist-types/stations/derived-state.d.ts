import type { StationState } from '@osprey/core/live';
import type { Latest, StationRecord } from './station-store.ts';
/**
 * The state of a station outside of the subscribed area, from its latest values, which are still received while its
 * panel is open. `now` is epoch milliseconds.
 */
export declare function derivedState(record: StationRecord, latest: Latest, now: number): StationState;
//# sourceMappingURL=derived-state.d.ts.map