import type { ClusterState } from './cluster-state.ts';
import type { ThemeColours } from './theme-colours.ts';
/** Radius of a cluster's disc, CSS pixels: it grows with the logarithm of the count. */
export declare function clusterRadius(count: number): number;
/** A count that fits into the disc: 999, 1.2k, 12k. */
export declare function shortCount(count: number): string;
/**
 * Draws a cluster: a disc in the worst level; around it the share of members that exceed a limit as a bold part of the
 * alert ring, and within that the share that is silent, grey.
 */
export declare function paintCluster(context: CanvasRenderingContext2D, x: number, y: number, state: ClusterState, colours: ThemeColours, font: string): void;
//# sourceMappingURL=cluster-painter.d.ts.map