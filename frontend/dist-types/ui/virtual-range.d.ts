/** Which rows of a long list are to be rendered. `first` is included, `last` is not. */
export interface VirtualRange {
    first: number;
    last: number;
}
/** Rows in sight plus `margin` on both sides. Sizes in pixels. */
export declare function virtualRange(count: number, rowHeight: number, scrollTop: number, viewHeight: number, margin: number): VirtualRange;
/** Where to scroll so that a row is wholly in sight; unchanged when it already is. */
export declare function scrollToRow(row: number, rowHeight: number, scrollTop: number, viewHeight: number): number;
//# sourceMappingURL=virtual-range.d.ts.map