import type { Medium } from '@osprey/core/properties';
import { type Catalogue } from './catalogue.ts';
import type { Latest } from './station-store.ts';
interface LiveValuesProps {
    latest: Latest;
    properties: readonly string[];
    medium: Medium;
    catalogue: Catalogue;
    /** The property whose history is open. */
    shown: string | null;
    onShow: (property: string) => void;
}
/** The latest value of every property with its age; choosing one opens its history below. */
export declare function LiveValues({ latest, properties, medium, catalogue, shown, onShow }: LiveValuesProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=live-values.d.ts.map