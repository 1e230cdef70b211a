export declare function LanguageChoice(): import("react").JSX.Element;
export declare function ThemeOptions(): import("react").JSX.Element;
export declare function AppearanceControls(): import("react").JSX.Element;
//# sourceMappingURL=appearance.d.ts.map