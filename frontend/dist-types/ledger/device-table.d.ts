/** The account of each device, a page at a time. */
export declare function DeviceTable({ onShow }: {
    onShow: (device: string) => void;
}): import("react").JSX.Element;
//# sourceMappingURL=device-table.d.ts.map