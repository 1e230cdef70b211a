import type { PropertyView } from '@osprey/core/api';
import type { LevelScale } from '../stations/level-scheme.ts';
import './charts.css';
interface HistoryProps {
    station: string;
    property: PropertyView;
    /** The level scale as far as it applies at this station. */
    scale: LevelScale | null;
}
/** The history of one property: chart, readout of extremes and mean, and the same as a table. */
export declare function History({ station, property, scale }: HistoryProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=history.d.ts.map