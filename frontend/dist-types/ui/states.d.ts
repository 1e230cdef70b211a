export declare function Loading({ text }: {
    text: string;
}): import("react").JSX.Element;
export declare function Empty({ text }: {
    text: string;
}): import("react").JSX.Element;
export declare function Failed({ text, onRetry }: {
    text: string;
    onRetry: () => void;
}): import("react").JSX.Element;
//# sourceMappingURL=states.d.ts.map