import type { LayerView } from '@osprey/core/api';
import type { FeatureCollection } from 'geojson';
import type { Request } from '../session/request.ts';
import { Observable } from '../ui/observable.ts';
export interface TerritoryLayer extends LayerView {
    data: FeatureCollection;
}
export type LayerKind = LayerView['kind'];
export declare const LAYER_KINDS: readonly LayerKind[];
/** The territory's own maps: jurisdictions, rivers, sites. They are the base map when there are no tiles. */
export declare class LayerStore {
    private readonly request;
    readonly layers: Observable<readonly TerritoryLayer[]>;
    /** Ids of layers the person switched off. */
    readonly hidden: Observable<ReadonlySet<string>>;
    constructor(request: Request);
    /** Fetches the list and what is not known yet. `changed` names a layer whose content is to be read again. */
    load(changed?: string): Promise<void>;
    upload(id: string, name: string, kind: LayerKind, file: Blob): Promise<LayerView>;
    remove(id: string): Promise<void>;
    toggle(id: string): void;
    private fetchData;
}
/** An id for a new layer made from its file's name: lower case, hyphens, at most 64 characters. */
export declare function layerIdFrom(fileName: string): string;
//# sourceMappingURL=layer-store.d.ts.map