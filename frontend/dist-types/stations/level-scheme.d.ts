import type { PropertyView } from '@osprey/core/api';
export type LevelScale = NonNullable<PropertyView['levels']>;
export declare const LEVELS: readonly [0, 1, 2, 3, 4, 5];
export type Level = (typeof LEVELS)[number];
/** Which words name the levels: those of the standard the scale comes from, else plain numbers. */
export type LevelScheme = 'air' | 'water' | 'plain';
export declare function levelScheme(scale: Pick<LevelScale, 'standard'> | null | undefined): LevelScheme;
/** One line of the legend: the range of values of a level, either end open. */
export interface LevelRange {
    level: Level;
    low: number | null;
    high: number | null;
}
/**
 * The ranges of a scale, best first. Levels whose range is empty (two classes of the standard with the same limit) and
 * levels the scale does not reach are left out. The band's outside has both ends null.
 */
export declare function levelRanges(scale: Pick<LevelScale, 'bounds' | 'direction'>): LevelRange[];
/** Where the legal limit lies on the value axis, for drawing; a band has two. */
export declare function limitsOf(scale: LevelScale): number[];
/** A range as text; empty for the outside of a band. Lower is worse when the direction is down. */
export declare function rangeText({ low, high }: LevelRange, direction: LevelScale['direction'], write: (value: number) => string): string;
//# sourceMappingURL=level-scheme.d.ts.map