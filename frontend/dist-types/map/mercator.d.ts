/** Web Mercator (EPSG:3857) with the world as the unit square, y down. */
/** Latitude at which the square ends, degrees. */
export declare const MAX_LATITUDE = 85.0511287798066;
export declare function mercatorX(longitude: number): number;
export declare function mercatorY(latitude: number): number;
export declare function longitudeOf(x: number): number;
export declare function latitudeOf(y: number): number;
//# sourceMappingURL=mercator.d.ts.map