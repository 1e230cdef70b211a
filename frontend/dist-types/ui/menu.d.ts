import { type ReactNode } from 'react';
interface MenuProps {
    /** Content of the button that opens it. */
    button: (props: {
        'aria-expanded': boolean;
        onClick: () => void;
        ref: React.Ref<HTMLButtonElement>;
    }) => ReactNode;
    label: string;
    children: (close: () => void) => ReactNode;
}
/** A panel below a button (disclosure pattern): Escape or a click elsewhere closes it. */
export declare function Menu({ button, label, children }: MenuProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=menu.d.ts.map