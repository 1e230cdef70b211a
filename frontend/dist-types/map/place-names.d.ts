import type { Feature } from 'geojson';
import type { LayerKind, TerritoryLayer } from '../layers/layer-store.ts';
/** A name to write on the map, at a place in the unit square. */
export interface PlaceName {
    text: string;
    kind: LayerKind;
    x: number;
    y: number;
    /** Width of the area named, in the unit square; 0 for a point. */
    extent: number;
}
/** Names of features in the reader's language as far as the layer has them, larger areas first. */
export declare function placeNames(layers: readonly TerritoryLayer[], language: string): PlaceName[];
export declare function nameOf(feature: Feature, language: string): string | null;
//# sourceMappingURL=place-names.d.ts.map