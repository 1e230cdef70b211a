import { type ReactNode } from 'react';
/** Who is signed in and what that person may do; `children` come first (the phone's navigation). */
export declare function UserMenu({ children }: {
    children: (close: () => void) => ReactNode;
}): import("react").JSX.Element | null;
//# sourceMappingURL=user-menu.d.ts.map