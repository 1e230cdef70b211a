import type { Medium } from '@osprey/core/properties';
interface GlyphProps {
    medium: Medium;
    /** Left out: the plain colour of the text. */
    level?: number | null;
    status?: 'live' | 'silent' | 'never';
    exceeding?: boolean;
    size?: number;
}
/** The symbol of a station as the map draws it, for lists and the legend. */
export declare function Glyph({ medium, level, status, exceeding, size }: GlyphProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=glyph.d.ts.map