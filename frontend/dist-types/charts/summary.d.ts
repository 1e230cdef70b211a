import { type Series } from './series.ts';
export interface Summary {
    minimum: number;
    mean: number;
    maximum: number;
    /** Values the mean is made of: readings, or windows of aggregates. */
    count: number;
}
/** Extremes and mean of the usable values within [from, to], epoch milliseconds; null when there are none. */
export declare function summarise(series: Series, from: number, to: number): Summary | null;
/** Results within [from, to] that failed the quality tests. */
export declare function failedCount(series: Series, from: number, to: number): number;
/**
 * Bounds of the value axis: the data with some air, and any limit that is close enough not to squash them.
 * A constant series gets a band around it.
 */
export declare function valueBounds(minimum: number, maximum: number, limits: readonly number[]): [number, number];
//# sourceMappingURL=summary.d.ts.map