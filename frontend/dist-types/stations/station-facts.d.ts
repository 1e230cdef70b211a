import type { StationRecord } from './station-store.ts';
/** What the registry says about a station. */
export declare function StationFacts({ record }: {
    record: StationRecord;
}): import("react").JSX.Element;
//# sourceMappingURL=station-facts.d.ts.map