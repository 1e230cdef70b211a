/** A level by colour and by name. */
export declare function LevelChip({ level, text }: {
    level: number;
    text: string;
}): import("react").JSX.Element;
//# sourceMappingURL=level-chip.d.ts.map