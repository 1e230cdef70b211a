import type { StationFilter } from '../stations/filter.ts';
import { MapController, type MapView, type StationPile } from './map-controller.ts';
import type { MapState } from './url-state.ts';
interface MapSurfaceProps {
    filter: StationFilter;
    selected: string | null;
    start: MapState['view'];
    onReady: (controller: MapController | null) => void;
    onView: (view: MapView) => void;
    onSelect: (station: string | null) => void;
    onPile: (pile: StationPile | null) => void;
}
/** Hosts the map controller: creates it, hands it state, destroys it. */
export declare function MapSurface(props: MapSurfaceProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=map-surface.d.ts.map