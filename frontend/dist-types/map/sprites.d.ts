import type { ThemeColours } from './theme-colours.ts';
export interface StationLook {
    /** Index into MEDIA. */
    medium: number;
    /** −1 for none. */
    level: number;
    /** Index into STATUSES. */
    status: number;
    exceeding: boolean;
}
/** Station symbols drawn once per look and size, then copied: thousands of outlines per frame would be too slow. */
export declare class SpriteSheet {
    private readonly colours;
    private readonly pixelRatio;
    private readonly sprites;
    private readonly outlines;
    constructor(colours: ThemeColours, pixelRatio: number);
    /** Draws a station centred at x, y (CSS pixels); `size` is the side of the glyph. */
    draw(context: CanvasRenderingContext2D, x: number, y: number, size: number, look: StationLook): void;
    private paint;
    private paintRing;
    private paintGlyph;
}
//# sourceMappingURL=sprites.d.ts.map