import type { ButtonHTMLAttributes } from 'react';
import { type IconName } from './icons.tsx';
type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
    look?: 'plain' | 'primary' | 'quiet' | 'danger';
    small?: boolean;
    icon?: IconName;
};
export declare function Button({ look, small, icon, className, children, ...rest }: ButtonProps): import("react").JSX.Element;
type IconButtonProps = Omit<ButtonProps, 'children' | 'icon'> & {
    icon: IconName;
    label: string;
};
/** A button that shows only an icon; the label is its name and its tooltip. */
export declare function IconButton({ icon, label, className, small, ...rest }: IconButtonProps): import("react").JSX.Element;
export {};
//# sourceMappingURL=button.d.ts.map