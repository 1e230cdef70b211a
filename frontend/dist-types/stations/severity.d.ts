import { type StationStore } from './station-store.ts';
/**
 * How urgently a station asks for attention, higher first: exceeding a limit, by level; then silence, because
 * nobody knows what happens there; then live stations by level; last those that never reported.
 */
export declare function severityOf(store: StationStore, row: number): number;
export declare const ORDERS: readonly ['severity', 'name'];
export type ListOrder = (typeof ORDERS)[number];
/**
 * Place of every row in the order of names. Comparing names as a language does is slow, and the list is put in order
 * again and again: so it is done once for all stations.
 */
export declare function nameRanks(store: StationStore, collator: Intl.Collator): Int32Array<ArrayBuffer>;
/** Rows in the order the list shows them; equally urgent ones by name. */
export declare function orderedRows(store: StationStore, rows: readonly number[], order: ListOrder, ranks: Int32Array): number[];
//# sourceMappingURL=severity.d.ts.map