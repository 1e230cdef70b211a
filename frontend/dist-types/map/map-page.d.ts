import type { MapState } from './url-state.ts';
import './map.css';
export declare function MapPage({ map }: {
    map: MapState;
}): import("react").JSX.Element;
//# sourceMappingURL=map-page.d.ts.map