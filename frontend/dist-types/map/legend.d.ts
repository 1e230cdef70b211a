interface LegendProps {
    property: string | null;
    /** Whether the shapes are to be explained here: the filters beside the map do so too. */
    shapes: boolean;
}
/** What the colours and shapes mean. It never goes away: folded, it still names the property and its averaging. */
export declare function Legend({ property, shapes }: LegendProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=legend.d.ts.map