import L from 'leaflet';
export interface Viewport {
    context: CanvasRenderingContext2D;
    /** CSS pixels, padding included. */
    width: number;
    height: number;
    /** How far the canvas reaches beyond what is in sight, each way. */
    padding: number;
    zoom: number;
    /** Pixels of the whole world at this zoom; canvas x = square x · world − originX. */
    world: number;
    originX: number;
    originY: number;
    /** West, south, east, north of the canvas, degrees. */
    bounds: [number, number, number, number];
}
/**
 * A canvas over the map that is painted at most once per animation frame, however often a painting is asked for,
 * and stretched by the style sheet while Leaflet animates a zoom.
 */
export declare abstract class CanvasLayer extends L.Layer {
    private readonly paneName;
    framesDrawn: number;
    lastFrameMs: number;
    protected readonly canvas: HTMLCanvasElement;
    private frame;
    private animating;
    private corner;
    private drawnZoom;
    /** Layer point of the canvas' corner. */
    private drawnAt;
    constructor(paneName: string);
    protected abstract paint(view: Viewport): void;
    onAdd(map: L.Map): this;
    onRemove(): this;
    getEvents(): {
        [name: string]: L.LeafletEventHandlerFn;
    };
    /** Asks for a painting in the next frame. */
    readonly request: () => void;
    /** A canvas moves with the map: nothing needs painting while what is in sight is on it. */
    private readonly moved;
    private readonly draw;
    private prepare;
    private readonly followZoom;
}
//# sourceMappingURL=canvas-layer.d.ts.map