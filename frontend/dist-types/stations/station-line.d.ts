/** One station in one line: symbol, name, what is worst about it, value. Follows the live state. */
export declare function StationLine({ id }: {
    id: string;
}): import("react").JSX.Element | null;
//# sourceMappingURL=station-line.d.ts.map