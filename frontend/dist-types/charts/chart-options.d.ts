import uPlot from 'uplot';
import type { Formatter } from '../i18n/format.ts';
import type { ThemeColours } from '../map/theme-colours.ts';
import { type LevelScale } from '../stations/level-scheme.ts';
import type { Series } from './series.ts';
export interface ChartLook {
    colours: ThemeColours;
    font: string;
    format: Formatter;
    /** Text of a value on the axis. */
    axisText: (value: number) => string;
    limitText: string;
    scale: LevelScale | null;
}
/** A series and the stretch of it in sight, epoch milliseconds. */
export interface Shown {
    series: Series;
    from: number;
    to: number;
}
/**
 * Options of the chart without its size and hooks: axes in the reader's language, levels and limit behind the line.
 * `shown` answers what is shown at the moment: the series grows and the stretch moves while the options stay.
 */
export declare function chartOptions(shown: () => Shown, look: ChartLook): Pick<uPlot.Options, 'series' | 'axes' | 'scales' | 'bands' | 'plugins'>;
/** A computed colour, `rgb(r, g, b)`, with an opacity. */
export declare function withAlpha(colour: string, alpha: number): string;
//# sourceMappingURL=chart-options.d.ts.map