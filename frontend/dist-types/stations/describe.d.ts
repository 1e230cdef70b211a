import type { Text } from '../i18n/use-text.ts';
import type { ClusterState } from '../map/cluster-state.ts';
import type { TooltipText } from '../map/tooltip.ts';
import type { Catalogue } from './catalogue.ts';
import type { StationStore } from './station-store.ts';
/** The name of a level in the words of the property's standard. */
export declare function levelName(level: number, property: string | null, catalogue: Catalogue, t: Text['t']): string;
/** What the pointer shows of a station. `now` is epoch milliseconds. */
export declare function describeStation(store: StationStore, row: number, catalogue: Catalogue, text: Text, now: number): TooltipText;
/** What the pointer shows of a cluster. */
export declare function describeCluster(state: ClusterState, { t, format }: Text): TooltipText;
//# sourceMappingURL=describe.d.ts.map