/** Colours the canvases draw with, resolved from the style sheet's custom properties for the theme in effect. */
declare const NAMES: readonly ['surface', 'text', 'accent', 'alert', 'map-ground', 'map-land', 'map-land-edge', 'map-water', 'map-site', 'map-site-edge', 'map-other', 'map-graticule', 'map-label', 'map-label-halo', 'glyph-edge', 'glyph-none', 'line', 'text-soft', 'text-faint', 'negative'];
export type ThemeColours = Readonly<Record<(typeof NAMES)[number], string>>;
/** A custom property holds its words, not its colour: light-dark() is resolved only where it is used. */
export declare function themeColours(): ThemeColours;
export {};
//# sourceMappingURL=theme-colours.d.ts.map