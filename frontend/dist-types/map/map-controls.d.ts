import type { MapController } from './map-controller.ts';
/** Zoom, whole territory, layers and full screen, at the map's corner. */
export declare function MapControls({ controller }: {
    controller: MapController | null;
}): import("react").JSX.Element;
//# sourceMappingURL=map-controls.d.ts.map