import type { MapController, MapView } from '../map/map-controller.ts';
import type { StationFilter } from './filter.ts';
interface StationListProps {
    controller: MapController | null;
    view: MapView | null;
    filter: StationFilter;
    selected: string | null;
    onChosen: () => void;
}
/**
 * Every station in view as a list box, the map's alternative for keyboards and screen readers. Only rows in sight are
 * rendered; position and size of the set are told to assistive technology.
 */
export declare function StationList({ controller, view, filter, selected, onChosen }: StationListProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=station-list.d.ts.map