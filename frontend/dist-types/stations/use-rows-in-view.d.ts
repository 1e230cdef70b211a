import { type Language } from '../i18n/language.ts';
import type { MapController, MapView } from '../map/map-controller.ts';
import type { StationFilter } from './filter.ts';
import { type ListOrder } from './severity.ts';
/**
 * Rows in view in list order. The order follows live states every two seconds, but not while `held`: rows must not
 * move away under a finger or a screen reader.
 */
export declare function useRowsInView(controller: MapController | null, view: MapView | null, filter: StationFilter, order: ListOrder, language: Language, held: boolean): readonly number[];
//# sourceMappingURL=use-rows-in-view.d.ts.map