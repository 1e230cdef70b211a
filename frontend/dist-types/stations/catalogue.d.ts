import type { PropertyView } from '@osprey/core/api';
import type { Medium } from '@osprey/core/properties';
/** The observed properties the platform knows, built-in and custom, by id. */
export declare class Catalogue {
    readonly properties: readonly PropertyView[];
    private readonly byId;
    private readonly position;
    constructor(properties: readonly PropertyView[]);
    get(id: string): PropertyView | undefined;
    /** Property ids in the order of the catalogue, unknown ones last. */
    sorted(ids: Iterable<string>): string[];
}
/** Level 0..5 of one reading at a station of that medium, null when none applies. */
export declare function readingLevel(property: string, value: number | string | null, medium: Medium): number | null;
//# sourceMappingURL=catalogue.d.ts.map