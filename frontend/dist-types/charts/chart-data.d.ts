import type uPlot from 'uplot';
import { type Series } from './series.ts';
/** The columns uPlot draws: time in seconds, extremes if there are any (high, low), line, failed results. */
export declare function chartData(series: Series): uPlot.AlignedData;
//# sourceMappingURL=chart-data.d.ts.map