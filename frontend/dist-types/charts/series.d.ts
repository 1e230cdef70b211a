import type { Request } from '../session/request.ts';
import { type ChartPlan } from './plan.ts';
/** One property at one station over a stretch of time, in columns of equal length, times ascending. */
export interface Series {
    plan: ChartPlan;
    /** Epoch milliseconds. */
    from: number;
    to: number;
    time: number[];
    /** Null where there is no usable result. Categories are indices into `categories`. */
    value: (number | null)[];
    /** Extremes within each window of an aggregate; null for single observations. */
    low: (number | null)[] | null;
    high: (number | null)[] | null;
    /** QARTOD flags. */
    quality: number[];
    categories: readonly string[];
    /** The oldest part is missing because there was too much of it. */
    cut: boolean;
}
export interface SeriesQuery {
    station: string;
    property: string;
    plan: ChartPlan;
    categories: readonly string[];
    /** Epoch milliseconds. */
    now: number;
    signal: AbortSignal;
}
/** Reads what the plan says. A day with too many observations is read again as means of a minute. */
export declare function loadSeries(request: Request, query: SeriesQuery): Promise<Series>;
/**
 * The series with one newer reading, and the stretch of time moved along; the same series when the reading is not newer
 * or the series holds aggregates.
 */
export declare function appended(series: Series, value: number | string | null, time: number, quality: number, now: number): Series;
/** A result the quality tests failed is shown apart and not counted. */
export declare function isUsable(quality: number): boolean;
//# sourceMappingURL=series.d.ts.map