import type { PropertyView } from '@osprey/core/api';
import { type ChartRange } from './plan.ts';
import { type Series } from './series.ts';
export type SeriesState = {
    phase: 'loading';
} | {
    phase: 'failed';
    status: number;
} | {
    phase: 'ready';
    series: Series;
};
/** The history of one property at one station; for the last 24 hours it grows with every reading. */
export declare function useSeries(station: string, property: PropertyView, range: ChartRange): {
    state: SeriesState;
    retry: () => void;
};
/** The window of an aggregate in minutes, for naming it. */
export declare function windowMinutes(series: Series): number;
//# sourceMappingURL=use-series.d.ts.map