import type { AppState } from './app-state.ts'
import type { Connection } from './live/connection.ts'

/** What a map canvas tells about itself. */
export interface FrameCounter {
  readonly framesDrawn: number
  readonly lastFrameMs: number
}

let frames: FrameCounter = { framesDrawn: 0, lastFrameMs: 0 }

/** The map that is mounted now registers its station canvas. */
export function countFrames(counter: FrameCounter): void {
  frames = counter
}

export interface OspreyDiagnostics {
  /** Stations known to the page, shown or not. */
  readonly stations: number
  /** State messages applied since the page was loaded. */
  readonly revision: number
  /** Times the station canvas was painted since the map was opened. */
  readonly framesDrawn: number
  /** Duration of the last painting, milliseconds. */
  readonly lastFrameMs: number
  readonly connection: Connection['phase']
}

declare global {
  interface Window {
    readonly osprey: OspreyDiagnostics
  }
}

/**
 * `window.osprey`: read-only numbers for whole-system tests and the frame-time benchmark. It shows nothing that the
 * page does not show, and nothing can be changed through it.
 */
export function exposeDiagnostics(app: AppState): void {
  const diagnostics: OspreyDiagnostics = {
    get stations() {
      return app.workspace.get()?.stations.size ?? 0
    },
    get revision() {
      return app.workspace.get()?.stations.revision ?? 0
    },
    get framesDrawn() {
      return frames.framesDrawn
    },
    get lastFrameMs() {
      return frames.lastFrameMs
    },
    get connection() {
      return app.workspace.get()?.live.connection.get().phase ?? 'idle'
    },
  }
  Object.defineProperty(window, 'osprey', { value: Object.freeze(diagnostics) })
}
