import type { Latest, StationRecord } from './station-store.ts';
/** Medium, status, level and alert of a station at a glance. */
export declare function StationBadges({ record, latest }: {
    record: StationRecord;
    latest: Latest;
}): import("react").JSX.Element;
//# sourceMappingURL=station-badges.d.ts.map