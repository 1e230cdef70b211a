import L from 'leaflet';
import type { LayerKind, TerritoryLayer } from '../layers/layer-store.ts';
import type { ThemeColours } from './theme-colours.ts';
/** Below the stations, areas under lines under points. */
export declare const TERRITORY_PANES: Readonly<Record<LayerKind, number>>;
/** Draws the territory's GeoJSON layers with Leaflet's canvas renderer, one pane per kind. */
export declare class Territory {
    private readonly map;
    private colours;
    /** With tiles underneath areas are outlined only. */
    private readonly overTiles;
    private readonly shown;
    private readonly renderers;
    constructor(map: L.Map, colours: ThemeColours, 
    /** With tiles underneath areas are outlined only. */
    overTiles: boolean);
    show(layers: readonly TerritoryLayer[]): void;
    setColours(colours: ThemeColours): void;
    bounds(): L.LatLngBounds | undefined;
    private draw;
    private styleOf;
}
//# sourceMappingURL=territory.d.ts.map