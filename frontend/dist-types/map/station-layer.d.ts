import { type StationStore } from '../stations/station-store.ts';
import { CanvasLayer, type Viewport } from './canvas-layer.ts';
import { type ClusterIndex, type Mark } from './cluster-index.ts';
import type { ThemeColours } from './theme-colours.ts';
/** Draws every station and cluster in view and knows what lies under a point. */
export declare class StationLayer extends CanvasLayer {
    private readonly store;
    private readonly index;
    /** Text written beside a station, or null for none. */
    label: (row: number) => string | null;
    selected: number | null;
    highlighted: number | null;
    private sprites;
    private spriteRatio;
    private drawn;
    /** World pixels of the canvas' corner. */
    private origin;
    private colours;
    private readonly look;
    constructor(store: StationStore, index: ClusterIndex, colours: ThemeColours);
    setColours(colours: ThemeColours): void;
    /** The topmost mark under a point of the map container, or undefined. */
    markAt(x: number, y: number): Mark | undefined;
    protected paint(view: Viewport): void;
    private spriteSheet;
    /** Marks in view with their pixels, the most urgent last, hence on top. */
    private place;
    private lookOf;
    private paintLabels;
    /** The selected station is always shown itself, even when its cluster is not. */
    private paintChosen;
}
/** Side of a station's glyph in CSS pixels: small enough for an overview, large enough to tell shapes apart. */
export declare function glyphSize(zoom: number): number;
//# sourceMappingURL=station-layer.d.ts.map