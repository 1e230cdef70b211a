interface SegmentedProps<T extends string> {
    label: string;
    options: readonly {
        value: T;
        text: string;
        name?: string;
    }[];
    value: T;
    onChange: (value: T) => void;
}
/** One of a few choices, side by side (ARIA radio group: one tab stop, arrows choose). */
export declare function Segmented<T extends string>({ label, options, value, onChange }: SegmentedProps<T>): import("react").JSX.Element;
export {};
//# sourceMappingURL=segmented.d.ts.map