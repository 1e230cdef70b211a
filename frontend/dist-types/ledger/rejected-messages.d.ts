interface RejectedMessagesProps {
    device: string | null;
    onShow: (device: string) => void;
}
/** The newest messages that were not accepted, with what they said. */
export declare function RejectedMessages({ device, onShow }: RejectedMessagesProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=rejected-messages.d.ts.map