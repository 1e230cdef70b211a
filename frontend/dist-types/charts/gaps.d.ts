/**
 * The interval beyond which two readings are not joined, milliseconds: a multiple of the usual (median) interval, so
 * that an hourly instrument has no gaps and a one-minute instrument shows every hour it missed.
 * `window` is the width of aggregates, 0 for single readings.
 */
export declare function gapThreshold(times: readonly number[], window: number): number;
/** Where nulls belong: positions in `times` before which the line breaks. */
export declare function gapsBefore(times: readonly number[], threshold: number): number[];
/** A column with an extra `filler` before each of the positions (ascending). */
export declare function withFillers<T>(column: readonly T[], positions: readonly number[], filler: (at: number) => T): T[];
//# sourceMappingURL=gaps.d.ts.map