export interface TooltipText {
    title: string;
    lines: readonly string[];
}
/** The label that follows the pointer. Hidden from assistive technology: the station list says the same. */
export declare class Tooltip {
    private readonly container;
    private readonly element;
    private shown;
    constructor(container: HTMLElement);
    /** Shows the text near a point of the container, kept inside of it. */
    show(text: TooltipText, x: number, y: number): void;
    hide(): void;
    private write;
}
//# sourceMappingURL=tooltip.d.ts.map