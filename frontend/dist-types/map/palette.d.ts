/**
 * The level scale, the same in both themes: from blue over yellow to dark purple. Blue against yellow-red holds
 * for every common colour vision deficiency, and within each half lightness falls, so neighbours stay apart
 * (palette.test.ts measures that). Ink is the colour of text on the fill.
 */
export interface LevelColour {
    fill: string;
    ink: string;
}
export declare const LEVEL_COLOURS: readonly LevelColour[];
/** Red, green, blue 0..255 of `#rrggbb`. */
export declare function channels(hex: string): [number, number, number];
/** Contrast ratio 1..21 (WCAG 2.2, definition of contrast ratio). */
export declare function contrast(first: string, second: string): number;
//# sourceMappingURL=palette.d.ts.map