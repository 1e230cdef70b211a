import type { Series } from './series.ts';
interface ReadingsTableProps {
    series: Series;
    from: number;
    to: number;
    valueText: (value: number) => string;
    label: string;
}
/** The chart's readings as a table, newest first. */
export declare function ReadingsTable({ series, from, to, valueText, label }: ReadingsTableProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=readings-table.d.ts.map