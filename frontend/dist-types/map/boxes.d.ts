/** An upright rectangle in pixels. */
export interface Box {
    left: number;
    top: number;
    right: number;
    bottom: number;
}
export declare function box(left: number, top: number, width: number, height: number): Box;
export declare function overlaps(a: Box, b: Box): boolean;
//# sourceMappingURL=boxes.d.ts.map