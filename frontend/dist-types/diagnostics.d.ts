import type { AppState } from './app-state.ts';
import type { Connection } from './live/connection.ts';
/** What a map canvas tells about itself. */
export interface FrameCounter {
    readonly framesDrawn: number;
    readonly lastFrameMs: number;
}
/** The map that is mounted now registers its station canvas. */
export declare function countFrames(counter: FrameCounter): void;
export interface OspreyDiagnostics {
    /** Stations known to the page, shown or not. */
    readonly stations: number;
    /** State messages applied since the page was loaded. */
    readonly revision: number;
    /** Times the station canvas was painted since the map was opened. */
    readonly framesDrawn: number;
    /** Duration of the last painting, milliseconds. */
    readonly lastFrameMs: number;
    readonly connection: Connection['phase'];
}
declare global {
    interface Window {
        readonly osprey: OspreyDiagnostics;
    }
}
/**
 * `window.osprey`: read-only numbers for whole-system tests and the frame-time benchmark. It shows nothing that the
 * page does not show, and nothing can be changed through it.
 */
export declare function exposeDiagnostics(app: AppState): void;
//# sourceMappingURL=diagnostics.d.ts.map