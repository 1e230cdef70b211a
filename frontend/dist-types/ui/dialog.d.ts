import { type ReactNode } from 'react';
interface DialogProps {
    title: string;
    onClose: () => void;
    children: ReactNode;
}
/** A modal dialog. The browser's own element keeps the focus inside, closes on Escape and gives the focus back. */
export declare function Dialog({ title, onClose, children }: DialogProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=dialog.d.ts.map