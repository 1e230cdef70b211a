import type { Medium } from '@osprey/core/properties';
/** Side of the box the outlines are drawn in; their middle is at half of it. */
export declare const GLYPH_BOX = 20;
/** One outline per medium (SVG path data), used on the canvas and in the legend alike. */
export declare const GLYPHS: Readonly<Record<Medium, string>>;
//# sourceMappingURL=glyphs.d.ts.map