/** The finest step that keeps lines at least `spacing` pixels apart when the world is `world` pixels wide. */
export declare function graticuleStep(world: number, spacing: number): number;
/** Multiples of `step` from `low` to `high`, free of accumulated rounding. */
export declare function graticuleLines(low: number, high: number, step: number): number[];
/** 116.5° E; as many decimals as the step needs. */
export declare function degreeLabel(degrees: number, step: number, hemispheres: [string, string]): string;
//# sourceMappingURL=graticule.d.ts.map