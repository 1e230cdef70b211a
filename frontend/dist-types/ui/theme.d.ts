import { Observable } from './observable.ts';
export declare const THEME_CHOICES: readonly ['system', 'light', 'dark'];
export type ThemeChoice = (typeof THEME_CHOICES)[number];
export type Theme = 'light' | 'dark';
/** The chosen theme and the one in effect. The choice is kept in the browser; `system` follows the device. */
export declare class ThemeStore {
    readonly choice: Observable<ThemeChoice>;
    readonly effective: Observable<Theme>;
    private readonly dark;
    constructor();
    start(): void;
    choose(choice: ThemeChoice): void;
    private apply;
    private resolve;
}
//# sourceMappingURL=theme.d.ts.map