/** The media type a station file is sent as, by its name's ending: CSV unless it says GeoJSON. */
export declare function importType(fileName: string): 'text/csv' | 'application/geo+json';
//# sourceMappingURL=import-type.d.ts.map