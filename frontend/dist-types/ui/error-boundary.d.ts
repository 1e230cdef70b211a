import { Component, type ReactNode } from 'react';
interface ErrorBoundaryProps {
    fallback: ReactNode;
    children: ReactNode;
}
/** Shows the fallback when rendering fails or a part of the page can no longer be loaded (a new version was installed). */
export declare class ErrorBoundary extends Component<ErrorBoundaryProps, {
    failed: boolean;
}> {
    state: {
        failed: boolean;
    };
    static getDerivedStateFromError(): {
        failed: boolean;
    };
    render(): ReactNode;
}
export {};
//# sourceMappingURL=error-boundary.d.ts.map