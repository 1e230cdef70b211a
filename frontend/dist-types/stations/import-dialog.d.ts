/** Imports stations from CSV or GeoJSON: first a dry run that shows what would happen, then for good. */
export declare function ImportDialog({ onClose }: {
    onClose: () => void;
}): import("react").JSX.Element;
//# sourceMappingURL=import-dialog.d.ts.map