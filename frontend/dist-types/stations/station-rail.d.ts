import type { MapController, MapView } from '../map/map-controller.ts';
import type { StationFilter } from './filter.ts';
import './stations.css';
interface StationRailProps {
    filter: StationFilter;
    controller: MapController | null;
    view: MapView | null;
    selected: string | null;
    onFilter: (change: Partial<StationFilter>) => void;
    onClose: () => void;
}
/** Beside the map: what is shown, and the same stations as a list. */
export declare function StationRail({ filter, controller, view, selected, onFilter, onClose }: StationRailProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=station-rail.d.ts.map