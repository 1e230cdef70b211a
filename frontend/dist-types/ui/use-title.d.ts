/** Names the page in the window's title (WCAG 2.2, 2.4.2). */
export declare function useTitle(page: string): void;
//# sourceMappingURL=use-title.d.ts.map