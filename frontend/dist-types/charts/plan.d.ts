import type { PropertyView } from '@osprey/core/api';
export declare const RANGES: readonly ['24h', '7d', '30d'];
export type ChartRange = (typeof RANGES)[number];
/** How one chart is read from the store and drawn. */
export interface ChartPlan {
    /** Milliseconds. */
    span: number;
    /** Window of aggregates; null for every observation. */
    every: '1m' | '15m' | '1h' | null;
    /** `band`: mean with minimum and maximum. `last`: what cannot be averaged, such as a direction. */
    statistic: 'band' | 'sum' | 'last' | null;
    shape: 'line' | 'steps' | 'points' | 'bars';
}
export declare const EVERY_MS: {
    readonly '1m': 60000;
    readonly '15m': number;
    readonly '1h': 3600000;
};
/** More observations than this in a day are read as means of a minute. */
export declare const MOST_OBSERVATIONS = 10000;
type Plotted = Pick<PropertyView, 'id' | 'kind' | 'unit'>;
/**
 * 24 hours show every observation, 7 days quarters of an hour, 30 days hours. Switches and categories are never
 * averaged: their history is a sequence of states.
 */
export declare function chartPlan(range: ChartRange, property: Plotted): ChartPlan;
/** What to read instead when a day holds too many observations for a chart. */
export declare function condensed(plan: ChartPlan): ChartPlan;
export {};
//# sourceMappingURL=plan.d.ts.map