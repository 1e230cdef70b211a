import './layers.css';
/** Uploads, replaces and deletes the territory's GeoJSON layers. */
export declare function LayersDialog({ onClose }: {
    onClose: () => void;
}): import("react").JSX.Element;
//# sourceMappingURL=layers-dialog.d.ts.map