import 'uplot/dist/uPlot.min.css';
import type { LevelScale } from '../stations/level-scheme.ts';
import type { Series } from './series.ts';
/** Shown part of the time axis, epoch milliseconds; null when everything is shown. */
export type ChartWindow = {
    from: number;
    to: number;
} | null;
interface ChartViewProps {
    series: Series;
    scale: LevelScale | null;
    /** What the chart shows, for those who do not see it. */
    label: string;
    /** Stands where the reading under the pointer is shown, while there is none. */
    hint: string;
    window: ChartWindow;
    onWindow: (window: ChartWindow) => void;
    /** Text of a value with its unit, and on the axis. */
    valueText: (value: number) => string;
    axisText: (value: number) => string;
}
/** Hosts a uPlot chart: made anew when the look changes, fed when only the readings do. */
export declare function ChartView(props: ChartViewProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=chart-view.d.ts.map